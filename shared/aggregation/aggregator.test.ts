import { describe, expect, test } from "vitest";
import type { Candle } from "../market/candle.ts";
import { InputError } from "../market/input-error.ts";
import { type IdScheme, type Side, type Tick, type TickKind, tickColumns } from "../market/tick.ts";
import type { Timeframe } from "../market/timeframe.ts";
import { Aggregator, type Folded, LATENESS } from "./aggregator.ts";
import { encodeAggregator } from "./aggregator-codec.ts";
import { MAX_RANGES } from "./id-ranges.ts";
import { HASH_MEMORY } from "./tick-memory.ts";

const T0 = Date.UTC(2024, 7, 8, 10);
const SECOND = 1_000;
const MINUTE = 60 * SECOND;

/** A stream of ticks by the minutes since T0, with what each record caused. */
class Feed {
  readonly aggregator: Aggregator;
  readonly candles: Candle[] = [];
  readonly ids: IdScheme;
  readonly kind: TickKind;

  constructor(timeframes: readonly Timeframe[] = ["1m", "3m"], ids: IdScheme = "sequence", kind: TickKind = "trade") {
    this.aggregator = new Aggregator("binance:BTC/USDT", timeframes);
    this.ids = ids;
    this.kind = kind;
  }

  #took(folded: Folded): Folded {
    this.candles.push(...folded.candles);
    return folded;
  }

  /** `watermark` in minutes since T0; by default it stays where it is. */
  ticks(ticks: readonly Tick[], watermark = Number.NEGATIVE_INFINITY, previousId: number | null = null): Folded {
    const columns = tickColumns(ticks, this.kind, this.ids);
    const time = T0 + watermark * MINUTE;
    return this.#took(
      this.aggregator.fold({ kind: "ticks", origin: "live", watermark: time, previousId, ticks: columns }),
    );
  }

  heartbeat(minutes: number): Folded {
    return this.#took(this.aggregator.fold({ kind: "heartbeat", watermark: T0 + minutes * MINUTE }));
  }

  lost(from: number, to: number): Folded {
    const span = { from: T0 + from * MINUTE, to: T0 + to * MINUTE };
    return this.#took(this.aggregator.fold({ kind: "gap-closed", ...span, lost: true, reason: "no answer" }));
  }

  ended(minutes: number): Folded {
    return this.#took(this.aggregator.fold({ kind: "ended", at: T0 + minutes * MINUTE }));
  }

  get state(): Uint8Array {
    return encodeAggregator(this.aggregator.state);
  }
}

function tick(id: number, minutes: number, price = 100, amount = 1, side: Side | null = "buy"): Tick {
  return { id, ts: T0 + minutes * MINUTE, price, amount, side };
}

/** `1m@2 r1 late proven 10/12/9/11 ×3`: timeframe, minutes since T0, revision, reason, completeness, prices, trades. */
function line(candle: Candle): string {
  const { timeframe, openTime, revision, reason, completeness, open, high, low, close, trades } = candle;
  const prices = open === null ? "-" : `${open}/${high}/${low}/${close}`;
  return `${timeframe}@${(openTime - T0) / MINUTE} r${revision} ${reason} ${completeness} ${prices} ×${trades}`;
}
const lines = ({ candles }: Folded): string[] => candles.map(line);
const ofMinutes = (folded: Folded): string[] => lines(folded).filter((text) => text.startsWith("1m"));
const span = (from: number, to: number): object => ({ from: T0 + from * MINUTE, to: T0 + to * MINUTE });

