import { InputError } from "../market/input-error.ts";

/** A user and password as they stand in the environment, or the secret that holds them. */
export type Login = { readonly user: string; readonly password: string } | { readonly secretArn: string };

/** Where Kafka is and who asks. */
export interface KafkaAccessSettings {
  /** Brokers as `host:port`, or the MSK cluster to ask for them. */
  readonly cluster: { readonly brokers: readonly string[] } | { readonly clusterArn: string };
  readonly login: Login;
  readonly tls: boolean;
}

/** Users and passwords of QuestDB's two ports. */
export interface QuestdbLogins {
  readonly httpUser: string;
  readonly httpPassword: string;
  readonly pgUser: string;
  readonly pgPassword: string;
}

/** Where QuestDB is and who asks. */
export interface QuestdbAccessSettings {
  /** Of the HTTP port, without a path: `http://127.0.0.1:9000`. */
  readonly httpUrl: string;
  readonly pgHost: string;
  readonly pgPort: number;
  readonly logins: QuestdbLogins | { readonly secretArn: string };
  /** For how many days ticks are kept; null: for good. */
  readonly keepTicksDays: number | null;
}

/** Names in DynamoDB and where it is. */
export interface DynamodbAccessSettings {
  /** Of another server than AWS's own; null: the region's. */
  readonly endpoint: string | null;
  readonly checkpointsTable: string;
  readonly runsTable: string;
}

/** Where large states and artefacts of runs are kept. `endpoint`: of another server than AWS's own S3. */
export type StateSettings = { readonly folder: string } | { readonly bucket: string; readonly endpoint: string | null };

/** What functions, and commands that talk to servers, are told by their environment. */
export interface StreamSettings {
  readonly region: string;
  readonly kafka: KafkaAccessSettings;
  readonly questdb: QuestdbAccessSettings;
  readonly dynamodb: DynamodbAccessSettings;
  readonly state: StateSettings;
}

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads the settings of functions and servers, frozen. Throws one InputError 'usage' that names every variable that is
 * missing or wrong; passwords are never repeated. docs/functions.md lists the variables.
 */
export function readStreamSettings(environment: Environment): StreamSettings {
  const reader = new VariableReader(environment);
  const settings: StreamSettings = {
    region: reader.text("AWS_REGION", "the AWS region, such as eu-central-1 ('local' for servers of this machine)"),
    kafka: kafkaOf(reader),
    questdb: questdbOf(reader),
    dynamodb: {
      endpoint: reader.optionalUrl("MILLRACE_DYNAMODB_ENDPOINT"),
      checkpointsTable: reader.text("MILLRACE_CHECKPOINTS_TABLE", "the name of DynamoDB's table of checkpoints"),
      runsTable: reader.text("MILLRACE_RUNS_TABLE", "the name of DynamoDB's table of runs"),
    },
    state: stateOf(reader),
  };
  reader.finish();
  return deepFreeze(settings);
}

const BROKER = /^(?:[A-Za-z0-9._-]+|\[[0-9a-fA-F:]+\]):(\d{1,5})$/;
const ARN = /^arn:[^:]+:[^:]+:[^:]*:[^:]*:.+$/;
const GREATEST_PORT = 65_535;

function kafkaOf(reader: VariableReader): KafkaAccessSettings {
  const [brokers, clusterArn] = ["MILLRACE_KAFKA_BROKERS", "MILLRACE_KAFKA_CLUSTER_ARN"];
  const chosen = reader.oneOf(brokers, clusterArn, "the brokers as host:port,host:port, or the ARN of an MSK cluster");
  return {
    cluster: chosen === clusterArn ? { clusterArn: reader.arn(clusterArn) } : { brokers: reader.brokers(brokers) },
    login: loginOf(reader, "MILLRACE_KAFKA_USER", "MILLRACE_KAFKA_PASSWORD", "MILLRACE_KAFKA_SECRET_ARN"),
    tls: reader.boolean("MILLRACE_KAFKA_TLS", false),
  };
}

function loginOf(reader: VariableReader, user: string, password: string, secret: string): Login {
  const chosen = reader.oneOf(user, secret, `a user beside its ${password}, or the ARN of the secret that holds both`);
  if (chosen === secret) return { secretArn: reader.arn(secret) };
  return { user: reader.text(user, "the user"), password: reader.text(password, `the password of ${user}`) };
}

