import kafkajs, { type Kafka, type KafkaConfig } from "kafkajs";
import Cluster from "kafkajs/src/cluster/index.js";
import socketFactory from "kafkajs/src/network/socketFactory.js";
import { quietRequestQueue } from "./request-queue.ts";

/** Where the brokers are and who asks. */
export interface KafkaSettings {
  /** As `host:port`; any of the cluster will do. */
  readonly brokers: readonly string[];
  /** Authenticates by SCRAM-SHA-512. */
  readonly user: string;
  readonly password: string;
  readonly tls: boolean;
  /** How long a call goes on trying while brokers are away, ms. */
  readonly deadlineMs: number;
}

const FIRST_RETRY_MS = 100;
const LONGEST_RETRY_MS = 1_000;

/** Only records of committed transactions are read. */
const READ_COMMITTED = 1;

/** A client of the public interface, which goes on trying somewhat longer than the deadline. */
export function kafkaOf(settings: KafkaSettings): Kafka {
  quietRequestQueue();
  return new kafkajs.Kafka(configOf(settings, Math.ceil(settings.deadlineMs / LONGEST_RETRY_MS) + 5));
}

/** Connections for requests of single partitions and offsets, which are tried twice: who asks owns the deadline. */
export function clusterOf(settings: KafkaSettings): Cluster {
  return new Cluster({
    ...configOf(settings, 1),
    logger: kafkaOf(settings).logger(),
    socketFactory: socketFactory(),
    offsets: new Map(),
    metadataMaxAge: 300_000,
    allowAutoTopicCreation: false,
    isolationLevel: READ_COMMITTED,
    maxInFlightRequests: null,
  });
}

function configOf({ brokers, user, password, tls }: KafkaSettings, retries: number): KafkaConfig {
  return {
    clientId: "millrace",
    brokers: [...brokers],
    ssl: tls,
    sasl: { mechanism: "scram-sha-512", username: user, password },
    connectionTimeout: 3_000,
    authenticationTimeout: 10_000,
    requestTimeout: 30_000,
    enforceRequestTimeout: true,
    // What goes wrong is thrown; kafkajs would print each attempt too.
    logLevel: kafkajs.logLevel.NOTHING,
    retry: { initialRetryTime: FIRST_RETRY_MS, maxRetryTime: LONGEST_RETRY_MS, retries },
  };
}
