import { CANDLES, DEAD_LETTERS, RUN_EVENTS, TICKS } from "#shared/wire/topics.ts";

/** A topic of the log. */
export interface Topic {
  readonly name: string;
  /** Fixed: growing is a new topic after a drain. */
  readonly partitions: number;
  readonly retentionMs: number;
}

/** A function that a topic's records trigger, batch by batch. */
export interface StreamFunction {
  readonly name: "aggregate" | "archive" | "step-strategies";
  readonly topic: string;
  /** Records of a partition that one batch holds at most. */
  readonly batchSize: number;
}

const DAY = 86_400_000;

/** Data only: read by every host. */
export const TOPICS: readonly Topic[] = [
  { name: TICKS, partitions: 4, retentionMs: 3 * DAY },
  { name: CANDLES, partitions: 1, retentionMs: 14 * DAY },
  { name: RUN_EVENTS, partitions: 1, retentionMs: 14 * DAY },
  { name: DEAD_LETTERS, partitions: 1, retentionMs: 14 * DAY },
];

/** In the order in which a host with one thread serves them: what is stored is stored before it is acted on. */
export const STREAM_FUNCTIONS: readonly StreamFunction[] = [
  { name: "archive", topic: TICKS, batchSize: 100 },
  { name: "aggregate", topic: TICKS, batchSize: 100 },
  { name: "archive", topic: CANDLES, batchSize: 100 },
  { name: "step-strategies", topic: CANDLES, batchSize: 100 },
  { name: "archive", topic: RUN_EVENTS, batchSize: 100 },
];