function questdbOf(reader: VariableReader): QuestdbAccessSettings {
  const secret = "MILLRACE_QUESTDB_SECRET_ARN";
  const name = (field: string): string => `MILLRACE_QUESTDB_${field}`;
  const what = "users beside their passwords, or the ARN of the secret that holds them all";
  const chosen = reader.oneOf(name("HTTP_USER"), secret, what);
  const value = (field: string): string => reader.text(name(field), `it, or ${secret} in place of users and passwords`);
  return {
    httpUrl: reader.url(name("HTTP_URL"), "http://127.0.0.1:9000"),
    pgHost: reader.text(name("PG_HOST"), "the host of QuestDB's PostgreSQL port"),
    pgPort: reader.integer(name("PG_PORT"), GREATEST_PORT),
    logins:
      chosen === secret
        ? { secretArn: reader.arn(secret) }
        : {
            httpUser: value("HTTP_USER"),
            httpPassword: value("HTTP_PASSWORD"),
            pgUser: value("PG_USER"),
            pgPassword: value("PG_PASSWORD"),
          },
    keepTicksDays: reader.has("MILLRACE_KEEP_TICKS_DAYS") ? reader.integer("MILLRACE_KEEP_TICKS_DAYS", 36_500) : null,
  };
}

function stateOf(reader: VariableReader): StateSettings {
  const [folder, bucket] = ["MILLRACE_STATE_FOLDER", "MILLRACE_STATE_BUCKET"];
  const chosen = reader.oneOf(folder, bucket, "a folder for large states and artefacts of runs, or an S3 bucket");
  const endpoint = reader.optionalUrl("MILLRACE_S3_ENDPOINT");
  if (chosen === bucket) return { bucket: reader.text(bucket, "the bucket"), endpoint };
  return { folder: reader.text(folder, "the folder") };
}

/** Reads variables and collects what is wrong with them. An empty variable counts as missing. */
class VariableReader {
  readonly #environment: Environment;
  readonly #faults = new Map<string, string>();

  constructor(environment: Environment) {
    this.#environment = environment;
  }

  has(name: string): boolean {
    return (this.#environment[name] ?? "") !== "";
  }

  /** Which of two variables is set; the first where neither is, or both are, which is a fault. */
  oneOf(first: string, second: string, what: string): string {
    if (this.has(first) && this.has(second)) this.#fault(second, `${second} is set beside ${first}: unset one of them`);
    if (!this.has(first) && !this.has(second)) this.#fault(first, `${first} and ${second} are missing: give ${what}`);
    return this.has(second) && !this.has(first) ? second : first;
  }

  text(name: string, what: string): string {
    if (!this.has(name)) this.#fault(name, `${name} is missing: give ${what}`);
    return this.#environment[name] ?? "";
  }

  arn(name: string): string {
    const value = this.text(name, "an ARN");
    if (!ARN.test(value)) this.#fault(name, `${name} is '${value}': give an ARN, such as arn:aws:…`);
    return value;
  }

  brokers(name: string): readonly string[] {
    const list = this.text(name, "host:port,host:port").split(",");
    const brokers = list.map((broker) => broker.trim());
    const wrong = brokers.find((broker) => !isPort(Number(BROKER.exec(broker)?.[1] ?? 0)));
    if (wrong !== undefined) {
      this.#fault(name, `${name} has '${wrong}': give each broker as host:port with a port from 1 to ${GREATEST_PORT}`);
    }
    return brokers;
  }

  url(name: string, example: string): string {
    const value = this.text(name, `a URL, such as ${example}`);
    let url: URL | null = null;
    try {
      url = new URL(value);
    } catch {
      // Told below, as for other schemes.
    }
    if (url !== null && (url.username !== "" || url.password !== "")) {
      this.#fault(name, `${name} has a user or a password in it: give them in variables of their own`);
      return value;
    }
    const bare = url !== null && /^https?:$/.test(url.protocol) && url.pathname === "/" && url.search === "";
    if (!bare) this.#fault(name, `${name} is '${value}': give http:// or https:// with a host and no path`);
    return value.replace(/\/$/, "");
  }

  optionalUrl(name: string): string | null {
    return this.has(name) ? this.url(name, "http://127.0.0.1:8000") : null;
  }

  integer(name: string, most: number): number {
    const value = this.text(name, `a whole number from 1 to ${most}`);
    const number = /^\d+$/.test(value) ? Number(value) : 0;
    if (number < 1 || number > most) this.#fault(name, `${name} is '${value}': give a whole number from 1 to ${most}`);
    return number;
  }

  boolean(name: string, unset: boolean): boolean {
    if (!this.has(name)) return unset;
    const value = this.#environment[name];
    if (value !== "true" && value !== "false") this.#fault(name, `${name} is '${value}': give true or false`);
    return value === "true";
  }

  finish(): void {
    if (this.#faults.size === 0) return;
    const list = [...this.#faults.values()].join("; ");
    throw new InputError("usage", `The environment does not say all that is needed: ${list}.`);
  }

  /** The first thing that is wrong with a variable is what is told. */
  #fault(name: string, sentence: string): void {
    if (!this.#faults.has(name)) this.#faults.set(name, sentence);
  }
}

function isPort(value: number): boolean {
  return value >= 1 && value <= GREATEST_PORT;
}

function deepFreeze<T extends object>(value: T): T {
  for (const inner of Object.values(value)) if (typeof inner === "object" && inner !== null) deepFreeze(inner);
  return Object.freeze(value);
}
