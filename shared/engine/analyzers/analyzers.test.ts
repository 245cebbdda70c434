import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { propertyRuns } from "#shared/testkit/property-runs.ts";
import { SnapshotReader, SnapshotWriter } from "../snapshot.ts";
import type { AnalyzedRun } from "./analyzer.ts";
import { ANALYZERS, makeAnalyzer } from "./analyzer-catalog.ts";
import { eventsOf, randomCycles, type SampleCycle } from "./sample-events.ts";

const RUNS = propertyRuns(100).numRuns;
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const run: AnalyzedRun = { cash: 1000, timeframe: "1d", feeds: ["data"] };
const MONDAY = Date.UTC(2024, 0, 1);

/** One cycle a day from Monday, 2024-01-01 on. */
function days(values: readonly number[], more: readonly Partial<SampleCycle>[] = []): SampleCycle[] {
  return values.map((value, i) => ({ time: MONDAY + (i + 1) * DAY - 1, cash: value / 2, value, ...more[i] }));
}

function figures(name: string, cycles: readonly SampleCycle[], options = {}, of = run): unknown {
  const analyzer = makeAnalyzer(name, of, options);
  analyzer.step(eventsOf(cycles));
  return analyzer.result();
}

describe("hand-made figures", () => {
  test("DrawDown counts from the greatest value, not from the starting cash", () => {
    expect(figures("DrawDown", days([900, 800, 840, 1000, 950]))).toEqual({
      len: 1,
      drawdown: 5,
      moneydown: 50,
      max: { len: 2, drawdown: (100 * 100) / 900, moneydown: 100 },
    });
  });

  test("TimeDrawDown takes the first value of a period, never the last", () => {
    const values = [1000, 1, 1, 1, 1, 1, 1, 750, 1, 1, 1, 1, 1, 1];
    expect(figures("TimeDrawDown", days(values), { timeframe: "Weeks" })).toEqual({
      maxdrawdown: 25,
      maxdrawdownperiod: 1,
    });
  });

  test("TimeReturn starts at the cash, and a week on Monday", () => {
    const values = [1100, 1100, 1100, 1100, 1100, 1100, 1200, 1300, 1500];
    expect(figures("TimeReturn", days(values), { timeframe: "Weeks" })).toEqual({ values: [1200 / 1000 - 1, 0.25] });
    expect(figures("TimeReturn", days([1100, 550]))).toEqual({ values: [1100 / 1000 - 1, -0.5] });
    expect(figures("TimeReturn", [])).toEqual({ values: [] });
  });

  test("minutes are counted in compressions from midnight, by default those of the feed", () => {
    const hours = [1100, 1200, 1300].map((value, i) => ({ time: MONDAY + (i + 1) * HOUR - 1, cash: 0, value }));
    const of = { ...run, timeframe: "1h" as const };
    const expected = [1200 / 1000 - 1, 1300 / 1200 - 1];
    expect(figures("TimeReturn", hours, { timeframe: "Minutes", compression: 120 }, of)).toEqual({ values: expected });
    expect(figures("TimeReturn", hours, {}, of)).toEqual({
      values: [1100 / 1000 - 1, 1200 / 1100 - 1, 1300 / 1200 - 1],
    });
    expect(figures("TimeReturn", hours, { timeframe: "Days" }, of)).toEqual({ values: [1300 / 1000 - 1] });
  });

  test("AnnualReturn starts at the value of the first bar", () => {
    const cycles = [
      { time: Date.UTC(2022, 11, 30), cash: 0, value: 800 },
      { time: Date.UTC(2022, 11, 31), cash: 0, value: 1000 },
      { time: Date.UTC(2023, 5, 1), cash: 0, value: 500 },
      { time: Date.UTC(2024, 5, 1), cash: 0, value: 750 },
    ];
    expect(figures("AnnualReturn", cycles)).toEqual({ years: { 2022: 0.25, 2023: -0.5, 2024: 0.5 } });
  });

  test("SharpeRatio is null without returns, with one, and with equal ones", () => {
    const none = { sharperatio: null };
    expect(figures("SharpeRatio", [])).toEqual(none);
    expect(figures("SharpeRatio", days([1100]), { timeframe: "Days" })).toEqual(none);
    expect(figures("SharpeRatio", days([1100]), { timeframe: "Days", stddevSample: true })).toEqual(none);
    expect(figures("SharpeRatio", days([2000, 4000]), { timeframe: "Days" })).toEqual(none);
    const two = figures("SharpeRatio", days([1100, 1100]), { timeframe: "Days", riskFreeRate: 0 });
    expect((two as { sharperatio: number }).sharperatio).toBeCloseTo(1, 12);
  });

  test("SharpeRatio_A is SharpeRatio times the root of the periods in a year", () => {
    const options = { timeframe: "Weeks", riskFreeRate: 0.02 };
    const cycles = randomCycles(60, DAY, 1);
    const { sharperatio } = figures("SharpeRatio", cycles, options) as { sharperatio: number };
    expect(figures("SharpeRatio_A", cycles, options)).toEqual({ sharperatio: sharperatio * Math.sqrt(52) });
  });

  test("Returns are logarithms over the periods seen", () => {
    const result = figures("Returns", days([1100, 1200, 1210]), { tann: 3 }) as Record<string, number>;
    expect(result["rtot"]).toBeCloseTo(Math.log(1.21), 14);
    expect(result["ravg"]).toBeCloseTo(Math.log(1.21) / 3, 14);
    expect(result["rnorm"]).toBeCloseTo(0.21, 14);
    expect(result["rnorm100"]).toBeCloseTo(21, 12);
    expect(figures("Returns", days([-5]))).toEqual({
      rtot: Number.NEGATIVE_INFINITY,
      ravg: Number.NEGATIVE_INFINITY,
      rnorm: -1,
      rnorm100: -100,
    });
  });

  test("PeriodStats tells zero apart unless it counts as positive", () => {
    const values = days([1100, 1100, 550]);
    const rest = { negative: 1, best: 1100 / 1000 - 1, worst: -0.5 };
    expect(figures("PeriodStats", values, { timeframe: "Days" })).toMatchObject({ positive: 1, nochange: 1, ...rest });
    const positive = { timeframe: "Days", zeroIsPos: true };
    expect(figures("PeriodStats", values, positive)).toMatchObject({ positive: 2, nochange: 0, ...rest });
    expect(figures("PeriodStats", [])).toMatchObject({ average: 0, best: 0, worst: 0 });
  });

  test("LogReturnsRolling reaches back as many periods as its compression", () => {
    const { values } = figures("LogReturnsRolling", days([1100, 1200, 1300]), { compression: 2 }) as {
      values: number[];
    };
    expect(values[0]).toBeNaN();
    expect(values.slice(1)).toEqual([expect.closeTo(Math.log(1.2), 14), expect.closeTo(Math.log(1300 / 1100), 14)]);
  });

  test("GrossLeverage and PositionsValue are what is not cash", () => {
    const cycles = days([1000, 1200], [{ cash: 400 }, { cash: 1500 }]);
    expect(figures("GrossLeverage", cycles)).toEqual({ values: [0.6, -0.25] });
    expect(figures("PositionsValue", cycles)).toEqual({ values: [[600], [-300]] });
    expect(figures("PositionsValue", cycles, { cash: true })).toEqual({
      values: [
        [600, 400],
        [-300, 1500],
      ],
    });
  });

  test("Transactions nets the fills of a cycle, feed by feed in their order", () => {
    const fill = (feed: string, size: number, price: number) => ({ order: 1, feed, size, price });
    const fills = [
      [fill("slow", 1, 5), fill("data", 2, 10), fill("data", 2, 20), fill("data", -1, 99)],
      [fill("data", 3, 10), fill("data", -3, 11)],
      [fill("data", 3, 10), fill("data", -5, 11)],
    ];
    const feeds = ["data", "slow"];
    expect(
      figures(
        "Transactions",
        days(
          [1, 1, 1],
          fills.map((all) => ({ fills: all })),
        ),
        {},
        { ...run, feeds },
      ),
    ).toEqual({
      rows: [
        [3, 15, "data", -45],
        [1, 5, "slow", -5],
        [-2, 11, "data", 22],
      ],
    });
  });

  test("SQN is 0 under two trades, null where all earned the same", () => {
    const trade = (pnl: number) => ({ trades: [{ size: 1, pnl, fees: 1, bars: 1 }] });
    expect(figures("SQN", days([1], [trade(2)]))).toEqual({ sqn: 0, trades: 1 });
    expect(figures("SQN", days([1, 1], [trade(2), trade(2)]))).toEqual({ sqn: null, trades: 2 });
    expect(figures("SQN", days([1, 1], [trade(2), trade(4)]))).toEqual({ sqn: Math.SQRT2 * 2, trades: 2 });
  });

  test("TradeAnalyzer: a profit of 0 is won, streaks break, trades within a bar have no part in kinds' minimum", () => {
    const trade = (size: number, pnl: number, bars: number) => ({ trades: [{ size, pnl, fees: 1, bars }] });
    const trades = [trade(2, 1, 3), trade(1, 4, 0), trade(-1, -1, 5), trade(-2, 3, 7)];
    expect(figures("TradeAnalyzer", days([1, 1, 1, 1], trades))).toMatchObject({
      total: { total: 4, open: 0, closed: 4 },
      streak: { won: { current: 1, longest: 2 }, lost: { current: 0, longest: 1 } },
      pnl: { gross: { total: 7, average: 1.75 }, net: { total: 3, average: 0.75 } },
      won: { total: 3, pnl: { total: 5, max: 3 } },
      lost: { total: 1, pnl: { total: -2, average: -2, max: -2 } },
      long: { total: 2, won: 2, lost: 0, pnl: { total: 3, lost: { total: 0, average: 0, max: 0 } } },
      short: { total: 2, won: 1, lost: 1 },
      len: { total: 15, max: 7, min: 5, won: { min: 3 }, lost: { min: 5 }, long: { min: 3, max: 3 } },
    });
    expect(figures("TradeAnalyzer", [])).toEqual({ total: { total: 0 } });
  });

  test("TradeAnalyzer counts a feed's trade ids apart", () => {
    const open = (order: number, size: number, tradeId?: number) => ({
      orders: [{ order, status: "Completed" as const, ...(tradeId === undefined ? null : { tradeId }) }],
      fills: [{ order, feed: "data", size, price: 1 }],
    });
    const cycles = days([1, 1, 1, 1], [open(1, 0.3), open(2, -0.3, 1), open(3, -0.1), open(4, -0.2)]);
    expect(figures("TradeAnalyzer", cycles.slice(0, 2))).toEqual({ total: { total: 2, open: 2 } });
    expect(figures("TradeAnalyzer", cycles)).toEqual({ total: { total: 1, open: 1 } });
  });

  test("Calmar is NaN until its window is full, and counts the end anew", () => {
    const { values } = figures("Calmar", days([1000, 900, 1200, 1300]), { timeframe: "Days", period: 3 }) as {
      values: number[];
    };
    expect(values[0]).toBeNaN();
    expect(values.slice(1)).toEqual([
      expect.closeTo(Math.log(0.9) / 3 / 10, 12),
      expect.closeTo(Math.log(1.2) / 3 / 10, 12),
      expect.closeTo(Math.log(1300 / 1200) / 3 / 10, 12),
    ]);
  });

  test("VWR is the yearly return of steady growth, where each period ends with the bar that begins the next", () => {
    const { vwr } = figures("VWR", days([1000, 1000, 1000])) as { vwr: number };
    expect(vwr).toBe(0);
    expect((figures("VWR", days([1000])) as { vwr: number }).vwr).toBeNaN();
  });
});

