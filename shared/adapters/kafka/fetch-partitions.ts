import { setTimeout as sleep } from "node:timers/promises";
import type Cluster from "kafkajs/src/cluster/index.js";
import Batch from "kafkajs/src/consumer/batch.js";
import type { LogRecord, RecordHeader } from "#shared/ports/event-log.ts";
import { rootOf } from "./faults.ts";

/** Most that one request brings of a partition, bytes; a greater record comes alone. */
const PARTITION_BYTES = 4 << 20;

/** How often an offset is asked for again that the broker refuses and yet says that it has. */
const MOST_STANDING = 10;
const STANDING_MS = 100;

/** What a topic's partitions hold, by partition. */
export interface Fetched {
  readonly records: ReadonlyMap<number, readonly LogRecord[]>;
  /** Where reading began instead, for the partitions whose log does not have the offset asked for. */
  readonly restarted: ReadonlyMap<number, number>;
}

/**
 * Records of a topic's partitions from an offset on, as far as one request a broker brings them. Where none are there,
 * each broker waits up to `waitMs` for one. Offsets that the log no longer has, or not yet, count as its first one.
 */
export async function fetchPartitions(
  cluster: Cluster,
  topic: string,
  offsets: ReadonlyMap<number, number>,
  waitMs: number,
): Promise<Fetched> {
  const found = new Map<number, readonly LogRecord[]>();
  const restarted = new Map<number, number>();
  let wanted = offsets;
  let standing = 0;
  while (wanted.size > 0) {
    try {
      wanted = await fetchOnce(cluster, topic, wanted, waitMs, found);
    } catch (error) {
      if (rootOf(error).type !== "OFFSET_OUT_OF_RANGE") throw error;
      const within = await withinRange(cluster, topic, wanted);
      if ([...within].every(([partition, offset]) => offset === wanted.get(partition))) {
        // A broker that has just come to lead a partition may not know yet how far it goes.
        if (++standing === MOST_STANDING) throw error;
        await sleep(STANDING_MS);
      }
      for (const [partition, offset] of within) if (offset !== wanted.get(partition)) restarted.set(partition, offset);
      wanted = within;
    }
  }
  return { records: found, restarted };
}

/** Puts what came into `found`. Returns the partitions to ask again: what came of them held no record for readers. */
async function fetchOnce(
  cluster: Cluster,
  topic: string,
  wanted: ReadonlyMap<number, number>,
  waitMs: number,
  found: Map<number, readonly LogRecord[]>,
): Promise<Map<number, number>> {
  const again = new Map<number, number>();
  const leaders = Object.entries(cluster.findLeaderForPartitions(topic, [...wanted.keys()]));
  await Promise.all(
    leaders.map(async ([nodeId, partitions]) => {
      const broker = await cluster.findBroker({ nodeId });
      const asked = partitions.map((partition) => ({
        partition,
        fetchOffset: String(wanted.get(partition)),
        maxBytes: PARTITION_BYTES,
      }));
      const { responses } = await broker.fetch({
        maxWaitTime: waitMs,
        minBytes: 1,
        maxBytes: PARTITION_BYTES * asked.length,
        topics: [{ topic, partitions: asked }],
      });
      // A broker answers in as many parts as it likes.
      for (const response of responses) {
        for (const partition of response.partitions) {
          const fetchedOffset = wanted.get(partition.partition)!;
          const batch = new Batch(topic, String(fetchedOffset), partition);
          const next = Number(batch.lastOffset()) + 1;
          if (batch.messages.length === 0 && batch.rawMessages.length > 0 && next > fetchedOffset) {
            again.set(partition.partition, next);
          } else found.set(partition.partition, recordsOf(topic, partition.partition, batch));
        }
      }
    }),
  );
  return again;
}

function recordsOf(topic: string, partition: number, batch: Batch): readonly LogRecord[] {
  return batch.messages.map(({ key, value, offset, timestamp, headers }) => {
    const named = Object.entries(headers).flatMap(headersOf);
    return {
      topic,
      partition,
      offset: Number(offset),
      appendTime: Number(timestamp),
      key: key?.toString("utf8") ?? "",
      value,
      ...(named.length === 0 ? {} : { headers: named }),
    };
  });
}

/** kafkajs keeps the headers of one name together, and a value that is null as it is: it counts as empty. */
function headersOf([name, values]: readonly [string, Buffer | null | (Buffer | null)[]]): RecordHeader[] {
  return [values].flat().map((value) => ({ name, value: value ?? new Uint8Array(0) }));
}

async function withinRange(
  cluster: Cluster,
  topic: string,
  wanted: ReadonlyMap<number, number>,
): Promise<Map<number, number>> {
  const ranges = await offsetRanges(cluster, topic, [...wanted.keys()]);
  return new Map(
    [...wanted].map(([partition, offset]) => {
      const { begin, end } = ranges.get(partition)!;
      return [partition, offset >= begin && offset <= end ? offset : begin];
    }),
  );
}

/** Of each partition the oldest offset that the log has, and that of the record to come. */
export async function offsetRanges(
  cluster: Cluster,
  topic: string,
  partitions: readonly number[],
): Promise<Map<number, { readonly begin: number; readonly end: number }>> {
  const bound = async (fromBeginning: boolean): Promise<Map<number, number>> => {
    const asked = partitions.map((partition) => ({ partition }));
    const [offsets] = await cluster.fetchTopicsOffset([{ topic, partitions: asked, fromBeginning }]);
    return new Map(offsets!.partitions.map(({ partition, offset }) => [partition, Number(offset)]));
  };
  const [begin, end] = [await bound(true), await bound(false)];
  return new Map(
    partitions.map((partition) => [partition, { begin: begin.get(partition)!, end: end.get(partition)! }]),
  );
}
