import { join } from "node:path";
import { cachedFolder, fetchBy } from "./cached-folder.ts";
import { requireJava, requireMaven } from "./java.ts";

/** Folders of jars, one a server. */
export interface Artefacts {
  readonly questdb: string;
  readonly kafka: string;
  readonly dynamodb: string;
  /** The compiled DynamoDbLoopback. */
  readonly dynamodbLoopback: string;
}

const HERE = import.meta.dirname;
const WHAT = "the local servers";
const LOOPBACK = join(HERE, "DynamoDbLoopback.java");
const PINS = [
  ...["", "questdb/", "kafka/", "dynamodb/"].map((folder) => join(HERE, "maven", folder, "pom.xml")),
  LOOPBACK,
];

let fetched: Promise<Artefacts> | null = null;

/**
 * The servers' jars, fetched once and kept in `local/servers/.cache` under a hash of what pins them, so that another
 * version never meets them. Throws InputError where Java or Maven is missing, Error where fetching fails.
 * @param fetching is called, with what, before something is fetched
 */
export function artefacts(fetching: (what: string) => void = () => {}): Promise<Artefacts> {
  fetched ??= present(fetching).catch((error: unknown) => {
    fetched = null;
    throw error;
  });
  return fetched;
}

async function present(fetching: (what: string) => void): Promise<Artefacts> {
  const folder = await cachedFolder("", PINS, async (making) => {
    fetching("Kafka, QuestDB and DynamoDB Local by Maven, 120 MB");
    await fetchInto(making);
  });
  return {
    questdb: join(folder, "questdb"),
    kafka: join(folder, "kafka"),
    dynamodb: join(folder, "dynamodb"),
    dynamodbLoopback: join(folder, "dynamodb-loopback"),
  };
}

async function fetchInto(folder: string): Promise<void> {
  const [{ javac }, maven] = [await requireJava(), await requireMaven()];
  await fetchBy(WHAT, maven, ["-q", "-B", "-ntp", "-f", join(HERE, "maven"), "package", `-Dartefacts=${folder}`]);
  const classes = join(folder, "dynamodb-loopback");
  await fetchBy(WHAT, javac, ["-cp", join(folder, "dynamodb", "*"), "-d", classes, LOOPBACK]);
}
