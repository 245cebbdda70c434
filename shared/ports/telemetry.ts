/** What became of one batch of one partition in a stage. */
export interface BatchReport {
  readonly stage: string;
  readonly topic: string;
  readonly partition: number;
  readonly firstOffset: number;
  readonly lastOffset: number;
  readonly records: number;
  /** Records that the whole invocation published, by topic. */
  readonly outputs: Readonly<Record<string, number>>;
  /** What the whole invocation took, ms. */
  readonly ms: number;
  /** Greatest age of a record when the batch was done, ms: time since the log took it. */
  readonly ageMs: number;
  readonly outcome: "done" | "failed";
  /** Why it failed; null otherwise. */
  readonly error: string | null;
}

/** Says what a stage does, for those who operate it: one structured line a batch, and metrics. Never throws. */
export interface Telemetry {
  batch(report: BatchReport): void;
}
