import fc from "fast-check";
import { expect, test } from "vitest";
import { backtest } from "#shared/app/backtest.ts";
import { resumePaperRun, startPaperRun, stopPaperRun } from "#shared/app/paper-run.ts";
import { parsePlan, type RunPlan } from "#shared/app/run-plan.ts";
import { statedHashes } from "#shared/app/run-results.ts";
import { tickRecords } from "#shared/app/tick-records.ts";
import { InputError } from "#shared/market/input-error.ts";
import { parseInstrument } from "#shared/market/instrument.ts";
import { type Tick, tickColumns } from "#shared/market/tick.ts";
import type { StatedHash } from "#shared/ports/result-store.ts";
import { propertyRuns } from "#shared/testkit/property-runs.ts";
import {
  type Arrival,
  CrashPlan,
  codeOf,
  crashingPorts,
  deadLetters,
  drainThroughCrashes,
  inBatches,
  type MemoryPorts,
  memoryPorts,
  planOf,
  publishTicks,
  stopped,
} from "./test-chain.ts";

const MINUTE = 60_000;
const DAY = 1_440 * MINUTE;
const MIDNIGHT = Date.UTC(2024, 5, 1);
/** In two partitions of topic `candles`. */
const INSTRUMENTS = ["binance:BTC/USDT", "kraken:SOL/USD"].map(parseInstrument);
/** For those who ask for many more cases, ms. */
const LONGEST = 900_000;

/** A trade, minutes and ms from a midnight. */
interface Trade {
  readonly minute: number;
  readonly ms: number;
  readonly cents: number;
}

/** What happens to an instrument from half an hour before a midnight until half an hour after it. */
interface Night {
  readonly trades: readonly Trade[];
  /** Whether what comes between this night and the next is lost, else it is known that there were no trades. */
  readonly lost: boolean;
}

const trade = fc.record({
  minute: fc.oneof(fc.integer({ min: -30, max: 29 }), fc.integer({ min: -2, max: 1 })),
  ms: fc.oneof(fc.constant(0), fc.constant(MINUTE - 1), fc.integer({ min: 0, max: MINUTE - 1 })),
  cents: fc.integer({ min: 9_000, max: 11_000 }),
});
const night: fc.Arbitrary<Night> = fc.record({
  trades: fc.array(trade, { minLength: 4, maxLength: 20 }),
  lost: fc.oneof({ weight: 3, arbitrary: fc.constant(true) }, { weight: 1, arbitrary: fc.constant(false) }),
});
/** Of each instrument. */
const markets = fc
  .integer({ min: 2, max: 4 })
  .chain((nights) => fc.tuple(...INSTRUMENTS.map(() => fc.array(night, { minLength: nights, maxLength: nights }))));

function arrivalsOf(markets: readonly (readonly Night[])[], span: number): Arrival[] {
  const arrivals = markets.flatMap((nights, i) => {
    const instrument = INSTRUMENTS[i]!;
    let id = 0;
    return nights.flatMap(({ trades, lost }, day) => {
      const midnight = MIDNIGHT + day * DAY;
      // The first one opens the windows of all timeframes that are taken.
      const all = [{ minute: -30, ms: 0, cents: 10_000 }, ...trades];
      const ticks = all
        .map(({ minute, ms, cents }) => ({ ts: midnight + minute * MINUTE + ms, price: cents / 100 }))
        .sort((a, b) => a.ts - b.ts)
        .map((each): Tick => ({ ...each, id: id++, amount: 1, side: "buy" }));
      const records = Array.from(tickRecords(tickColumns(ticks), { origin: "live", span }), (record) => ({
        at: record.kind === "ticks" ? record.ticks.ts.at(-1)! : midnight,
        arrival: { instrument, record } as Arrival,
      }));
      const [from, to] = [ticks.at(-1)!.ts + 1, midnight + DAY - 31 * MINUTE];
      const loss = { kind: "gap-closed", from, to, lost: true, reason: "outage" } as const;
      const isLast = day === nights.length - 1;
      return [...records, ...(lost && !isLast ? [{ at: to, arrival: { instrument, record: loss } }] : [])];
    });
  });
  return arrivals.sort((a, b) => a.at - b.at).map(({ arrival }) => arrival);
}

const FROM = MIDNIGHT - 31 * MINUTE;
const MERGING = planOf("trend-filter", ["binance:BTC/USDT@1m", "slow=binance:BTC/USDT@5m"], FROM);
const PLANS: readonly RunPlan[] = [
  planOf("sma-cross", ["binance:BTC/USDT@1m"], FROM),
  planOf("trend-filter", ["binance:BTC/USDT@1m", "slow=binance:BTC/USDT@30m"], FROM, FROM + 10 * MINUTE),
  planOf("trend-filter", ["kraken:SOL/USD@1m", "slow=binance:BTC/USDT@5m"], FROM, MIDNIGHT + 5 * MINUTE),
  planOf("sma-cross", ["kraken:SOL/USD@30m"], FROM),
  { ...MERGING, feeds: MERGING.feeds.map((each, i) => (i === 0 ? each : { ...each, resampleOf: "data" })) },
];

