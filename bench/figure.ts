/** One measured figure of a benchmark, whose result was checked before it was timed. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  /** Such as `M ticks/s` or `µs`. */
  readonly unit: string;
  /** Who did the same work, run side by side. */
  readonly peer?: string;
  /** How many times better than the peer. */
  readonly ratio?: number;
}
