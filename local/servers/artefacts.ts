import { createHash } from "node:crypto";
import { access, mkdir, mkdtemp, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { requireJava, requireMaven } from "./java.ts";
import { runCommand } from "./run-command.ts";

/** Folders of jars, one a server. */
export interface Artefacts {
  readonly questdb: string;
  readonly kafka: string;
  readonly dynamodb: string;
  /** The compiled DynamoDbLoopback. */
  readonly dynamodbLoopback: string;
}

const HERE = import.meta.dirname;
const CACHE = join(HERE, ".cache");
const LOOPBACK = join(HERE, "DynamoDbLoopback.java");
const PINS = [
  ...["", "questdb/", "kafka/", "dynamodb/"].map((folder) => join(HERE, "maven", folder, "pom.xml")),
  LOOPBACK,
];

let fetched: Promise<Artefacts> | null = null;

/**
 * The servers' jars, fetched once and kept in `local/servers/.cache` under a hash of what pins them, so that another
 * version never meets them. Throws InputError where Java or Maven is missing, Error where fetching fails.
 */
export function artefacts(): Promise<Artefacts> {
  fetched ??= present().catch((error: unknown) => {
    fetched = null;
    throw error;
  });
  return fetched;
}

async function present(): Promise<Artefacts> {
  const hash = createHash("sha256");
  for (const file of PINS) hash.update(await readFile(file));
  const folder = join(CACHE, hash.digest("hex").slice(0, 16));
  const there = await access(folder).then(
    () => true,
    () => false,
  );
  if (!there) await fetchInto(folder);
  return {
    questdb: join(folder, "questdb"),
    kafka: join(folder, "kafka"),
    dynamodb: join(folder, "dynamodb"),
    dynamodbLoopback: join(folder, "dynamodb-loopback"),
  };
}

/** Fetches beside the folder and renames at the end: it is whole or not there, however many fetch at once. */
async function fetchInto(folder: string): Promise<void> {
  const [{ javac }, maven] = [await requireJava(), await requireMaven()];
  await mkdir(CACHE, { recursive: true });
  const making = await mkdtemp(join(CACHE, "fetching-"));
  try {
    await succeed(maven, ["-q", "-B", "-ntp", "-f", join(HERE, "maven"), "package", `-Dartefacts=${making}`]);
    const classes = join(making, "dynamodb-loopback");
    await succeed(javac, ["-cp", join(making, "dynamodb", "*"), "-d", classes, LOOPBACK]);
    await rename(making, folder).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "ENOTEMPTY" && error.code !== "EEXIST") throw error;
    });
  } finally {
    await rm(making, { recursive: true, force: true });
  }
}

async function succeed(file: string, args: readonly string[]): Promise<void> {
  const { code, output } = await runCommand(file, args);
  if (code === 0) return;
  const last = output.split("\n").slice(-15).join("\n");
  throw new Error(`Fetching the local servers failed: '${[file, ...args].join(" ")}' ended with ${code}:\n${last}`);
}