describe("trades at one time", () => {
  test("950 trades in a second, many in the same millisecond, are told apart by id in any order", () => {
    const burst = Array.from({ length: 950 }, (_, i): Tick => {
      return { id: 500 + i, ts: T0 + Math.floor(i / 19) * 20, price: 100 + (i % 7), amount: 0.001, side: "sell" };
    });
    const forwards = new Feed(["1s", "1m"]);
    const backwards = new Feed(["1s", "1m"]);
    forwards.ticks(burst, 1);
    backwards.ticks(burst.toReversed(), 1);
    expect(forwards.candles).toEqual(backwards.candles);
    expect(forwards.candles[0]).toMatchObject({ open: 100, close: 100 + (949 % 7), trades: 950, lastId: 1_449 });
    expect(forwards.candles[0]!.volume).toBe(950n * 10n ** 15n);
  });

  test("of equal times the least id opens and the greatest closes, whatever came first", () => {
    const feed = new Feed(["1m"]);
    feed.ticks([tick(3, 0.5, 30), tick(1, 0.5, 10)]);
    expect(lines(feed.ticks([tick(2, 0.5, 20)], 1))).toEqual(["1m@0 r0 close unknown 10/30/10/30 ×3"]);
  });

  test("a trade at the end of a window belongs to the next", () => {
    const feed = new Feed(["1m"]);
    const end = { ...tick(2, 1), ts: T0 + MINUTE - 1 };
    const folded = feed.ticks([tick(1, 0), end, tick(3, 1)], 2);
    expect(lines(folded)).toEqual([
      "1m@0 r0 close unknown 100/100/100/100 ×2",
      "1m@1 r0 close proven 100/100/100/100 ×1",
    ]);
  });

  test("a window stays open while the watermark is 1 ms before its end", () => {
    const feed = new Feed(["1m"]);
    feed.ticks([tick(1, 0)]);
    expect(feed.heartbeat(1 - 1 / MINUTE).candles).toEqual([]);
    expect(feed.heartbeat(1).candles).toHaveLength(1);
  });

  test("times at epoch 0 and before it", () => {
    const feed = new Feed(["1m", "3m"]);
    const at = (id: number, ts: number): Tick => ({ ...tick(id, 0), ts });
    feed.ticks([at(1, -1), at(2, 0)]);
    const { candles } = feed.aggregator.fold({ kind: "heartbeat", watermark: MINUTE });
    expect(candles[0]).toMatchObject({ timeframe: "1m", openTime: -MINUTE, closeTime: 0, trades: 1 });
    expect(candles[1]).toMatchObject({ timeframe: "3m", openTime: -3 * MINUTE, closeTime: 0, trades: 1 });
    expect(candles[2]).toMatchObject({ timeframe: "1m", openTime: 0, trades: 1 });
  });
});

describe("repeats and ids", () => {
  test("an id that is held is dropped, whatever the row says", () => {
    const feed = new Feed(["1m"]);
    feed.ticks([tick(1, 0), tick(2, 0.1)]);
    const before = feed.state;
    expect(feed.ticks([tick(2, 0.1), tick(1, 0.2, 999)]).candles).toEqual([]);
    expect(feed.state).toEqual(before);
  });

  test("ids that go backwards in time are all folded, and prove nothing across a window", () => {
    const feed = new Feed(["1m"]);
    const folded = feed.ticks([tick(1, 0), tick(2, 0.1), tick(4, 0.2), tick(3, 1), tick(5, 1.1)], 2);
    expect(ofMinutes(folded)).toEqual([
      "1m@0 r0 close unknown 100/100/100/100 ×3",
      "1m@1 r0 close unknown 100/100/100/100 ×2",
    ]);
  });

  test("ids that restart lower down are folded while they are not held", () => {
    const feed = new Feed(["1m"]);
    feed.ticks([tick(1_000, 0), tick(1_001, 0.5)], 1);
    expect(lines(feed.ticks([tick(1, 1.2), tick(2, 1.3)], 2))).toEqual(["1m@1 r0 close unknown 100/100/100/100 ×2"]);
  });

  test("past so many runs of ids the oldest are given up, and what is older still is dirty, not folded", () => {
    const feed = new Feed(["1m"]);
    feed.ticks(Array.from({ length: MAX_RANGES + 1 }, (_, i) => tick(10 + 2 * i, 0.5)));
    expect(feed.ticks([tick(9, 0.5), tick(10, 0.5)]).dirty).toEqual([span(0, 1)]);
    expect(feed.ticks([tick(11, 0.6)]).dirty).toEqual([]);
    expect(feed.heartbeat(1).candles[0]!.trades).toBe(MAX_RANGES + 2);
  });

  test("aggregates count their trades, and prove by the ids of those", () => {
    const feed = new Feed(["1m"], "sequence", "aggregate");
    const aggregate = (id: number, minutes: number, firstId: number, lastId: number): Tick => {
      return { ...tick(id, minutes), firstId, lastId };
    };
    const folded = feed.ticks([aggregate(1, 0, 70, 72), aggregate(9, 1, 73, 73), aggregate(10, 1.5, 74, 80)], 2);
    expect(folded.candles[1]).toMatchObject({ completeness: "proven", trades: 8, firstId: 73, lastId: 80 });
    expect(lines(feed.ticks([aggregate(11, 2, 82, 83)], 3))).toEqual([
      "1m@2 r0 close unknown 100/100/100/100 ×2",
      "1m@1 r1 completeness unknown 100/100/100/100 ×8",
    ]);
  });

  test.each<[TickKind, IdScheme]>([
    ["aggregate", "sequence"],
    ["trade", "hash"],
  ])("%s ticks with %s ids are refused where trades with a sequence are, and change nothing", (kind, ids) => {
    const feed = new Feed();
    feed.ticks([tick(1, 0)]);
    const before = feed.state;
    const ticks = tickColumns([tick(2, 0.5)], kind, ids);
    const record = { kind: "ticks", origin: "live", watermark: T0 + 9 * MINUTE, previousId: 5, ticks } as const;
    expect(() => feed.aggregator.fold(record)).toThrow(InputError);
    expect(() => feed.aggregator.fold(record)).toThrow("use one kind of source");
    expect(feed.state).toEqual(before);
    expect(feed.ticks([tick(2, 0.5)], 1).candles).toHaveLength(1);
  });
});

