import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Side, type Tick, tickColumns } from "../market/tick.ts";
import { scaledText } from "./brute-force.ts";
import { TickFolder } from "./tick-folder.ts";
import { joinSummaries, mergeSummaries, type TradeSummary } from "./trade-summary.ts";

const END = 1_000;

function tick(id: number, price: number, amount: number, side: Side | null = "buy", ts = id): Tick {
  return { id, ts, price, amount, side };
}

function fold(ticks: readonly Tick[], folder = new TickFolder()): TradeSummary {
  return folder.fold(tickColumns(ticks), 0, ticks.length, 0, END).summary;
}

/** Sums of what the numbers print as, each product rounded half up to 1e-18. */
function sums(ticks: readonly Tick[]): object {
  const unit = 10n ** 18n;
  let volume = 0n;
  let quoteVolume = 0n;
  let bought = 0n;
  for (const { price, amount, side } of ticks) {
    const exact = scaledText(String(amount));
    volume += exact;
    quoteVolume += (scaledText(String(price)) * exact + unit / 2n) / unit;
    if (side === "buy") bought += exact;
  }
  return { volume, quoteVolume, buyVolume: ticks.some(({ side }) => side === null) ? null : bought };
}

const NUMBER = fc.oneof(
  fc.integer({ min: 1, max: 10 ** 9 }).map((units) => units / 1e4),
  fc.integer({ min: 1, max: 10 ** 9 }).map((units) => units / 1e8),
  fc.constantFrom(1e-8, 1e-18, 0.1, 0.30000000000000004, 99_999_999.9999999, 1e9, 123_456_789.12345678),
  fc.double({ min: 1e-18, max: 1e9, noNaN: true }),
);
const TICKS = fc
  .uniqueArray(
    fc.record({
      id: fc.nat(999),
      ts: fc.nat(END - 1),
      price: NUMBER,
      amount: NUMBER,
      side: fc.constantFrom<Side[]>("buy", "sell"),
    }),
    { minLength: 1, maxLength: 30, selector: ({ id }) => id },
  )
  .map((ticks): Tick[] => ticks);

describe("the fold of ticks", () => {
  test("sums exactly, whatever was folded before", () => {
    fc.assert(
      fc.property(TICKS, TICKS, (before, ticks) => {
        const folder = new TickFolder();
        fold(before, folder);
        expect(fold(ticks, folder)).toMatchObject(sums(ticks));
      }),
    );
  });

  test.each<[string, Tick[]]>([
    ["1e-8 and 1e15", [tick(1, 1e-8, 1e15), tick(2, 1e-8, 1e15, "sell")]],
    ["18 decimals", [tick(1, 1, 1e-18), tick(2, 3, 1.234567890123456e-3)]],
    ["more decimals in both than the sums have", [tick(1, 1.123456789012, 1.123456789012)]],
    ["a product half of the last place", [tick(1, 0.5, 1e-18), tick(2, 0.25, 2e-18)]],
    ["a price step that changes", [tick(1, 100.1, 1), tick(2, 100.12, 1), tick(3, 100.125, 0.001), tick(4, 100, 1)]],
    ["counts past 2^53", Array.from({ length: 50 }, (_, i) => tick(i, 99_999_999.99, 99_999.99999))],
    ["an unknown side", [tick(1, 1, 1), tick(2, 1, 1, null)]],
  ])("%s", (_, ticks) => expect(fold(ticks)).toMatchObject(sums(ticks)));

  test("takes only the rows of its window, up to the first that is not", () => {
    const rows = [tick(1, 5, 1), tick(2, 6, 1), tick(3, 7, 1, "buy", END), tick(4, 8, 1)];
    const { taken, summary } = new TickFolder().fold(tickColumns(rows), 0, 4, 0, END);
    expect([taken, summary.close, summary.trades]).toEqual([2, 6, 2]);
    expect(new TickFolder().fold(tickColumns(rows), 1, 2, 0, END).summary.open).toBe(6);
  });

  test("refuses a sum that no column can hold", () => {
    expect(() => fold([tick(1, 1, 9e19), tick(2, 1, 9e19)])).toThrow("volume is 180000000000000000000, past the 1e20");
    expect(() => fold([tick(1, 1e15, 1e6)])).toThrow("quote volume");
  });
});

describe("summaries", () => {
  const parts = fc.tuple(TICKS, fc.array(fc.nat(2), { minLength: 30, maxLength: 30 }));

  test("merge to what all ticks fold to, in any order and grouping", () => {
    fc.assert(
      fc.property(parts, ([ticks, shards]) => {
        const [a, b, c] = [0, 1, 2].map((shard) => {
          const own = ticks.filter((_, i) => shards[i] === shard);
          return own.length === 0 ? null : fold(own);
        }) as [TradeSummary | null, TradeSummary | null, TradeSummary | null];
        const whole = fold(ticks);
        expect(joinSummaries(joinSummaries(a, b), c)).toEqual(whole);
        expect(joinSummaries(a, joinSummaries(b, c))).toEqual(whole);
        expect(joinSummaries(joinSummaries(c, b), a)).toEqual(whole);
        expect(joinSummaries(joinSummaries(b, a), c)).toEqual(whole);
      }),
    );
  });

  test("refuse a sum that no column can hold", () => {
    const half = fold([tick(1, 1, 6e19)]);
    expect(() => mergeSummaries(half, half)).toThrow(RangeError);
  });

  test("without a side somewhere the bought volume is unknown", () => {
    expect(mergeSummaries(fold([tick(1, 1, 1)]), fold([tick(2, 1, 1, null)])).buyVolume).toBeNull();
  });
});
