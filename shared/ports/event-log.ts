/** What is said about a record beside its value. Several of one name may be there. */
export interface RecordHeader {
  readonly name: string;
  readonly value: Uint8Array;
}

/** A record to publish. Records with one key keep their order. */
export interface OutgoingRecord {
  readonly key: string;
  /** Null is a tombstone. */
  readonly value: Uint8Array | null;
  /** Absent where there are none. */
  readonly headers?: readonly RecordHeader[];
}

/** A record as a consumer gets it. Offsets of a partition rise, with holes. */
export interface LogRecord extends OutgoingRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  /** When the log took it, ms UTC. */
  readonly appendTime: number;
}

/** Where a group stands in one partition of a topic. */
export interface PartitionPosition {
  readonly partition: number;
  /** Oldest offset that the log still has. */
  readonly begin: number;
  /** Where the group reads on. */
  readonly next: number;
  /** Offset of the record to come: `end - next` is the group's lag. */
  readonly end: number;
}

/** Topics of partitions, as Kafka has them: at least once, in order per partition. */
export interface EventLog {
  /** Resolves when all are held. Throws Error for a topic that does not exist: topics are made from the topology. */
  publish(topic: string, records: readonly OutgoingRecord[]): Promise<void>;
  /**
   * Up to `limit` records of each partition from the group's committed offset on. Without a commit in between, a
   * repeated call delivers the same records again.
   */
  poll(group: string, topic: string, limit: number): Promise<readonly LogRecord[]>;
  /** Moves the group past these records: in each partition to the greatest offset + 1. Never moves backwards. */
  commit(group: string, records: readonly LogRecord[]): Promise<void>;
  /** Where a group stands, by partition, ascending. One that committed nothing stands at the oldest record. */
  positions(group: string, topic: string): Promise<readonly PartitionPosition[]>;
}

/** A log whose records can be waited for, by readers that run on and on. */
export interface FollowableLog extends EventLog {
  /**
   * Records of the partitions in `offsets`, each from its offset on, whether committed or not: as many as one request
   * brings. Waits up to `waitMs` for the first where there is none, then resolves to none. Where the log does not have
   * an offset, the partition is read from its first record on, and the group's commits follow. One call at a time for
   * each group and topic. Rejects at the first fault: ask again from where you stand.
   */
  follow(
    group: string,
    topic: string,
    offsets: ReadonlyMap<number, number>,
    waitMs: number,
  ): Promise<readonly LogRecord[]>;
}