test("every analyzer goes on from a snapshot at any cut as if nothing had happened", () => {
  const without = ["AnnualReturn", "DrawDown", "GrossLeverage", "SQN", "TradeAnalyzer", "Transactions"];
  const optionsOf = (name: string): Readonly<Record<string, unknown>> => {
    if (without.includes(name)) return {};
    if (name === "PositionsValue") return { cash: true };
    return { timeframe: "Weeks", compression: 3, ...(name === "Calmar" ? { period: 2 } : {}) };
  };
  const sizes = fc.array(fc.integer({ min: 0, max: 30 }), { maxLength: 12 });
  const scenario = fc.tuple(
    fc.integer({ min: 0, max: 200 }),
    fc.constantFrom(HOUR, 6 * HOUR, DAY),
    fc.nat(1000),
    sizes,
  );
  fc.assert(
    fc.property(scenario, ([count, step, seed, cuts]) => {
      const cycles = randomCycles(count, step, seed);
      for (const name of Object.keys(ANALYZERS)) {
        const given = optionsOf(name);
        let analyzer = makeAnalyzer(name, run, given);
        let at = 0;
        for (const size of [...cuts, count]) {
          analyzer.step(eventsOf(cycles.slice(at, at + size), at));
          at += size;
          const writer = new SnapshotWriter();
          analyzer.save(writer);
          const reader = new SnapshotReader(writer.bytes());
          analyzer = makeAnalyzer(name, run, given);
          analyzer.load(reader);
          expect(reader.finished).toBe(true);
        }
        expect(analyzer.result(), name).toEqual(figures(name, cycles, given));
      }
    }),
    { numRuns: RUNS },
  );
});

