import { expect, test } from "vitest";
import { planOf } from "#local/embedded/test-chain.ts";
import type { TradingStart } from "#shared/app/paper-span.ts";
import type { TickExtent } from "#shared/ports/tick-store.ts";
import { nextCandle, whatComesNext } from "./paper-next.ts";
import { BTC, DAY, START } from "./test-command.ts";

const HELD: TickExtent = { kind: "trade", ids: "sequence", count: 3, from: START - 5 * DAY, to: START - 1 };

const planFrom = (tradeFrom: number) => planOf("sma-cross", [`${BTC}@1m`], 0, tradeFrom);
const at = (ms: number): string => new Date(ms).toISOString();
const play = (from: string, file = ""): string =>
  `  npx millrace replay start ${BTC} --from ${from} --as-live${file} --speed 600`;

test("a run on what nobody has is to follow a file", () => {
  const usual: TradingStart = { tradeFrom: 0, reason: "first-bar" };
  const [, unless] = whatComesNext(planFrom(0), usual, usual, null);
  expect(unless).toBe(play("TIME", " --file FILE"));
  const [, told] = whatComesNext(planFrom(START), null, usual, null);
  expect(told).toBe(play(at(START), " --file FILE"));
});

test("what is stored is to be played as live only where it has trades from then on", () => {
  const usual: TradingStart = { tradeFrom: START, reason: "stored" };
  const past = START - 2 * DAY;
  const [catches, stored] = whatComesNext(planFrom(past), null, usual, HELD);
  expect(catches).toContain(`catches up with the next live candle of ${BTC}, and does nothing before`);
  expect(stored).toBe(play(at(past)));
  // Candles alone cannot be played as live, nor trades that are over by then.
  for (const [from, held] of [
    [past, null],
    [START, HELD],
  ] as const) {
    expect(whatComesNext(planFrom(from), null, usual, held)[1]).toBe(play(at(from), " --file FILE"));
  }
  const after = whatComesNext(planFrom(START), usual, usual, HELD);
  expect(after[1]).toBe(play(at(START), " --file FILE"));
  expect(after.slice(2)).toEqual([
    expect.stringContaining(`--from, such as ${at(START - DAY)}`),
    play(at(START - DAY)),
  ]);
  expect(whatComesNext(planFrom(START), usual, usual, null)).toHaveLength(2);
});

test("a run from before the live stream says when it catches up", () => {
  const usual: TradingStart = { tradeFrom: START, reason: "live" };
  expect(whatComesNext(planFrom(START), usual, usual, HELD)).toHaveLength(1);
  expect(whatComesNext(planFrom(START - DAY), null, usual, HELD)[1]).toContain(
    "catches up with the next live candle of",
  );
});

test("a run of several instruments waits for each, of several feeds of one for that", () => {
  const plan = planOf("trend-filter", [`${BTC}@1m`, "slow=kraken:ETH/USD@1h"], 0);
  expect(nextCandle(plan)).toBe(`the next live candle of each of ${BTC}, kraken:ETH/USD`);
  expect(nextCandle(planOf("trend-filter", [`${BTC}@1m`, `slow=${BTC}@1h`], 0))).toBe(`the next live candle of ${BTC}`);
});
