import type { Message } from "kafkajs";
import { InputError } from "#shared/market/input-error.ts";
import type { OutgoingRecord } from "#shared/ports/event-log.ts";

/** A topic takes batches of 1 MiB; this leaves room for what Kafka adds. */
const BATCH_BYTES = 1_000_000;
/** Most that Kafka adds to a record: lengths, offsets, times. */
const RECORD_OVERHEAD = 40;

/** Records in their order, in batches that a topic takes. Throws InputError where one record alone is too large. */
export function batchesOf(topic: string, records: readonly OutgoingRecord[]): Message[][] {
  const batches: Message[][] = [];
  let room = 0;
  for (const { key, value } of records) {
    const size = Buffer.byteLength(key) + (value?.length ?? 0) + RECORD_OVERHEAD;
    if (size > BATCH_BYTES) {
      throw new InputError(
        "bad-data",
        `A record of topic '${topic}' with key '${key}' has ${size} bytes, and a topic takes ${BATCH_BYTES} at most: ` +
          "split what it holds over several records.",
      );
    }
    if (size > room) {
      batches.push([]);
      room = BATCH_BYTES;
    }
    room -= size;
    batches
      .at(-1)!
      .push({ key, value: value === null ? null : Buffer.from(value.buffer, value.byteOffset, value.length) });
  }
  return batches;
}
