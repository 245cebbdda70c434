import type { TickColumns, TickOrigin } from "../market/tick.ts";

/**
 * A block of ticks. `watermark`: all ticks of the instrument before it are published. `previousId`: id of the last tick
 * of the instrument's block before, null for the first.
 */
export interface TicksRecord {
  readonly kind: "ticks";
  readonly origin: TickOrigin;
  readonly watermark: number;
  readonly previousId: number | null;
  readonly ticks: TickColumns;
}

/** The source is alive and nothing was traded: only the watermark moves. */
export interface HeartbeatRecord {
  readonly kind: "heartbeat";
  readonly watermark: number;
}

/** The source was lost after `from`; the watermark stands until it is back. */
export interface GapOpenedRecord {
  readonly kind: "gap-opened";
  readonly from: number;
  readonly reason: string;
}

/** The source is back. `lost`: trades of [from, to) may be missing for good; otherwise they were all repaired. */
export interface GapClosedRecord {
  readonly kind: "gap-closed";
  readonly from: number;
  readonly to: number;
  readonly lost: boolean;
  readonly reason: string;
}

/**
 * No trade at or after `at` will come: the instrument was delisted or taken off. Never before a watermark that was told:
 * such a record is an old one that is told again after the instrument was traded again.
 */
export interface EndedRecord {
  readonly kind: "ended";
  readonly at: number;
}

/** What an instrument's tick stream is made of. Times in ms UTC. */
export type TickRecord = TicksRecord | HeartbeatRecord | GapOpenedRecord | GapClosedRecord | EndedRecord;
