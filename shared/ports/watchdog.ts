/**
 * What became of a piece of work: it returned, it took too long, or it was interrupted though it may be innocent, as
 * work before it had used up the time or the whole process stood still. After the last two what it worked on is broken.
 */
export type WatchOutcome = "done" | "overran" | "interrupted";

/** Ends synchronous work that does not come back. */
export interface Watchdog {
  /** How long one piece of work may take, s. */
  readonly seconds: number;
  /**
   * Calls each in order, until one does not come back: what became of each that was called. Of the others nothing is
   * begun. None may throw.
   * @param patience how many times longer than usual they may take together, where only the machine may be slow
   */
  watch(works: readonly (() => void)[], patience?: number): readonly WatchOutcome[];
}