test("what does not exist or cannot be is refused", () => {
  expect(() => makeAnalyzer("Sharpe", run, {})).toThrow("there is no analyzer 'Sharpe'");
  expect(() => makeAnalyzer("toString", run, {})).toThrow("there is no analyzer");
  expect(() => makeAnalyzer("TimeReturn", run, { compression: 0 })).toThrow("compression is 0");
  expect(() => makeAnalyzer("SharpeRatio", run, { timeframe: "days" })).toThrow("timeframe of an analyzer is 'days'");
  expect(() => makeAnalyzer("Calmar", run, { period: 1.5 })).toThrow("period of Calmar is 1.5");
  expect(() => makeAnalyzer("SharpeRatio", run, { riskfreerate: 0 })).toThrow(
    "analyzer SharpeRatio has no option 'riskfreerate': it has timeframe compression riskFreeRate",
  );
  expect(() => makeAnalyzer("SQN", run, { period: 5 })).toThrow("analyzer SQN has no option 'period': it has none");
  expect(() => makeAnalyzer("SharpeRatio", run, { annualize: "yes" })).toThrow(
    'annualize of analyzer SharpeRatio is "yes": give true or false',
  );
  expect(() => makeAnalyzer("VWR", run, { tau: true })).toThrow("tau of analyzer VWR is true: give a number");
  expect(() => makeAnalyzer("PositionsValue", { ...run, feeds: ["a", "b"] }, {})).toThrow("not 2 apart");
});
