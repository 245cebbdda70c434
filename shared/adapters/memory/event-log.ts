import type { FollowableLog, LogRecord, OutgoingRecord, PartitionPosition } from "#shared/ports/event-log.ts";

/** A topic of a `MemoryEventLog`. */
export interface MemoryTopic {
  readonly name: string;
  readonly partitions: number;
  /**
   * Who reads it. A record is held until all of these are past it, and no longer; where nobody is named, a partition
   * keeps its newest `bound` records.
   */
  readonly groups: readonly string[];
  /** Most records that one partition holds. */
  readonly bound: number;
  /** First offset of each partition, so that fences from before a restart still hold; 0 where none is given. */
  readonly startOffsets?: readonly number[];
  /**
   * Skips every offset that leaves `holeEvery − 1` when divided by it, as a transaction's markers do in Kafka; no
   * holes where it is not given. At least 2.
   */
  readonly holeEvery?: number;
}

interface Partition {
  records: LogRecord[];
  nextOffset: number;
  appendTime: number;
  readonly committed: Map<string, number>;
}

interface Topic {
  readonly settings: MemoryTopic;
  readonly partitions: readonly Partition[];
}

/** A log held in memory and bounded: what is not consumed is refused at the door, not piled up. */
export class MemoryEventLog implements FollowableLog {
  readonly #topics = new Map<string, Topic>();
  /** Ended by the next record of whatever topic. */
  readonly #waits = new Set<() => void>();
  readonly #now: () => number;

  /** `now` stamps records, ms UTC. */
  constructor(topics: readonly MemoryTopic[], now: () => number) {
    this.#now = now;
    for (const settings of topics) {
      const partitions = Array.from({ length: settings.partitions }, (_, partition) => ({
        records: [],
        nextOffset: pastHole(settings, settings.startOffsets?.[partition] ?? 0),
        appendTime: 0,
        committed: new Map<string, number>(),
      }));
      this.#topics.set(settings.name, { settings, partitions });
    }
  }

  /** Rejects, and publishes none of `records`, when a partition would hold more than its bound. */
  async publish(topic: string, records: readonly OutgoingRecord[]): Promise<void> {
    const { settings, partitions } = this.#topic(topic);
    const placed = records.map((record) => partitionOf(record.key, settings.partitions));
    if (settings.groups.length > 0) this.#refuseOverflow(settings, partitions, placed);
    const now = this.#now();
    for (const [i, record] of records.entries()) {
      const partition = partitions[placed[i]!]!;
      // As Kafka's LogAppendTime, never backwards within a partition.
      partition.appendTime = Math.max(partition.appendTime, now);
      partition.records.push({
        key: record.key,
        value: record.value === null ? null : record.value.slice(),
        ...(record.headers === undefined ? {} : { headers: record.headers }),
        topic,
        partition: placed[i]!,
        offset: partition.nextOffset,
        appendTime: partition.appendTime,
      });
      partition.nextOffset = pastHole(settings, partition.nextOffset + 1);
      if (settings.groups.length === 0 && partition.records.length > settings.bound) partition.records.shift();
    }
    for (const end of this.#waits) end();
  }

  async poll(group: string, topic: string, limit: number): Promise<readonly LogRecord[]> {
    const { partitions } = this.#topic(topic);
    return partitions.flatMap(({ records, committed }) => {
      const from = firstAtOrAfter(records, committed.get(group) ?? 0);
      return records.slice(from, from + limit);
    });
  }

  async follow(
    _group: string,
    topic: string,
    offsets: ReadonlyMap<number, number>,
    waitMs: number,
  ): Promise<readonly LogRecord[]> {
    const { partitions } = this.#topic(topic);
    const deadline = performance.now() + waitMs;
    for (;;) {
      const found = [...offsets].flatMap(([partition, offset]) => {
        const { records, nextOffset } = partitions[partition]!;
        return records.slice(offset > nextOffset ? 0 : firstAtOrAfter(records, offset));
      });
      const left = deadline - performance.now();
      if (found.length > 0 || left <= 0) return found;
      await this.#nextRecord(left);
    }
  }

  #nextRecord(waitMs: number): Promise<void> {
    return new Promise((resolve) => {
      const end = (): void => {
        clearTimeout(timer);
        this.#waits.delete(end);
        resolve();
      };
      const timer = setTimeout(end, waitMs);
      this.#waits.add(end);
    });
  }

  async commit(group: string, records: readonly LogRecord[]): Promise<void> {
    for (const record of records) {
      const { committed } = this.#topic(record.topic).partitions[record.partition]!;
      committed.set(group, Math.max(committed.get(group) ?? 0, record.offset + 1));
    }
    for (const topic of new Set(records.map((record) => record.topic))) this.#dropConsumed(this.#topic(topic));
  }

  async positions(group: string, topic: string): Promise<readonly PartitionPosition[]> {
    return this.#topic(topic).partitions.map(({ records, nextOffset: end, committed }, partition) => {
      const begin = records[0]?.offset ?? end;
      return { partition, begin, next: Math.max(begin, committed.get(group) ?? 0), end };
    });
  }

  #topic(name: string): Topic {
    const topic = this.#topics.get(name);
    if (topic !== undefined) return topic;
    throw new Error(`topic '${name}' does not exist: topics are made from the topology, which has ${this.#names()}`);
  }

  #names(): string {
    return [...this.#topics.keys()].join(", ") || "none";
  }

  #refuseOverflow(settings: MemoryTopic, partitions: readonly Partition[], placed: readonly number[]): void {
    const added = new Array<number>(settings.partitions).fill(0);
    for (const partition of placed) added[partition]!++;
    for (const [partition, count] of added.entries()) {
      const held = partitions[partition]!.records.length;
      if (count === 0 || held + count <= settings.bound) continue;
      throw new Error(
        `topic '${settings.name}' partition ${partition} holds ${held} records that ${settings.groups.join(", ")} ` +
          `did not consume yet, and takes ${settings.bound} at most: consume before publishing ${count} more`,
      );
    }
  }

  #dropConsumed({ settings, partitions }: Topic): void {
    if (settings.groups.length === 0) return;
    for (const partition of partitions) {
      const passed = Math.min(...settings.groups.map((group) => partition.committed.get(group) ?? 0));
      const consumed = firstAtOrAfter(partition.records, passed);
      if (consumed > 0) partition.records = partition.records.slice(consumed);
    }
  }
}

function pastHole({ holeEvery }: MemoryTopic, offset: number): number {
  return holeEvery !== undefined && offset % holeEvery === holeEvery - 1 ? offset + 1 : offset;
}

/** Index of the first record with `offset` or a greater one. */
function firstAtOrAfter(records: readonly LogRecord[], offset: number): number {
  let low = 0;
  let high = records.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (records[middle]!.offset < offset) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** FNV-1a of the key: equal keys share a partition. */
function partitionOf(key: string, partitions: number): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < key.length; i++) hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193);
  return (hash >>> 0) % partitions;
}