/** How a market reaches the platform, and when runs are stopped. */
interface Delivery {
  readonly span: number;
  readonly rounds: readonly number[];
  readonly polls: readonly number[];
  readonly before: readonly number[];
  readonly after: readonly number[];
  /** Runs that are stopped when a process dies, by the crash's number, and rounds after which all are resumed. */
  readonly stoppedAt: readonly { readonly crash: number; readonly run: number }[];
  readonly resumed: readonly number[];
}

const IN_ORDER: Delivery = { span: 1, rounds: [1], polls: [1_000], before: [], after: [], stoppedAt: [], resumed: [] };

const deliveries: fc.Arbitrary<Delivery> = fc.record({
  span: fc.constantFrom(1, 10 * MINUTE),
  rounds: fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 4 }),
  polls: fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 4 }),
  before: fc.array(fc.nat(200), { maxLength: 6 }),
  after: fc.array(fc.nat(200), { maxLength: 6 }),
  stoppedAt: fc.array(fc.record({ crash: fc.nat(6), run: fc.nat(PLANS.length - 1) }), { maxLength: 5 }),
  resumed: fc.array(fc.nat(12), { maxLength: 5 }),
});

/** Plays a market, and resolves to what each run stated. */
async function play(arrivals: readonly Arrival[], until: number, delivery: Delivery): Promise<StatedHash[][]> {
  const ports = memoryPorts(2);
  const crashing = crashingPorts(ports, new CrashPlan(delivery.before, delivery.after));
  const batched = { ...crashing, log: inBatches(crashing.log, delivery.polls) };
  const runs: string[] = [];
  for (const plan of PLANS) {
    runs.push((await startPaperRun(ports, plan, await codeOf(ports.catalog, plan.strategy), runs.length)).run);
  }
  const halted = new Set<string>();
  let crash = 0;
  const drain = (): Promise<void> =>
    drainThroughCrashes(batched, async () => {
      for (const { run } of delivery.stoppedAt.filter((each) => each.crash === crash)) {
        await halt(ports, runs[run]!);
        halted.add(runs[run]!);
      }
      crash++;
    });
  const resumeAll = async (): Promise<void> => {
    for (const run of halted) {
      // One that was stopped before its results were stored has no record of that yet.
      if ((await ports.runs.get(run))!.status === "running") await stopped(ports, run);
      await resumePaperRun(ports, run);
    }
    halted.clear();
  };
  for (let at = 0, round = 0; at < arrivals.length; round++) {
    const to = at + delivery.rounds[round % delivery.rounds.length]!;
    await publishTicks(ports.log, arrivals.slice(at, to));
    await drain();
    if (delivery.resumed.includes(round)) await resumeAll();
    at = to;
  }
  await resumeAll();
  await publishTicks(
    ports.log,
    INSTRUMENTS.map((instrument) => ({ instrument, record: { kind: "heartbeat", watermark: until } })),
  );
  await drainThroughCrashes(batched);
  expect(await deadLetters(ports.log)).toEqual([]);
  return Promise.all(runs.map((run) => provenHashes(ports, run)));
}

async function halt(ports: MemoryPorts, run: string): Promise<void> {
  if ((await ports.runs.get(run))!.status !== "running") return;
  try {
    await stopPaperRun(ports, run);
  } catch (error) {
    if (!(error instanceof InputError) || error.code !== "no-data") throw error;
  }
}

/** What a run stated, each of it what the backtest has that ends there. */
async function provenHashes(ports: MemoryPorts, run: string): Promise<StatedHash[]> {
  const record = await stopped(ports, run);
  const plan = parsePlan(record.definition);
  const hashes = await statedHashes(ports.results, record);
  for (const { time, resultHash } of hashes) {
    const tested = await backtest(ports, { ...plan, end: time }, await codeOf(ports.catalog, plan.strategy), 0);
    expect([time, resultHash]).toEqual([time, tested.resultHash]);
  }
  return [...hashes];
}

test(
  "what a run states at each midnight is the result of the backtest that ends there, however it was delivered",
  async () => {
    const property = fc.asyncProperty(markets, deliveries, async (market, delivery) => {
      const midnights = market[0]!.map((_, day) => MIDNIGHT + day * DAY);
      const until = midnights.at(-1)! + 40 * MINUTE;
      const clean = await play(arrivalsOf(market, 1), until, IN_ORDER);
      expect(clean.map((hashes) => hashes.map(({ time }) => time))).toEqual([
        midnights,
        midnights,
        midnights.slice(1),
        midnights,
        midnights,
      ]);
      expect(await play(arrivalsOf(market, delivery.span), until, delivery)).toEqual(clean);
    });
    await fc.assert(property, propertyRuns(10));
  },
  LONGEST,
);