describe("late trades", () => {
  /** Three traded minutes, of which the middle one has room for everything. */
  function three(): Feed {
    const feed = new Feed();
    const middle = [tick(2, 1.2, 100), tick(3, 1.4, 110), tick(4, 1.5, 90), tick(5, 1.7, 105)];
    feed.ticks([tick(1, 0), ...middle, tick(9, 2)], 3);
    return feed;
  }

  test.each<[string, Tick, string]>([
    ["open", tick(6, 1.1, 101), "101/110/90/105"],
    ["high", tick(6, 1.45, 120), "100/120/90/105"],
    ["low", tick(6, 1.45, 80), "100/110/80/105"],
    ["close", tick(6, 1.8, 104), "100/110/90/104"],
    ["nothing but sums", tick(6, 1.45, 100), "100/110/90/105"],
  ])("one that changes %s alone", (_, late, prices) => {
    const feed = three();
    const before = feed.candles.find((candle) => candle.openTime === T0 + MINUTE)!;
    const [minute, merged] = feed.ticks([late]).candles;
    expect(line(minute!)).toBe(`1m@1 r2 late unknown ${prices} ×5`);
    expect(minute!.volume - before.volume).toBe(10n ** 18n);
    expect(merged).toMatchObject({ timeframe: "3m", openTime: T0, revision: 1, reason: "late", trades: 7 });
  });

  test("one for an empty window restates it and the empty ones after it, up to the next trade", () => {
    const feed = new Feed();
    feed.ticks([tick(1, 0, 100)], 4);
    expect(lines(feed.ticks([tick(3, 4, 300), tick(4, 5, 400)], 6))).toEqual([
      "1m@4 r0 close unknown 300/300/300/300 ×1",
      "1m@1 r1 completeness gap - ×0",
      "1m@2 r1 completeness gap - ×0",
      "1m@3 r1 completeness gap - ×0",
      "1m@5 r0 close proven 400/400/400/400 ×1",
      "3m@3 r0 close unknown 300/400/300/400 ×2",
    ]);
    expect(lines(feed.ticks([tick(2, 2.5, 200)]))).toEqual([
      "1m@1 r2 completeness proven 100/100/100/100 ×0",
      "1m@2 r2 late proven 200/200/200/200 ×1",
      "1m@3 r2 late proven 200/200/200/200 ×0",
      "1m@4 r1 completeness proven 300/300/300/300 ×1",
      "3m@0 r1 late unknown 100/200/100/200 ×2",
      "3m@3 r1 completeness proven 300/400/300/400 ×2",
    ]);
  });

  test("a gap says the same whatever price came before it, and is not restated", () => {
    const feed = new Feed(["1m"]);
    feed.ticks([tick(1, 0, 100), tick(9, 3, 300)], 4);
    expect(lines(feed.ticks([tick(2, 0.5, 200)]))).toEqual(["1m@0 r1 late unknown 100/200/100/200 ×2"]);
  });

  test.each<[string, number, boolean]>([
    ["1 ms", 1 + 1 / MINUTE, true],
    ["2 s", 1 + 2 / 60, true],
    ["2 s and 1 ms", 1 + 2_001 / MINUTE, true],
    ["15 minutes", 1 + LATENESS / MINUTE, true],
    ["15 minutes and 1 ms", 1 + (LATENESS + 1) / MINUTE, true],
    ["16 minutes, when the next window has closed", 2 + LATENESS / MINUTE, false],
  ])("one that is %s behind the end of its window", (_, watermark, restates) => {
    const feed = new Feed(["1m"]);
    feed.ticks([tick(1, 0)], watermark);
    const folded = feed.ticks([tick(2, 0.5)]);
    expect(folded.candles.length > 0).toBe(restates);
    expect(folded.dirty).toEqual(restates ? [] : [span(0, 1)]);
  });

  test("one before the first window is dirty", () => {
    const feed = new Feed(["1m"]);
    feed.ticks([tick(5, 3)], 4);
    expect(feed.ticks([tick(4, 1)])).toMatchObject({ candles: [], dirty: [span(1, 2)] });
  });

  test("one that comes between forgotten silence and the next trade marks the silence dirty", () => {
    const feed = new Feed(["1m"]);
    feed.ticks([tick(1, 0)], 30);
    expect(feed.ticks([tick(3, 29)]).dirty).toEqual([span(0, 14)]);
    expect(feed.ticks([tick(2, 28)]).dirty).toEqual([span(0, 14)]);
  });
});

