import type { Timeframe } from "#shared/market/timeframe.ts";
import type { RunEvents } from "../run-events.ts";
import type { SnapshotReader, SnapshotWriter } from "../snapshot.ts";

/** What an analyzer knows of a run beforehand. */
export interface AnalyzedRun {
  /** Cash at the start, quote currency. */
  readonly cash: number;
  /** Of the first feed. */
  readonly timeframe: Timeframe;
  /** Names of the feeds, in order. */
  readonly feeds: readonly string[];
}

/**
 * Figures over a run, under backtrader's name. It folds what the run drains, in any cuts, and can stop and go on
 * anywhere between two calls of `step`.
 */
export interface Analyzer<Result> {
  /** Folds what the run did since the last call. */
  step(events: RunEvents): void;
  /** The figures over all that was folded so far. */
  result(): Result;
  save(writer: SnapshotWriter): void;
  /** Into a fresh analyzer of the same run and settings. */
  load(reader: SnapshotReader): void;
}
