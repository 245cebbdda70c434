import { InputError } from "#shared/market/input-error.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** A variable that servers need, or several of which one will do; each may stand for some that go together. */
type Needed = readonly (readonly string[])[];

const OF_OTHERS: readonly Needed[] = [
  [["AWS_REGION"]],
  [["MILLRACE_KAFKA_BROKERS"], ["MILLRACE_KAFKA_CLUSTER_ARN"]],
  [["MILLRACE_KAFKA_USER", "MILLRACE_KAFKA_PASSWORD"], ["MILLRACE_KAFKA_SECRET_ARN"]],
  [["MILLRACE_CHECKPOINTS_TABLE"]],
  [["MILLRACE_RUNS_TABLE"]],
  [["MILLRACE_STATE_FOLDER"], ["MILLRACE_STATE_BUCKET"]],
];

const HTTP_PORT = "9000";
const PG_PORT = "8812";

/**
 * The error of a store that is given as the address of a QuestDB. An address alone would not be safe: how far
 * instruments are live, and who rebuilds them, is known to the DynamoDB that belongs to it. Says which variables name all
 * of it, with host and ports as the address tells them, and without those of other servers that the environment has.
 */
export function addressRefused(address: string, environment: Environment): InputError {
  const url = URL.parse(address);
  const host = url?.hostname || "HOST";
  const query = url?.searchParams ?? new URLSearchParams();
  const questdb = [
    `MILLRACE_QUESTDB_HTTP_URL=http://${host}:${url?.port || HTTP_PORT}`,
    `MILLRACE_QUESTDB_PG_HOST=${host.replace(/^\[(.*)\]$/, "$1")}`,
    `MILLRACE_QUESTDB_PG_PORT=${query.get("pg") ?? PG_PORT}`,
    `${["HTTP_USER", "HTTP_PASSWORD", "PG_USER", "PG_PASSWORD"].map((name) => `MILLRACE_QUESTDB_${name}`).join(" and ")} or MILLRACE_QUESTDB_SECRET_ARN`,
  ];
  const others = OF_OTHERS.filter((needed) => !needed.some((names) => names.every((name) => environment[name])));
  const missing = [...questdb, ...others.map((needed) => needed.map((names) => names.join(" and ")).join(" or "))];
  return new InputError(
    "usage",
    `the store is the address of a QuestDB (${host}), which does not know how far the stream is: set ${missing.join(", ")} ` +
      "in the environment (docs/functions.md tells of them), and leave --store out. What 'npx millrace up' runs on this " +
      "machine needs none of it: leave --store out, or write questdb:// alone",
  );
}