describe("silence", () => {
  test("with heartbeats three minutes are empty, without them nothing is said", () => {
    const feed = new Feed();
    feed.ticks([tick(1, 0, 50)], 1);
    expect(feed.aggregator.fold({ kind: "gap-opened", from: T0 + MINUTE, reason: "lost" }).candles).toEqual([]);
    expect(lines(feed.heartbeat(4))).toEqual([
      "1m@1 r0 close proven 50/50/50/50 ×0",
      "1m@2 r0 close proven 50/50/50/50 ×0",
      "3m@0 r0 close unknown 50/50/50/50 ×1",
      "1m@3 r0 close proven 50/50/50/50 ×0",
    ]);
    expect(feed.heartbeat(4).candles).toEqual([]);
    expect(feed.heartbeat(2).candles).toEqual([]);
  });

  test("before the first trade there is none to tell", () => {
    const feed = new Feed();
    expect(feed.heartbeat(60).candles).toEqual([]);
    expect(lines(feed.ticks([tick(1, 60.5)], 61))).toEqual(["1m@60 r0 close unknown 100/100/100/100 ×1"]);
  });

  test("that ids contradict after it was forgotten is dirty", () => {
    const feed = new Feed(["1m"]);
    feed.ticks([tick(1, 0)], 30);
    const folded = feed.ticks([tick(5, 30)], 31);
    expect(folded.dirty).toEqual([span(0, 14)]);
    expect(lines(folded).filter((text) => text.includes("gap"))).toHaveLength(16);
  });

  test("that was stated lost and forgotten is dirty when ids prove it", () => {
    const feed = new Feed(["1m"]);
    feed.ticks([tick(1, 0)]);
    feed.lost(1, 3);
    expect(ofMinutes(feed.heartbeat(30)).slice(0, 4)).toEqual([
      "1m@0 r0 close unknown 100/100/100/100 ×1",
      "1m@1 r0 close gap - ×0",
      "1m@2 r0 close gap - ×0",
      "1m@3 r0 close proven 100/100/100/100 ×0",
    ]);
    expect(feed.ticks([tick(2, 30)], 31).dirty).toEqual([span(0, 14)]);
  });

  test("stated lost is found proven when ids follow, also behind silence that was vouched for", () => {
    const feed = new Feed(["1m"]);
    feed.ticks([tick(1, 0)]);
    const { coverage } = feed.lost(1, 2);
    expect(coverage).toEqual([{ ...span(1, 2), kind: "lost", reason: "no answer" }]);
    feed.heartbeat(3);
    expect(lines(feed.ticks([tick(2, 3)], 4))).toEqual([
      "1m@3 r0 close proven 100/100/100/100 ×1",
      "1m@1 r1 completeness proven 100/100/100/100 ×0",
    ]);
  });

  test("stated lost over the end of a window with trades leaves it unproven until ids follow", () => {
    const feed = new Feed(["1m"]);
    feed.ticks([tick(1, 0), tick(2, 1)]);
    feed.lost(1.5, 2);
    expect(lines(feed.heartbeat(2))[1]).toBe("1m@1 r0 close unknown 100/100/100/100 ×1");
    expect(lines(feed.ticks([tick(3, 2)], 3))[1]).toBe("1m@1 r1 completeness proven 100/100/100/100 ×1");
  });

  test("stated lost twice changes nothing more", () => {
    const feed = new Feed(["1m"], "hash");
    feed.ticks([tick(1, 0)], 4);
    expect(lines(feed.lost(2, 3))).toEqual(["1m@2 r1 completeness gap - ×0"]);
    const before = feed.state;
    expect(feed.lost(2, 3).candles).toEqual([]);
    expect(feed.state).toEqual(before);
  });
});

