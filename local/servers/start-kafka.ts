import { access, mkdir, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { artefacts } from "./artefacts.ts";
import { requireJava } from "./java.ts";
import { passwordOf } from "./password.ts";
import { portsOf } from "./ports-of.ts";
import { runCommand } from "./run-command.ts";
import { type ServerProcess, startServer } from "./server-process.ts";

/** Ports of 127.0.0.1. */
export interface KafkaPorts {
  /** Clients, by SCRAM-SHA-512. */
  readonly client: number;
  /** The broker's talk with itself. */
  readonly controller: number;
}

/** How clients reach a Kafka broker. */
export interface KafkaAccess {
  readonly ports: KafkaPorts;
  /** As clients take them: `host:port`. */
  readonly brokers: readonly string[];
  readonly mechanism: "scram-sha-512";
  readonly user: string;
  readonly password: string;
}

export interface KafkaServer extends KafkaAccess, ServerProcess {}

const USER = "app";

/**
 * Starts one Kafka 4.4.0 broker (KRaft) on 127.0.0.1 with its data, password and log in `folder` (made if missing). A
 * restart on the same folder keeps data, password and ports. Topics are never created by use. Throws InputError where
 * Java, Maven or a port is missing, Error where the broker does not start.
 */
export async function startKafka(folder: string, ports?: KafkaPorts): Promise<KafkaServer> {
  const [{ java }, { kafka }] = [await requireJava(), await artefacts()];
  const chosen = await portsOf(folder, ["client", "controller"], ports);
  const password = await passwordOf(folder);
  const properties = join(folder, "server.properties");
  const logging = join(folder, "log4j2.xml");
  await mkdir(join(folder, "data"), { recursive: true });
  await writeFile(properties, propertiesOf(join(folder, "data"), chosen, password), { mode: 0o600 });
  await writeFile(logging, LOG4J);
  const options = [
    ...["-Xmx256m", "-Xms64m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"],
    ...[`-Dlog4j2.configurationFile=${logging}`, "-cp", join(kafka, "*")],
  ];
  await format(java, options, folder, properties, password);
  const server = await startServer({
    name: "Kafka",
    file: java,
    args: [...options, "kafka.Kafka", properties],
    environment: {},
    logFile: join(folder, "kafka.log"),
    healthy: () => answersApiVersions(chosen.client),
  });
  return {
    ...server,
    ports: chosen,
    brokers: [`127.0.0.1:${chosen.client}`],
    mechanism: "scram-sha-512",
    user: USER,
    password,
  };
}

/** Prepares the data folder at the first start: cluster id, quorum, the clients' user. */
async function format(
  java: string,
  options: readonly string[],
  folder: string,
  properties: string,
  password: string,
): Promise<void> {
  const formatted = await access(join(folder, "data", "meta.properties")).then(
    () => true,
    () => false,
  );
  if (formatted) return;
  // Everybody on the machine may read command lines.
  const secrets = join(folder, "format-arguments");
  await writeFile(secrets, `--add-scram\nSCRAM-SHA-512=[name=${USER},password=${password}]`, { mode: 0o600 });
  try {
    const { code, output } = await runCommand(java, [
      ...options,
      ...["kafka.tools.StorageTool", "format", "--standalone", "-t", "MkU3OEVBNTcwNTJENDM2Qk", "-c", properties],
      `@${secrets}`,
    ]);
    if (code === 0) return;
    throw new Error(`Kafka could not prepare its data folder:\n${output.replaceAll(password, "(password)")}`);
  } finally {
    await rm(secrets);
  }
}

/** Asks what the broker serves, which needs no password: its client port opens once it may serve. */
function answersApiVersions(port: number): Promise<boolean> {
  // Size, ApiVersions (18) version 0, correlation id 7, no client id.
  const request = Buffer.from("0000000a0012000000000007ffff", "hex");
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () => socket.write(request));
    socket.setTimeout(1_000, () => socket.destroy());
    socket.once("data", (answer) => {
      resolve(answer.readInt32BE(4) === 7 && answer.readInt16BE(8) === 0);
      socket.destroy();
    });
    socket.once("error", () => resolve(false));
    socket.once("close", () => resolve(false));
  });
}

function propertiesOf(data: string, { client, controller }: KafkaPorts, password: string): string {
  const scram = "org.apache.kafka.common.security.scram.ScramLoginModule required";
  const plain = "org.apache.kafka.common.security.plain.PlainLoginModule required";
  const own = `username="${USER}" password="${password}"`;
  return Object.entries({
    "process.roles": "broker,controller",
    "node.id": "1",
    "controller.quorum.bootstrap.servers": `127.0.0.1:${controller}`,
    "controller.listener.names": "CONTROLLER",
    listeners: `CLIENT://127.0.0.1:${client},CONTROLLER://127.0.0.1:${controller}`,
    "advertised.listeners": `CLIENT://127.0.0.1:${client}`,
    "inter.broker.listener.name": "CLIENT",
    "listener.security.protocol.map": "CLIENT:SASL_PLAINTEXT,CONTROLLER:SASL_PLAINTEXT",
    "sasl.mechanism.inter.broker.protocol": "SCRAM-SHA-512",
    "sasl.enabled.mechanisms": "SCRAM-SHA-512",
    "listener.name.client.scram-sha-512.sasl.jaas.config": `${scram} ${own};`,
    // Users of SCRAM are kept by the controller itself, so its own listener cannot ask for them.
    "sasl.mechanism.controller.protocol": "PLAIN",
    "listener.name.controller.sasl.enabled.mechanisms": "PLAIN",
    "listener.name.controller.plain.sasl.jaas.config": `${plain} ${own} user_${USER}="${password}";`,
    "log.dirs": data,
    "auto.create.topics.enable": "false",
    "offsets.topic.replication.factor": "1",
    "offsets.topic.num.partitions": "4",
    "transaction.state.log.replication.factor": "1",
    "transaction.state.log.min.isr": "1",
    "transaction.state.log.num.partitions": "4",
    "share.coordinator.state.topic.replication.factor": "1",
    "share.coordinator.state.topic.min.isr": "1",
    "group.initial.rebalance.delay.ms": "0",
    "log.cleaner.dedupe.buffer.size": "16777216",
    // A broker that was killed is let in again when its last session is over: 9 s unless told otherwise.
    "broker.session.timeout.ms": "3000",
    "broker.heartbeat.interval.ms": "500",
    "num.network.threads": "2",
    "num.io.threads": "2",
    "num.recovery.threads.per.data.dir": "1",
  })
    .map(([name, value]) => `${name}=${value}\n`)
    .join("");
}

const LOG4J = `<Configuration><Appenders><Console name="C"><PatternLayout pattern="%d %p %c{1} %m%n"/></Console></Appenders>
<Loggers><Root level="WARN"><AppenderRef ref="C"/></Root></Loggers></Configuration>
`;
