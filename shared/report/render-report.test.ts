import { describe, expect, test } from "vitest";
import { BAR_LIMIT, type PageData, ROW_LIMIT } from "./page-data.ts";
import { renderReport } from "./render-report.ts";
import type { ReportInput } from "./report-input.ts";
import { sampleInput } from "./sample-input.ts";

const HOUR = 3_600_000;
const ordinary = sampleInput({ bars: 2_000, trades: 60, barLength: HOUR });
const NASTY = `</script><script>alert("x")</script><!-- ' &`;

function dataOf(page: string): PageData {
  const text = /<script type="application\/json" id="report-data">(.*?)<\/script>/s.exec(page)?.[1];
  return JSON.parse(text ?? "") as PageData;
}

function withRun(input: ReportInput, run: Partial<ReportInput["run"]>): ReportInput {
  return { ...input, run: { ...input.run, ...run } };
}

test("the same run gives the same page, which forbids every request", () => {
  const page = renderReport(ordinary);
  expect(renderReport(ordinary)).toBe(page);
  expect(page).toContain("default-src 'none'");
  expect(page).not.toMatch(/(?:src|href)="(?:https?:)?\/\/(?!www\.tradingview\.com)/);
});

test("no text of a user becomes markup", () => {
  const [trade] = ordinary.results.trades;
  const input: ReportInput = {
    ...withRun(ordinary, { strategy: NASTY, run: NASTY, error: NASTY, status: "failed", params: { [NASTY]: NASTY } }),
    indicators: new Map([[NASTY, ordinary.indicators.get("fast")!]]),
    quality: { ...ordinary.quality, worst: [{ from: 0, to: 1, quality: "gap", windows: 1, reason: NASTY }] },
    results: {
      ...ordinary.results,
      trades: [{ ...trade!, tag: NASTY }, trade!],
      logs: [{ seq: 0, time: 0, text: NASTY }],
    },
  };
  const page = renderReport(input);
  expect(page).not.toContain(NASTY);
  expect(page).not.toContain("<script>");
  expect(page.match(/<script/g)).toHaveLength(4);
  expect(dataOf(page).logs[0]?.[1]).toBe(NASTY);
});

test("a short run says why its ratios are missing", () => {
  const page = renderReport(sampleInput({ bars: 10, trades: 1, barLength: HOUR }));
  expect(page).toContain("under 30 days");
  expect(page).toContain("this run covers 10\u202fh");
  expect(page).toContain("Needs 20 bars or more.");
});

test("a run without trades says so", () => {
  const page = renderReport(sampleInput({ bars: 300, trades: 0, barLength: HOUR }));
  expect(page).toContain("It never traded");
  expect(page).toContain("The strategy placed no order.");
  expect(page).not.toContain("NaN");
});

test("a failed run shows its reason, and what it did until then", () => {
  const page = renderReport({
    ...withRun(ordinary, { status: "failed", error: "division by zero in next()", resultHash: null }),
    figures: null,
  });
  expect(page).toContain("division by zero in next()");
  expect(page).toContain("none until the run is finished");
  expect(dataOf(page).equity.account.length).toBeGreaterThan(1);
  expect(page).not.toContain("NaN");
});

test("a run that failed before its first bar has a page too", () => {
  const empty = sampleInput({ bars: 1, trades: 0, barLength: HOUR });
  const none = new Float64Array();
  const page = renderReport({
    ...withRun(empty, { status: "failed", error: "no candles" }),
    figures: null,
    indicators: new Map(),
    candles: {
      length: 0,
      openTime: none,
      closeTime: none,
      open: none,
      high: none,
      low: none,
      close: none,
      volume: none,
      trades: none,
    },
    results: {
      cycles: { length: 0, time: none, cash: none, value: none, position: [none] },
      orders: [],
      fills: [],
      trades: [],
      logs: [],
    },
  });
  expect(page).toContain("before its first bar");
  expect(page).toContain("The first feed has no candles in this period.");
  expect(page).not.toContain("NaN");
});

describe("a long run", () => {
  const long = sampleInput({ bars: 50_000, trades: 6_000, barLength: 60_000 });
  const page = renderReport(long);
  const data = dataOf(page);

  test("is drawn with few bars, and says how many each merges", () => {
    expect(data.candles.time.length).toBeLessThanOrEqual(BAR_LIMIT);
    expect(page).toContain("Each bar shown merges 10 candles");
  });

  test("keeps the account's extremes and ends", () => {
    const drawn = data.equity.account.filter((value) => value !== null);
    const { value } = long.results.cycles;
    const ends = (values: ArrayLike<number>): number[] => [values[0]!, values[values.length - 1]!];
    const extremes = (values: Iterable<number>): number[] => [Math.min(...values), Math.max(...values)];
    expect(ends(drawn)).toEqual(ends(value).map((exact) => Number(exact.toPrecision(10))));
    expect(extremes(drawn)).toEqual(extremes(value).map((exact) => Number(exact.toPrecision(10))));
  });

  test("holds the newest trades, and says where the others are", () => {
    expect(data.trades).toHaveLength(ROW_LIMIT);
    expect(data.trades.at(-1)?.[0]).toBe(long.results.trades.length);
    expect(page).toContain(`<code>npx millrace export ${long.run.run}</code>`);
  });
});

test("trades are told by what closed them", () => {
  const page = renderReport(ordinary);
  expect(page).toContain("closed by target</th>");
  expect(page).toContain("closed by Stop</th>");
  expect(new Set(dataOf(page).trades.map((row) => `${row[11]} ${row[12]} ${row[13]}`))).toEqual(
    new Set(["long Limit target", "long Stop ", "short Limit target", "short Stop "]),
  );
});