describe("a block that is announced and missing", () => {
  test("under hash ids it is a lost span, and the silent windows in it are gaps", () => {
    const feed = new Feed(["1m"], "hash");
    feed.ticks([tick(11, 0)], 2.5);
    expect(feed.ticks([tick(33, 3.5)], 3, 22)).toMatchObject({ coverage: [] });
    const { coverage, candles } = feed.heartbeat(4);
    expect(coverage).toEqual([
      { from: T0, to: T0 + 3.5 * MINUTE + 1, kind: "lost", reason: expect.stringContaining("22") },
    ]);
    expect(candles.map(line)).toEqual([
      "1m@1 r1 completeness gap - ×0",
      "1m@2 r1 completeness gap - ×0",
      "1m@3 r0 close unknown 100/100/100/100 ×1",
    ]);
  });

  test("is lost where it was made, though the block after it has a trade that comes late", () => {
    const feed = new Feed(["1m"]);
    feed.ticks([tick(1, 0), tick(3, 1)], 1);
    feed.ticks([tick(9, 3.5), tick(2, 0.5)], 3, 8);
    expect(feed.heartbeat(4).coverage).toMatchObject([{ from: T0 + MINUTE, to: T0 + 3.5 * MINUTE + 1, kind: "lost" }]);
  });

  test("if it comes before its span closes, nothing was lost", () => {
    const feed = new Feed(["1m"], "hash");
    feed.ticks([tick(11, 0)], 1);
    feed.ticks([tick(33, 3.5)], 1, 22);
    feed.ticks([tick(22, 2)], 1, 11);
    expect(feed.heartbeat(4).coverage).toEqual([]);
  });

  test("after a long silence the block before is still known", () => {
    const feed = new Feed(["1m"], "hash");
    feed.ticks([tick(11, 0)], 1);
    feed.heartbeat(1 + (5 * HASH_MEMORY) / MINUTE);
    expect(feed.ticks([tick(22, 11.5)], 12, 11).coverage).toEqual([]);
    expect(feed.heartbeat(13).coverage).toEqual([]);
  });

  test("a block that comes again long after says nothing of the one before it", () => {
    const feed = new Feed(["1m"], "hash");
    feed.ticks([tick(11, 0)]);
    feed.ticks([tick(22, 0.1)], 0, 11);
    feed.ticks([tick(33, 9)], 9, 22);
    const before = feed.state;
    expect(feed.ticks([tick(22, 0.1)], 9, 11)).toMatchObject({ candles: [], dirty: [span(0, 1)] });
    expect(feed.state).toEqual(before);
    expect(feed.heartbeat(12).coverage).toEqual([]);
  });
});

