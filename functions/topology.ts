import { LETTER_BYTES, RECORD_BYTES } from "#shared/wire/record-bytes.ts";
import { CANDLES, DEAD_LETTERS, REPLAY_CANDLES, REPLAY_TICKS, RUN_EVENTS, TICKS } from "#shared/wire/topics.ts";

/** A topic of the log. */
export interface Topic {
  readonly name: string;
  /** Fixed: growing is a new topic after a drain. */
  readonly partitions: number;
  readonly retentionMs: number;
  /** Greatest record, alone in its batch and with what Kafka adds, bytes. */
  readonly maxRecordBytes: number;
}

export type FunctionName = "aggregate" | "archive" | "rebuild" | "step-strategies";

/** A function: one bundle, with a process of its own for each invocation at a time. */
export interface FunctionSpec {
  readonly name: FunctionName;
  /** An invocation that takes longer is ended, and its batch repeated. */
  readonly timeoutMs: number;
  readonly memoryMb: number;
}

/** A topic whose records trigger a function, batch by batch. */
export interface StreamFunction {
  readonly name: Exclude<FunctionName, "rebuild">;
  readonly topic: string;
  /** Records of a partition that one batch holds at most. */
  readonly batchSize: number;
  /** How long a batch that is not full waits for more records, ms: whole seconds, as AWS has them. */
  readonly batchWindowMs: number;
  /** Whether a process of it is always ready: what is live does not wait for one to start. */
  readonly warm: boolean;
}

/** A function that time triggers. */
export interface ScheduledFunction {
  readonly name: "rebuild";
  readonly everyMs: number;
}

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const DAY = 24 * 60 * MINUTE;

/** Data only: read by every host. */
export const TOPICS: readonly Topic[] = [
  { name: TICKS, partitions: 4, retentionMs: 3 * DAY, maxRecordBytes: RECORD_BYTES },
  { name: CANDLES, partitions: 1, retentionMs: 14 * DAY, maxRecordBytes: RECORD_BYTES },
  { name: RUN_EVENTS, partitions: 1, retentionMs: 14 * DAY, maxRecordBytes: RECORD_BYTES },
  { name: REPLAY_TICKS, partitions: 2, retentionMs: DAY, maxRecordBytes: RECORD_BYTES },
  { name: REPLAY_CANDLES, partitions: 2, retentionMs: DAY, maxRecordBytes: RECORD_BYTES },
  { name: DEAD_LETTERS, partitions: 1, retentionMs: 14 * DAY, maxRecordBytes: LETTER_BYTES },
];

export const FUNCTIONS: readonly FunctionSpec[] = [
  { name: "archive", timeoutMs: 2 * MINUTE, memoryMb: 512 },
  { name: "aggregate", timeoutMs: MINUTE, memoryMb: 512 },
  { name: "step-strategies", timeoutMs: 5 * MINUTE, memoryMb: 1024 },
  { name: "rebuild", timeoutMs: 14 * MINUTE, memoryMb: 1024 },
];

/** In the order in which a host with one thread serves them: what is stored is stored before it is acted on. */
export const STREAM_FUNCTIONS: readonly StreamFunction[] = [
  { name: "archive", topic: TICKS, batchSize: 100, batchWindowMs: SECOND, warm: true },
  { name: "aggregate", topic: TICKS, batchSize: 100, batchWindowMs: 0, warm: true },
  { name: "archive", topic: CANDLES, batchSize: 100, batchWindowMs: 0, warm: true },
  { name: "step-strategies", topic: CANDLES, batchSize: 100, batchWindowMs: 0, warm: true },
  { name: "aggregate", topic: REPLAY_TICKS, batchSize: 100, batchWindowMs: 0, warm: false },
  { name: "step-strategies", topic: REPLAY_CANDLES, batchSize: 100, batchWindowMs: 0, warm: false },
  { name: "archive", topic: RUN_EVENTS, batchSize: 100, batchWindowMs: 0, warm: true },
];

export const SCHEDULED_FUNCTIONS: readonly ScheduledFunction[] = [{ name: "rebuild", everyMs: MINUTE }];

/** The consumer group that a function reads its topic as. */
export function groupOf({ name, topic }: StreamFunction): string {
  return `${name}/${topic}`;
}

/** Who reads which topic, as what. */
export const READERS: readonly { readonly stage: string; readonly topic: string; readonly group: string }[] =
  STREAM_FUNCTIONS.map((each) => ({ stage: each.name, topic: each.topic, group: groupOf(each) }));
