import type { TearSheet } from "../engine/tear-sheet.ts";

/** A live run that is `stopped` can be resumed; one that is `finished` or `failed` is over. */
export type RunStatus = "running" | "stopped" | "finished" | "failed";

/** One run of a strategy. */
export interface RunRecord {
  /** Of a backtest or a set of a sweep: made from its identity, so that a repeat is the same run. */
  readonly run: string;
  /** Counts the changes of a live run's record, from 1; 0 of all others, which a repeat replaces. */
  readonly version: number;
  /** A `sweep` is a backtest whose figures alone were kept. */
  readonly kind: "backtest" | "sweep" | "paper" | "replay";
  readonly strategy: string;
  /** Feeds as `name=binance:BTC/USDT@1h`, in order. */
  readonly feeds: readonly string[];
  readonly params: Readonly<Record<string, number | string | boolean>>;
  /** Everything that decides the result, as canonical JSON. */
  readonly definition: string;
  /** sha256 of `definition`, hex. */
  readonly identity: string;
  readonly created: number;
  readonly status: RunStatus;
  /** Why it failed, or what a running one waits for; null otherwise. */
  readonly error: string | null;
  /** Null until finished or stopped, and where no bar was traded on. */
  readonly resultHash: string | null;
  /**
   * Close time of the last bars that a live run had folded when it was stopped or finished, ms UTC: of its results only
   * those before it count. 0 where it had folded none; null where all count.
   */
  readonly until: number | null;
  readonly figures: TearSheet | null;
}

export interface RunRegistry {
  /** Inserts or replaces by `run`. Changes nothing where a later version is held. */
  put(record: RunRecord): Promise<void>;
  /** As `put` of each: all or none of up to 99, and of more a first part at the worst. */
  putAll(records: readonly RunRecord[]): Promise<void>;
  /** Null too for what can be no run's id: it is empty, or longer than `LONGEST_KEY`. */
  get(run: string): Promise<RunRecord | null>;
  /** Those of some runs that there are, in any order. */
  getAll(runs: readonly string[]): Promise<readonly RunRecord[]>;
  /** Those that are `running`, newest first. */
  running(): Promise<readonly RunRecord[]>;
  /** Newest first. */
  list(): Promise<readonly RunRecord[]>;
}

/** The registry that decides what live runs are; every other follows it. */
export interface LiveRunRegistry extends RunRegistry {
  /**
   * Replaces the record if the version before its own is held; resolves to false, and changes nothing, where it is not:
   * another was faster.
   */
  replace(record: RunRecord): Promise<boolean>;
}