describe("the end", () => {
  test("closes every window once, and no heartbeat opens one after it", () => {
    const feed = new Feed();
    feed.ticks([tick(1, 0), tick(2, 1.2)]);
    const folded = feed.ended(1.5);
    expect(folded.ended).toBe(T0 + 1.5 * MINUTE);
    expect(lines(folded)).toEqual([
      "1m@0 r0 close unknown 100/100/100/100 ×1",
      "1m@1 r0 close proven 100/100/100/100 ×1",
      "3m@0 r0 close unknown 100/100/100/100 ×2",
    ]);
    expect(feed.ended(1.5)).toMatchObject({ candles: [], ended: null });
    expect(feed.heartbeat(60).candles).toEqual([]);
  });

  test("if it is traded again, nobody knows what was traded in between", () => {
    const feed = new Feed(["1m"], "hash");
    feed.ticks([tick(1, 0)]);
    feed.ended(1);
    const folded = feed.ticks([tick(2, 3.5)], 4, 1);
    expect(folded.coverage).toEqual([{ ...span(1, 3.5), kind: "lost", reason: expect.any(String) }]);
    expect(lines(folded)).toEqual([
      "1m@1 r0 close gap - ×0",
      "1m@2 r0 close gap - ×0",
      "1m@3 r0 close unknown 100/100/100/100 ×1",
    ]);
    expect(lines(feed.heartbeat(5))).toEqual(["1m@4 r0 close unknown 100/100/100/100 ×0"]);
  });
});

describe("an end that is told again once it is traded again", () => {
  test.each([
    ["later", 10, 10],
    ["within the seconds by which time stays behind trades", 1.02, 1],
  ])("changes nothing: %s", (_, again, watermark) => {
    const feed = new Feed(["1m"]);
    feed.ticks([tick(1, 0)], 0.5);
    feed.ended(1);
    feed.ticks([tick(2, again)], watermark, 1);
    const before = feed.state;
    expect(feed.ended(1)).toEqual({ candles: [], dirty: [], coverage: [], ended: null });
    expect(feed.state).toEqual(before);
    expect(feed.ticks([tick(3, again + 0.1)], watermark, 2).coverage).toEqual([]);
    expect(feed.ended(again + 0.2).ended).toBe(T0 + (again + 0.2) * MINUTE);
    const traded = feed.candles.filter(({ trades }) => trades !== 0);
    expect(traded.map(({ trades, revision }) => [trades, revision])).toEqual([
      [1, 0],
      [2, 0],
    ]);
  });
});

test.each<[Timeframe[], string]>([
  [[], "at least one"],
  [["1m", "15m"], "merged from 5m"],
  [["1m", "5m", "3m"], "must ascend"],
  [["1m", "3m", "3m"], "must ascend"],
  [["1m", "15m", "5m"], "merged from 5m"],
])("timeframes %s are refused", (timeframes, message) => {
  expect(() => new Aggregator("binance:BTC/USDT", timeframes)).toThrow(message);
});

describe("a record that leaps in time", () => {
  const WEEK = 7 * 24 * 60;

  test("is refused past a week, and changes nothing", () => {
    const feed = new Feed();
    feed.ticks([tick(1, 0.5)], 1);
    const before = feed.state;
    expect(() => feed.heartbeat(WEEK + 1.1)).toThrow(InputError);
    expect(() => feed.ticks([tick(2, 1.5)], 30 * WEEK)).toThrow("send heartbeats of an hour each");
    expect(() => feed.ended(WEEK + 2)).toThrow("or say that the instrument ended");
    expect(feed.state).toEqual(before);
    feed.heartbeat(WEEK + 1);
    expect(feed.candles.filter(({ timeframe }) => timeframe === "1m")).toHaveLength(WEEK + 1);
  });

  test("is refused as the first one too, and where the first trade comes after time was told", () => {
    expect(() => new Feed().ticks([tick(1, 0.5)], 60 * WEEK)).toThrow("at most 7 days");
    const feed = new Feed();
    feed.heartbeat(60 * WEEK);
    feed.heartbeat(90 * WEEK);
    expect(feed.candles).toEqual([]);
  });

  test("may bring an instrument back after a long silence, but not leap from there", () => {
    const feed = new Feed();
    feed.ticks([tick(1, 0.5)], 1);
    feed.ended(2);
    feed.heartbeat(90 * WEEK);
    expect(() => feed.ticks([tick(2, WEEK * 2)], WEEK * 4)).toThrow("at most 7 days");
    feed.ticks([tick(2, WEEK * 2)], WEEK * 2 + 1);
    expect(feed.candles.at(-1)).toMatchObject({ completeness: expect.any(String) });
  });

  test("at the end does not close windows up to a trade from far ahead", () => {
    const feed = new Feed(["1m"]);
    feed.ticks([tick(1, 0.5), tick(2, 400 * WEEK)], 1);
    feed.ended(3);
    expect(feed.candles).toHaveLength(3);
  });
});
