// Parts of kafkajs 2.2.4 that it exports without types. The version is pinned; request-queue.test.ts notices a change.

declare module "kafkajs/src/network/requestQueue/index.js" {
  /** Requests of one connection that wait until fewer are in flight, or until the broker lifts a throttle. */
  class RequestQueue {
    readonly pending: readonly unknown[];
    /** ms UTC; −1 where the broker throttles nothing. */
    readonly throttledUntil: number;
    throttleCheckTimeoutId: NodeJS.Timeout | null;
    checkPendingRequests(): void;
    scheduleCheckPendingRequests(): void;
  }
  export = RequestQueue;
}

declare module "kafkajs/src/network/socketFactory.js" {
  import type { ISocketFactory } from "kafkajs";

  function socketFactory(): ISocketFactory;
  export = socketFactory;
}

declare module "kafkajs/src/cluster/index.js" {
  import type { Cluster as ClusterMethods, ISocketFactory, KafkaConfig, Logger } from "kafkajs";

  interface ClusterOptions extends KafkaConfig {
    logger: Logger;
    socketFactory: ISocketFactory;
    offsets: Map<unknown, unknown>;
    metadataMaxAge: number;
    allowAutoTopicCreation: boolean;
    isolationLevel: number;
    maxInFlightRequests: null;
  }
  interface Cluster extends ClusterMethods {}
  class Cluster {
    constructor(options: ClusterOptions);
  }
  export = Cluster;
}

declare module "kafkajs/src/consumer/batch.js" {
  interface FetchedMessage {
    readonly key: Buffer | null;
    readonly value: Buffer | null;
    readonly offset: string;
    readonly timestamp: string;
    /** Several values of one name are a list. */
    readonly headers: Readonly<Record<string, Buffer | null | (Buffer | null)[]>>;
  }
  interface FetchedPartition {
    readonly partition: number;
    readonly highWatermark: string;
    readonly messages: readonly FetchedMessage[];
    readonly abortedTransactions: readonly unknown[];
  }
  /** What one fetch brought of a partition, without control records and what aborted transactions wrote. */
  class Batch {
    constructor(topic: string, fetchedOffset: string, partition: FetchedPartition);
    readonly messages: readonly FetchedMessage[];
    readonly rawMessages: readonly FetchedMessage[];
    lastOffset(): string;
  }
  export = Batch;
}
