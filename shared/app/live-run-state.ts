import { ByteReader, ByteWriter } from "../market/bytes.ts";
import type { LogRecord } from "../ports/event-log.ts";

/** Version of a live run's state in its checkpoint. */
export const LIVE_RUN_SCHEMA = 2;

const LIVE = 0;
const STOPPED = 1;
const FAILED = 2;

/** A run that was begun, with what is known of it without its code. */
export interface BegunRun {
  /** Null where no bar was traded on yet. */
  readonly resultHash: string | null;
  /** Close time of its last cycle's bars, ms UTC; 0 before the first cycle. */
  readonly clock: number;
  /** How far each feed was told, ms UTC, inclusive; of one made from another it says nothing. */
  readonly told: readonly number[];
  /** Close time of each feed's first candle, as the run was begun with. */
  readonly firstCloses: readonly (number | null)[];
  /** Keys of its instruments that have ended. */
  readonly ended: readonly string[];
  readonly snapshot: Uint8Array;
}

/** What the checkpoint of a live run holds. A run's status lives here, under the same condition as its steps. */
export type LiveRunState =
  | {
      readonly status: "live" | "stopped";
      /** Null until it can be warmed up. */
      readonly begun: BegunRun | null;
      /** Records that came and wait to be folded. */
      readonly kept: readonly LogRecord[];
    }
  | { readonly status: "failed"; readonly why: string };

/** A live run as bytes. */
export function encodeLiveRun(state: LiveRunState): Uint8Array {
  const out = new ByteWriter();
  if (state.status === "failed") {
    out.byte(FAILED);
    out.text(state.why);
    return out.finish();
  }
  out.byte(state.status === "live" ? LIVE : STOPPED);
  writeRecords(out, state.kept);
  const { begun } = state;
  if (begun === null) {
    out.byte(0);
    return out.finish();
  }
  out.byte(1);
  out.text(begun.resultHash ?? "");
  out.double(begun.clock);
  out.integer(begun.told.length);
  for (const time of begun.told) out.double(time);
  for (const close of begun.firstCloses) out.double(close ?? Number.NaN);
  out.integer(begun.ended.length);
  for (const instrument of begun.ended) out.text(instrument);
  const head = out.finish();
  const bytes = new Uint8Array(head.length + begun.snapshot.length);
  bytes.set(head);
  bytes.set(begun.snapshot, head.length);
  return bytes;
}

/** The inverse; null is a run of which nothing was committed. */
export function decodeLiveRun(bytes: Uint8Array | null): LiveRunState {
  if (bytes === null) return { status: "live", begun: null, kept: [] };
  const input = new ByteReader(bytes);
  const tag = input.byte();
  if (tag === FAILED) return { status: "failed", why: input.text() };
  const kept = readRecords(input);
  const begun = input.byte() === 0 ? null : readBegun(input, bytes);
  return { status: tag === LIVE ? "live" : "stopped", begun, kept };
}

function readBegun(input: ByteReader, bytes: Uint8Array): BegunRun {
  const resultHash = input.text();
  const clock = input.double();
  const told = Array.from({ length: input.integer() }, () => input.double());
  const firstCloses = told.map(() => {
    const close = input.double();
    return Number.isNaN(close) ? null : close;
  });
  const ended = Array.from({ length: input.integer() }, () => input.text());
  // A copy, as numbers in it have to lie at multiples of 8.
  const snapshot = bytes.slice(input.at);
  return { resultHash: resultHash === "" ? null : resultHash, clock, told, firstCloses, ended, snapshot };
}

function writeRecords(out: ByteWriter, records: readonly LogRecord[]): void {
  out.integer(records.length);
  for (const { topic, partition, offset, appendTime, key, value } of records) {
    out.text(topic);
    out.integer(partition);
    out.integer(offset);
    out.integer(appendTime);
    out.text(key);
    out.text(new TextDecoder().decode(value ?? new Uint8Array()));
  }
}

function readRecords(input: ByteReader): LogRecord[] {
  return Array.from({ length: input.integer() }, () => ({
    topic: input.text(),
    partition: input.integer(),
    offset: input.integer(),
    appendTime: input.integer(),
    key: input.text(),
    value: new TextEncoder().encode(input.text()),
  }));
}
