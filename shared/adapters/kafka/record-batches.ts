import type { IHeaders, Message } from "kafkajs";
import { InputError } from "#shared/market/input-error.ts";
import type { OutgoingRecord, RecordHeader } from "#shared/ports/event-log.ts";
import { greatestRecordBytes } from "#shared/wire/record-bytes.ts";

/** What is published together; a greater record goes alone. Every topic takes so much and what Kafka adds. */
const BATCH_BYTES = 1_000_000;
/** Most that Kafka adds to a batch. */
const BATCH_OVERHEAD = 61;
/** Most that Kafka adds to a record: lengths, offsets, times. */
const RECORD_OVERHEAD = 40;
/** Two lengths. */
const HEADER_OVERHEAD = 10;

/** Records in their order, in batches that a topic takes. Throws InputError where one record alone is too large. */
export function batchesOf(topic: string, records: readonly OutgoingRecord[]): Message[][] {
  const batches: Message[][] = [];
  const most = greatestRecordBytes(topic) - BATCH_OVERHEAD;
  let room = 0;
  for (const { key, value, headers = [] } of records) {
    const size = Buffer.byteLength(key) + (value?.length ?? 0) + RECORD_OVERHEAD + headerBytes(headers);
    if (size > most) {
      throw new InputError(
        "bad-data",
        `A record of topic '${topic}' with key '${key}' has ${size} bytes, and the topic takes ${most} at most: ` +
          "split what it holds over several records.",
      );
    }
    if (size > room) {
      batches.push([]);
      room = BATCH_BYTES;
    }
    room -= size;
    batches.at(-1)!.push({
      key,
      value: value === null ? null : bufferOf(value),
      ...(headers.length === 0 ? {} : { headers: messageHeaders(headers) }),
    });
  }
  return batches;
}

function headerBytes(headers: readonly RecordHeader[]): number {
  return headers.reduce((sum, { name, value }) => sum + Buffer.byteLength(name) + value.length + HEADER_OVERHEAD, 0);
}

/** As kafkajs takes them: the values of one name in a list. */
function messageHeaders(headers: readonly RecordHeader[]): IHeaders {
  const byName = Map.groupBy(headers, ({ name }) => name);
  return Object.fromEntries([...byName].map(([name, some]) => [name, some.map(({ value }) => bufferOf(value))]));
}

function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}
