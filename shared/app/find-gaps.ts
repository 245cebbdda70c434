import type { Candle } from "../market/candle.ts";
import type { Instrument } from "../market/instrument.ts";
import type { Coverage, Interval } from "../market/interval.ts";
import { nominalLength } from "../market/timeframe.ts";
import type { CandleExtent, CandleStore } from "../ports/candle-store.ts";
import type { RangeRegistry } from "../ports/range-registry.ts";

/** A stretch of whole windows in which trades or candles are missing. */
export interface Gap extends Interval {
  /** `hole`: nothing of the stretch is held. `partial`: some trades are. */
  readonly kind: "hole" | "partial";
  /** How many trades are missing, by their ids; null where ids do not tell. */
  readonly missing: number | null;
  /** First and last missing id, where they are one run; null otherwise. */
  readonly firstId: number | null;
  readonly lastId: number | null;
  /** Why, in words. */
  readonly reason: string;
}

/**
 * What is missing of an instrument in [from, to), found in the shortest candles that are stored, which are minutes
 * wherever trades are held: ids that are not held between or inside windows, windows that nothing is held of, and spans
 * that were recorded as lost. In order; empty where no candle is stored.
 */
export async function findGaps(
  ports: { readonly candles: CandleStore; readonly ranges: RangeRegistry },
  instrument: Instrument,
  span: Interval,
): Promise<Gap[]> {
  const shortest = (await gapExtents(ports.candles, instrument))[0]?.timeframe;
  if (shortest === undefined) return [];
  const coverage = await ports.ranges.coverage(instrument, span.from, span.to);
  const lost = coverage.filter((each) => each.kind === "lost");
  const finder = new GapFinder(lost);
  const query = { instrument, timeframe: shortest, choice: "best", ...span } as const;
  for await (const candles of ports.candles.read(query)) for (const candle of candles) finder.push(candle);
  return finder.finish();
}

/** What is held of the shortest candles that are stored, in which gaps are looked for; empty where there are none. */
export async function gapExtents(candles: CandleStore, instrument: Instrument): Promise<readonly CandleExtent[]> {
  const held = await candles.extents(instrument);
  const least = Math.min(...held.map(({ timeframe }) => nominalLength(timeframe)));
  return held.filter(({ timeframe }) => nominalLength(timeframe) === least);
}

class GapFinder {
  readonly #lost: readonly Coverage[];
  readonly #gaps: Gap[] = [];
  #before: Candle | null = null;
  /** Windows that are gaps, or not stored, since the last one that is. */
  #hole: Interval | null = null;
  /** Why nothing is held of the hole, where no reason was recorded. */
  #why = "";
  /** End of the last window, ms UTC. */
  #end: number | null = null;

  constructor(lost: readonly Coverage[]) {
    this.#lost = lost;
  }

  push(candle: Candle): void {
    const { openTime, closeTime } = candle;
    if (this.#end !== null && openTime > this.#end) this.#extendHole(this.#end, openTime, "no candle of it is held");
    this.#end = closeTime;
    if (candle.completeness === "gap") {
      this.#extendHole(openTime, closeTime, "nothing proves that it was silent");
      return;
    }
    const { firstId, lastId, trades } = candle;
    const before = this.#before?.lastId ?? null;
    if (firstId !== null && before !== null && firstId > before + 1) {
      this.#between(this.#hole ?? { from: this.#before!.openTime, to: candle.closeTime }, before + 1, firstId - 1);
    } else if (this.#hole !== null) this.#silent(this.#hole);
    this.#hole = null;
    if (firstId !== null && lastId !== null && trades !== null && lastId - firstId + 1 > trades) {
      const missing = lastId - firstId + 1 - trades;
      const reason = `between ids ${firstId} and ${lastId}`;
      this.#gaps.push({ from: openTime, to: closeTime, kind: "partial", missing, firstId: null, lastId: null, reason });
    }
    if (lastId !== null) this.#before = candle;
    else if (trades !== 0) this.#partlyLost({ from: openTime, to: closeTime });
  }

  finish(): Gap[] {
    if (this.#hole !== null) this.#silent(this.#hole);
    return this.#gaps;
  }

  #extendHole(from: number, to: number, why: string): void {
    if (this.#hole === null) this.#why = why;
    this.#hole = { from: this.#hole?.from ?? from, to };
  }

  #between(span: Interval, firstId: number, lastId: number): void {
    const missing = lastId - firstId + 1;
    const reason = this.#reasonFor(span) ?? `ids ${firstId} to ${lastId} are not held`;
    this.#gaps.push({ ...span, kind: this.#hole === null ? "partial" : "hole", missing, firstId, lastId, reason });
  }

  /** Without ids nothing shows that trades of a traded window are missing, but that they were said to be lost. */
  #partlyLost(span: Interval): void {
    const reason = this.#reasonFor(span);
    if (reason === null) return;
    const last = this.#gaps.at(-1);
    const joins = last?.kind === "partial" && last.to === span.from && last.reason === reason;
    const from = joins ? this.#gaps.pop()!.from : span.from;
    this.#gaps.push({ from, to: span.to, kind: "partial", missing: null, firstId: null, lastId: null, reason });
  }

  #silent(span: Interval): void {
    const reason = this.#reasonFor(span) ?? this.#why;
    this.#gaps.push({ ...span, kind: "hole", missing: null, firstId: null, lastId: null, reason });
  }

  #reasonFor(span: Interval): string | null {
    return this.#lost.find((each) => each.from < span.to && each.to > span.from)?.reason ?? null;
  }
}
