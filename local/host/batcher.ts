import type { LogRecord } from "#shared/ports/event-log.ts";

/** Records for one invocation: some of one partition or of several, in order within each. */
export interface Batch {
  readonly partitions: readonly number[];
  readonly records: readonly LogRecord[];
}

/** When records make a batch. */
export interface BatchLimits {
  /** Most records of one partition. */
  readonly batchSize: number;
  /** How long a batch that is not full waits for more, ms from the arrival of its first record on. */
  readonly windowMs: number;
  /** Most bytes of all records together; a record that is larger goes alone. */
  readonly bytes: number;
  /** What a record counts. */
  readonly bytesOf: (record: LogRecord) => number;
}

interface Waiting {
  readonly record: LogRecord;
  readonly bytes: number;
  readonly arrived: number;
}

interface Partition {
  waiting: Waiting[];
  waitingBytes: number;
  inFlight: boolean;
}

/**
 * Makes batches of a topic's records, with one batch of a partition in flight at a time. A partition that fills a batch
 * gets one of its own; the others share. Times are ms of whatever clock the caller has.
 */
export class Batcher {
  readonly #limits: BatchLimits;
  readonly #partitions: ReadonlyMap<number, Partition>;

  constructor(partitions: readonly number[], limits: BatchLimits) {
    this.#limits = limits;
    this.#partitions = new Map(
      partitions.map((partition) => [partition, { waiting: [], waitingBytes: 0, inFlight: false }]),
    );
  }

  /** Takes records that arrived, in order within each partition. */
  add(records: readonly LogRecord[], now: number): void {
    for (const record of records) {
      const partition = this.#partitions.get(record.partition)!;
      const bytes = this.#limits.bytesOf(record);
      partition.waiting.push({ record, bytes, arrived: now });
      partition.waitingBytes += bytes;
    }
  }

  /** The batches that are due. Their partitions are in flight from now on. */
  take(now: number): Batch[] {
    const idle = [...this.#partitions].filter(([, { inFlight, waiting }]) => !inFlight && waiting.length > 0);
    const full = idle.filter(([, partition]) => this.#isFull(partition));
    const batches = full.map((each) => this.#batchOf([each])[0]!);
    const others = idle.filter((each) => !full.includes(each));
    if (others.some(([, { waiting }]) => this.#dueAt(waiting) <= now)) batches.push(...this.#batchOf(others));
    return batches;
  }

  /** When `take` gives something if no more records arrive; null where none wait or all are in flight. */
  nextDue(): number | null {
    const due = [...this.#partitions.values()]
      .filter(({ inFlight, waiting }) => !inFlight && waiting.length > 0)
      .map((partition) => (this.#isFull(partition) ? Number.NEGATIVE_INFINITY : this.#dueAt(partition.waiting)));
    return due.length === 0 ? null : Math.min(...due);
  }

  /** The batch is over: its partitions may go on. */
  done(batch: Batch): void {
    for (const partition of batch.partitions) this.#partitions.get(partition)!.inFlight = false;
  }

  /** Bytes of the records of a partition that no batch holds yet. */
  waitingBytes(partition: number): number {
    return this.#partitions.get(partition)!.waitingBytes;
  }

  /** Whether nothing of a partition is at hand: none waits, none is in flight. */
  isIdle(partition: number): boolean {
    const { waiting, inFlight } = this.#partitions.get(partition)!;
    return waiting.length === 0 && !inFlight;
  }

  /** Partitions with a batch in flight, in the order in which they were given. */
  inFlight(): number[] {
    return [...this.#partitions].filter(([, { inFlight }]) => inFlight).map(([partition]) => partition);
  }

  #isFull({ waiting, waitingBytes }: Partition): boolean {
    return waiting.length >= this.#limits.batchSize || waitingBytes >= this.#limits.bytes;
  }

  #dueAt(waiting: readonly Waiting[]): number {
    return waiting[0]!.arrived + this.#limits.windowMs;
  }

  /** As many batches as the bytes need; what a partition has beyond its first stays. */
  #batchOf(partitions: readonly (readonly [number, Partition])[]): Batch[] {
    const batches: Batch[] = [];
    let batch: { partitions: number[]; records: LogRecord[] } | null = null;
    let room = 0;
    for (const [number, partition] of partitions) {
      if (batch === null || partition.waiting[0]!.bytes > room) {
        batch = { partitions: [], records: [] };
        batches.push(batch);
        room = this.#limits.bytes;
      }
      const taken = this.#takeFrom(partition, room);
      for (const { record, bytes } of taken) {
        batch.records.push(record);
        room -= bytes;
      }
      batch.partitions.push(number);
    }
    return batches;
  }

  /** At least one record. */
  #takeFrom(partition: Partition, room: number): Waiting[] {
    const { waiting } = partition;
    const most = Math.min(waiting.length, this.#limits.batchSize);
    let count = 1;
    let bytes = waiting[0]!.bytes;
    while (count < most && bytes + waiting[count]!.bytes <= room) bytes += waiting[count++]!.bytes;
    partition.waitingBytes -= bytes;
    partition.inFlight = true;
    return waiting.splice(0, count);
  }
}
