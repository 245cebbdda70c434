import type { LogRecord, RecordHeader } from "../ports/event-log.ts";

/** A record as the AWS event source hands it to a function: bytes in base64, headers as lists of byte values. */
interface KafkaEventRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly timestamp: number;
  readonly timestampType: "CREATE_TIME" | "LOG_APPEND_TIME";
  readonly key?: string | null;
  /** Null or absent is a tombstone. */
  readonly value?: string | null;
  readonly headers: readonly Readonly<Record<string, readonly number[]>>[];
}

/** A batch of records, by topic and partition: `ticks-0`. */
export interface KafkaEvent {
  readonly eventSource: "aws:kafka" | "SelfManagedKafka";
  readonly bootstrapServers: string;
  readonly records: Readonly<Record<string, readonly KafkaEventRecord[]>>;
}

/** Records as the event source of a cluster that AWS does not manage would hand them over. */
export function encodeKafkaEvent(bootstrapServers: string, records: readonly LogRecord[]): KafkaEvent {
  const byPartition = Map.groupBy(records, ({ topic, partition }) => `${topic}-${partition}`);
  const batches = [...byPartition].map(([name, some]) => [name, some.map(encodeRecord)] as const);
  return { eventSource: "SelfManagedKafka", bootstrapServers, records: Object.fromEntries(batches) };
}

/**
 * JSON text of the same event. `textOf` gives that of a record, as `kafkaRecordText` does: base64 of a large batch takes
 * a while, and may be had before the batch is due.
 */
export function kafkaEventText(
  bootstrapServers: string,
  records: readonly LogRecord[],
  textOf: (record: LogRecord) => string = kafkaRecordText,
): string {
  const byPartition = Map.groupBy(records, ({ topic, partition }) => `${topic}-${partition}`);
  const batches = [...byPartition].map(([name, some]) => `${JSON.stringify(name)}:[${some.map(textOf).join()}]`);
  const head = JSON.stringify({ eventSource: "SelfManagedKafka", bootstrapServers });
  return `${head.slice(0, -1)},"records":{${batches.join()}}}`;
}

/** Put together by hand: looking through base64 for what is to be escaped takes longer than all else that a host does. */
export function kafkaRecordText(record: LogRecord): string {
  const { value, ...rest } = encodeRecord(record);
  const head = JSON.stringify(rest);
  return `${head.slice(0, -1)},"value":${value == null ? "null" : `"${value}"`}}`;
}

/** Most that a record adds to the JSON text of an event, bytes: its own and the name of its partition. */
export function kafkaEventBytes(record: LogRecord): number {
  const { topic, partition, key, value } = record;
  const rest = encodeRecord({ ...record, key: "", value: value === null ? null : NO_BYTES });
  const partitionBytes = Buffer.byteLength(JSON.stringify({ [`${topic}-${partition}`]: [] }));
  const restBytes = Buffer.byteLength(JSON.stringify(rest)) + 1;
  return partitionBytes + restBytes + base64Bytes(Buffer.byteLength(key)) + base64Bytes(value?.length ?? 0);
}

const NO_BYTES = new Uint8Array(0);

function base64Bytes(bytes: number): number {
  return 4 * Math.ceil(bytes / 3);
}

function encodeRecord({ topic, partition, offset, appendTime, key, value, headers }: LogRecord): KafkaEventRecord {
  return {
    topic,
    partition,
    offset,
    timestamp: appendTime,
    timestampType: "LOG_APPEND_TIME",
    key: Buffer.from(key).toString("base64"),
    value: value === null ? null : Buffer.from(value.buffer, value.byteOffset, value.length).toString("base64"),
    headers: (headers ?? []).map((header) => ({ [header.name]: [...header.value] })),
  };
}

/** The records of an event, in order within each partition. A record without a key has an empty one. */
export function decodeKafkaEvent(event: KafkaEvent): LogRecord[] {
  return Object.values(event.records)
    .flat()
    .map(({ topic, partition, offset, timestamp, key, value, headers }) => ({
      topic,
      partition,
      offset,
      appendTime: timestamp,
      key: Buffer.from(key ?? "", "base64").toString(),
      value: value === null || value === undefined ? null : bytesOf(value),
      ...(headers.length === 0 ? {} : { headers: headers.flatMap(decodeHeader) }),
    }));
}

function bytesOf(base64: string): Uint8Array {
  const { buffer, byteOffset, length } = Buffer.from(base64, "base64");
  return new Uint8Array(buffer, byteOffset, length);
}

function decodeHeader(header: KafkaEventRecord["headers"][number]): RecordHeader[] {
  return Object.entries(header).map(([name, value]) => ({ name, value: Uint8Array.from(value) }));
}
