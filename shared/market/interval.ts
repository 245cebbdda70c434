/** A span of time, ms UTC: `from` inclusive, `to` exclusive. */
export interface Interval {
  readonly from: number;
  readonly to: number;
}

/**
 * What is known about the trades of a span. `lost`: trades may have happened that nobody holds. `source`: one source
 * without sequential ids tells all of it that it knows, so silence inside is `unknown`, not a gap. `silent`: the source
 * vouches that nothing was traded, by heartbeats on a connection proven alive.
 */
export type CoverageKind = "lost" | "source" | "silent";

/** A span of an instrument with its proof or reason, in words for a person. */
export interface Coverage extends Interval {
  readonly kind: CoverageKind;
  readonly reason: string;
}

/** Sorted, disjoint, touching spans joined. */
export function joinIntervals(intervals: readonly Interval[]): Interval[] {
  const sorted = intervals.filter((span) => span.from < span.to).sort((a, b) => a.from - b.from);
  const joined: { from: number; to: number }[] = [];
  for (const span of sorted) {
    const last = joined.at(-1);
    if (last !== undefined && span.from <= last.to) last.to = Math.max(last.to, span.to);
    else joined.push({ from: span.from, to: span.to });
  }
  return joined;
}
