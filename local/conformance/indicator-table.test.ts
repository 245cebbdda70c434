import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import type { FeedView } from "#shared/engine/feeds/feed-view.ts";
import type { Line } from "#shared/engine/feeds/line.ts";
import { emptyFeed } from "#shared/engine/indicators/test-lines.ts";
import { type BuiltIndicator, buildIndicator } from "./indicator-table.ts";

/** What backtrader 1.9.78.123 made of bars of our own, to 11 digits; values from bar `minPeriod` on. */
interface Computed {
  readonly name: string;
  readonly feeds: readonly [
    { readonly bars: Readonly<Record<"ts" | "open" | "high" | "low" | "close" | "volume", number[]>> },
  ];
  readonly indicators: readonly {
    readonly id: string;
    readonly type: string;
    readonly input: readonly string[];
    readonly params: Readonly<Record<string, unknown>>;
  }[];
  readonly expect: {
    readonly indicators: Readonly<
      Record<string, { readonly minPeriod: number; readonly lines: Readonly<Record<string, (number | null)[]>> }>
    >;
  };
}

const file = new URL("../../shared/engine/indicators/cases/backtrader.ndjson", import.meta.url);
const computed = readFileSync(file, "utf8")
  .trim()
  .split("\n")
  .map((line) => JSON.parse(line) as Computed);

function sourceOf(reference: string, data: FeedView, built: ReadonlyMap<string, BuiltIndicator>): FeedView | Line {
  const [head = "", line] = reference.split(".");
  if (head === "d0") return line === undefined ? data : data[line as "close"];
  const lines = built.get(head)!.lines;
  return line === undefined ? Object.values(lines)[0]! : lines[line]!;
}

test.each(computed)(
  "every indicator is backtrader's, on bars with $name",
  ({ feeds: [{ bars }], indicators, expect: expected }) => {
    const { data, series } = emptyFeed();
    const built = new Map<string, BuiltIndicator>();
    for (const { id, type, input, params } of indicators) {
      const sources = input.map((reference) => sourceOf(reference, data, built));
      built.set(id, buildIndicator(type, sources, params));
    }
    series.seal();
    const [closeTime, open, high] = [bars.ts, bars.open, bars.high].map((column) => Float64Array.from(column));
    const [low, close, volume] = [bars.low, bars.close, bars.volume].map((column) => Float64Array.from(column));
    const length = bars.ts.length;
    const columns = { openTime: closeTime!, closeTime: closeTime!, open: open!, high: high!, low: low!, close: close! };
    series.offer({ length, ...columns, volume: volume!, trades: volume! }, 0, length, "data");
    series.load(Number.POSITIVE_INFINITY);
    for (let bar = 1; bar <= length; bar++) {
      series.take();
      for (const { id, type } of indicators) {
        const { minPeriod, lines } = expected.indicators[id]!;
        expect(built.get(id)!.minPeriod, type).toBe(minPeriod);
        if (bar < minPeriod) continue;
        for (const [name, values] of Object.entries(lines)) {
          const wanted = values[bar - minPeriod] ?? Number.NaN;
          const error = Math.abs(built.get(id)!.lines[name]!.now - wanted);
          expect(error, `${type}.${name} at bar ${bar}`).toBeLessThanOrEqual(Math.max(1e-9, 1e-9 * Math.abs(wanted)));
        }
      }
    }
  },
);

test("the computed values cover every type of the format's table", () => {
  for (const { indicators } of computed) expect(new Set(indicators.map(({ type }) => type)).size).toBe(110);
});

test("says what is wrong with an indicator that it cannot make", () => {
  const { data } = emptyFeed();
  expect(() => buildIndicator("Magic", [data.close], {})).toThrow("indicator 'Magic' is unknown");
  expect(() => buildIndicator("ATR", [data], { movav: "Magic" })).toThrow("movav 'Magic' is unknown");
  expect(() => buildIndicator("ATR", [data.close], {})).toThrow("give the feed");
  expect(() => buildIndicator("SMA", [], {})).toThrow("lacks an input");
});
