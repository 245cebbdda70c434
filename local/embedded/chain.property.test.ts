import fc from "fast-check";
import { expect, test } from "vitest";
import { backtest } from "#shared/app/backtest.ts";
import { decodeLiveRun } from "#shared/app/live-run-state.ts";
import { resumePaperRun, startPaperRun, stopPaperRun } from "#shared/app/paper-run.ts";
import { rebuild } from "#shared/app/rebuild.ts";
import { parsePlan, type RunPlan } from "#shared/app/run-plan.ts";
import { STEP_STRATEGIES } from "#shared/app/step-strategies.ts";
import type { Candle } from "#shared/market/candle.ts";
import { InputError } from "#shared/market/input-error.ts";
import { tickColumns } from "#shared/market/tick.ts";
import type { CheckpointStore } from "#shared/ports/checkpoint-store.ts";
import type { RunResults } from "#shared/ports/result-store.ts";
import { propertyRuns } from "#shared/testkit/property-runs.ts";
import {
  arrivalsOf,
  disordered,
  ENDS,
  ended,
  endings,
  type Market,
  MINUTE,
  markets,
  ONE,
  OTHER,
  repeated,
} from "#shared/testkit/random-markets.ts";
import type { StreamPorts } from "./stream-host.ts";
import {
  type Arrival,
  Crash,
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

/** For those who ask for many more cases, ms. */
const LONGEST = 900_000;
/** How one market reaches the platform. */
interface Delivery {
  /** Event time that one record holds at most, ms. */
  readonly span: number;
  /** Records published at once, and polled at once, one size after the other. */
  readonly rounds: readonly number[];
  readonly polls: readonly number[];
  /** Records published again so many records later. */
  readonly again: readonly { readonly index: number; readonly after: number }[];
  readonly before: readonly number[];
  readonly after: readonly number[];
  /** After how many rounds the runs are registered. */
  readonly registered: number;
  /** Runs that are stopped when a process dies, by the crash's number. */
  readonly stoppedAt: readonly { readonly crash: number; readonly run: number }[];
  /** Commits of steps, counted from 0, right before which the run is stopped: all that the step did is published. */
  readonly forestalled: readonly number[];
  /** Rounds after which a run is stopped, if it is running, or else resumed. */
  readonly switches: readonly { readonly round: number; readonly run: number }[];
}

const IN_ORDER: Delivery = {
  span: 1,
  rounds: [1],
  polls: [1_000],
  again: [],
  before: [],
  after: [],
  registered: 0,
  stoppedAt: [],
  forestalled: [],
  switches: [],
};

const deliveries: fc.Arbitrary<Delivery> = fc.record({
  span: fc.constantFrom(1, 1, 700, 3 * MINUTE),
  rounds: fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 4 }),
  polls: fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 4 }),
  again: fc.array(fc.record({ index: fc.nat(60), after: fc.nat(10) }), { maxLength: 4 }),
  before: fc.array(fc.nat(200), { maxLength: 6 }),
  after: fc.array(fc.nat(200), { maxLength: 6 }),
  registered: fc.nat(2),
  stoppedAt: fc.constant([]),
  forestalled: fc.constant([]),
  switches: fc.constant([]),
});

interface Outcome {
  readonly candles: readonly (readonly [string, Candle])[];
  readonly runs: readonly { readonly results: RunResults; readonly resultHash: string | null }[];
}

const plans = (from: number): RunPlan[] => [
  planOf("sma-cross", ["binance:BTC/USDT@1m"], from),
  planOf("trend-filter", ["binance:BTC/USDT@1m", "slow=binance:BTC/USDT@5m"], from, from + 7 * MINUTE),
  planOf("trend-filter", ["kraken:SOL/USD@1m", "slow=binance:BTC/USDT@3m"], from + 90_000),
  resampled(planOf("trend-filter", ["binance:BTC/USDT@1m", "slow=binance:BTC/USDT@5m"], from)),
];

/** The plan with its further feeds made from its first one. */
function resampled(plan: RunPlan): RunPlan {
  return { ...plan, feeds: plan.feeds.map((each, i) => (i === 0 ? each : { ...each, resampleOf: "data" })) };
}

async function play(
  market: Market,
  arrivals: readonly Arrival[],
  delivery: Delivery,
  ports: MemoryPorts = memoryPorts(2),
  plansOf: (from: number) => RunPlan[] = plans,
): Promise<Outcome> {
  const crashes = new CrashPlan(delivery.before, delivery.after);
  const crashing = crashingPorts(ports, crashes);
  let isLast = false;
  const stopMeanwhile = async (run: string | undefined): Promise<void> => {
    if (!isLast) await tryToStop(ports, run);
  };
  const forestalling = forestalled(crashing.checkpoints, delivery.forestalled, stopMeanwhile);
  const batched = { ...crashing, checkpoints: forestalling, log: inBatches(crashing.log, delivery.polls) };
  const from = Math.min(...market.ticks.map(([first]) => first!.tick.ts)) - MINUTE;
  const runs: string[] = [];
  const register = async (): Promise<void> => {
    for (const plan of plansOf(from)) {
      runs.push((await startPaperRun(ports, plan, await codeOf(ports.catalog, plan.strategy), runs.length)).run);
    }
  };
  let crash = 0;
  const drain = async (): Promise<void> => {
    await drainThroughCrashes(batched, async () => {
      for (const { run } of delivery.stoppedAt.filter((each) => each.crash === crash)) await stopMeanwhile(runs[run]);
      crash++;
    });
  };
  let round = 0;
  for (let at = 0; at < arrivals.length; round++) {
    if (round === delivery.registered) await register();
    const count = delivery.rounds[round % delivery.rounds.length]!;
    // The very last records find every run running, so that it has something to fold.
    const last = arrivals.length - ENDS;
    const upTo = at < last || runs.length === 0 ? Math.min(at + count, last) : at + count;
    isLast = at >= last;
    if (isLast) {
      for (const run of runs) {
        // One that was stopped before its results were stored has no record of that yet.
        if (await hasStopped(ports, run)) await stopOrResume(ports, batched, run);
        await resumeStopped(ports, batched, run);
      }
    }
    await publishTicks(ports.log, arrivals.slice(at, upTo));
    await drain();
    at = Math.min(upTo, arrivals.length);
    // Not between the very last records: a run that missed one of them waits for that instrument's next.
    for (const { run } of isLast ? [] : delivery.switches.filter((each) => each.round === round)) {
      const id = runs[run];
      if (id !== undefined) await stopOrResume(ports, batched, id);
    }
  }
  await drainThroughCrashes(batched);
  expect(await deadLetters(ports.log)).toEqual([]);
  return outcomeOf(ports, runs);
}

/** A checkpoint store that stops a run right before the chosen commits of its steps. */
function forestalled(
  checkpoints: CheckpointStore,
  commits: readonly number[],
  stop: (run: string) => Promise<void>,
): CheckpointStore {
  let count = 0;
  return new Proxy(checkpoints, {
    get: (target, name) => {
      if (name !== "commit") return Reflect.get(target, name, target).bind(target);
      return async (...args: Parameters<CheckpointStore["commit"]>) => {
        if (args[0] === STEP_STRATEGIES && commits.includes(count++)) await stop(args[1]);
        return target.commit(...args);
      };
    },
  });
}

/** Stops a run, if it is there and running; its results need not be stored yet. */
async function tryToStop(ports: MemoryPorts, id: string | undefined): Promise<void> {
  if (id === undefined || (await ports.runs.get(id))?.status !== "running") return;
  try {
    await stopPaperRun(ports, id);
  } catch (error) {
    if (!(error instanceof InputError) || error.code !== "no-data") throw error;
  }
}

async function hasStopped({ runs, checkpoints }: MemoryPorts, id: string): Promise<boolean> {
  if ((await runs.get(id))!.status !== "running") return false;
  const stored = await checkpoints.load(STEP_STRATEGIES, id);
  return decodeLiveRun(stored?.state ?? null).status === "stopped";
}

/** Stops a run that is running, or resumes one that is stopped, through crashes, until that is done. */
async function stopOrResume(ports: MemoryPorts, batched: StreamPorts, id: string): Promise<void> {
  const { status } = (await ports.runs.get(id))!;
  while ((await ports.runs.get(id))!.status === status) {
    try {
      if (status === "running") await stopPaperRun(batched, id);
      else await resumePaperRun(batched, id);
    } catch (error) {
      if (error instanceof Crash) continue;
      if (!(error instanceof InputError) || error.code !== "no-data") throw error;
      await drainThroughCrashes(batched);
    }
  }
}

async function resumeStopped(ports: MemoryPorts, batched: StreamPorts, id: string): Promise<void> {
  if ((await ports.runs.get(id))?.status === "stopped") await stopOrResume(ports, batched, id);
}

async function outcomeOf(ports: MemoryPorts, runs: readonly string[]): Promise<Outcome> {
  const finished = [];
  for (const run of runs) {
    const { resultHash, definition, strategy } = await stopped(ports, run);
    const results = await ports.results.read(run);
    finished.push({ results, resultHash });
    const tested = await backtest(ports, parsePlan(definition), await codeOf(ports.catalog, strategy), 0);
    if (resultHash === null) {
      // A live run that has traded on no bar yet states no result.
      expect(tested.figures).toBeNull();
      expect(results.orders).toEqual([]);
      continue;
    }
    expect(tested.resultHash).toBe(resultHash);
    expect(await ports.results.read(tested.run)).toEqual(results);
  }
  const candles = [...ports.candles.live].sort(([a], [b]) => (a < b ? -1 : 1));
  return { candles, runs: finished };
}

test(
  "any cut, repeat, crash and order within the watermark give the candles and results of a clean run",
  async () => {
    const property = fc.asyncProperty(markets(2_000), deliveries, async (market, delivery) => {
      const clean = await play(market, arrivalsOf(market, true, 1), IN_ORDER);
      const arrivals = repeated(arrivalsOf(market, false, delivery.span), delivery.again);
      expect(await play(market, arrivals, delivery)).toEqual(clean);
    });
    await fc.assert(property, propertyRuns(500));
  },
  LONGEST,
);

/** The greatest revision of each window, but for how it came to be. */
function lastOf(outcome: Outcome): Map<string, object> {
  const latest = new Map<string, Candle>();
  for (const [, candle] of outcome.candles) {
    const key = `${candle.instrument} ${candle.timeframe} ${candle.openTime}`;
    if ((latest.get(key)?.revision ?? -1) < candle.revision) latest.set(key, candle);
  }
  return new Map([...latest].map(([key, { revision: _, reason: __, ...rest }]) => [key, rest]));
}

test(
  "any order within 15 minutes ends in the same candles, and runs act on the first revisions alone",
  async () => {
    const property = fc.asyncProperty(disordered, deliveries, async (market, delivery) => {
      const clean = await play(market, arrivalsOf(market, true, 1), IN_ORDER);
      const arrivals = arrivalsOf(market, false, delivery.span);
      const late = await play(market, arrivals, IN_ORDER);
      expect(lastOf(late)).toEqual(lastOf(clean));
      expect(await play(market, repeated(arrivals, delivery.again), delivery)).toEqual(late);
    });
    await fc.assert(property, propertyRuns(250));
  },
  LONGEST,
);

/** Delivered in smaller rounds, with runs that are stopped and resumed between them. */
const withStops: fc.Arbitrary<Delivery> = fc
  .record({
    delivery: deliveries,
    switches: fc.array(fc.record({ round: fc.nat(25), run: fc.nat(3) }), { minLength: 1, maxLength: 12 }),
    stoppedAt: fc.array(fc.record({ crash: fc.nat(5), run: fc.nat(3) }), { maxLength: 4 }),
    forestalled: fc.array(fc.nat(40), { maxLength: 3 }),
  })
  .map(({ delivery, ...stops }) => ({
    ...delivery,
    rounds: delivery.rounds.map((size) => Math.min(size, 3)),
    ...stops,
  }));

test(
  "a run that is stopped and resumed is as if it had never been, however it was delivered",
  async () => {
    const property = fc.asyncProperty(disordered, withStops, endings, async (market, delivery, ending) => {
      const sent = ended(arrivalsOf(market, false, delivery.span), { ...ending, ends: false });
      // A run goes on with the next candle of each instrument: there is one after the last was resumed.
      const watermark = market.until + 30 * MINUTE;
      const beats = [ONE, OTHER].map(
        (instrument): Arrival => ({ instrument, record: { kind: "heartbeat", watermark } }),
      );
      const arrivals = [...sent, ...beats];
      const clean = await play(market, arrivals, IN_ORDER);
      expect(await play(market, repeated(arrivals, delivery.again), delivery)).toEqual(clean);
    });
    await fc.assert(property, propertyRuns(250));
  },
  LONGEST,
);

test(
  "a run that is warmed from imported history equals its backtest, however it was delivered",
  async () => {
    const property = fc.asyncProperty(
      disordered,
      deliveries,
      endings,
      fc.nat(20),
      async (market, delivery, ending, stored) => {
        const live = { ...market, ticks: market.ticks.map((rows) => rows.slice(Math.min(stored, rows.length - 1))) };
        const prepared = async (): Promise<MemoryPorts> => {
          const ports = memoryPorts(2);
          for (const [i, rows] of market.ticks.entries()) {
            const ticks = tickColumns(rows.slice(0, Math.min(stored, rows.length - 1)).map(({ tick }) => tick));
            await ports.ticks.append([ONE, OTHER][i]!, ticks, "import");
            for (const ts of ticks.ts) await ports.ranges.markDirty([ONE, OTHER][i]!, ts, ts + 1);
            await rebuild(ports, [ONE, OTHER][i]!);
          }
          return ports;
        };
        const arrivals = ended(arrivalsOf(live, false, delivery.span), ending);
        const clean = await play(market, arrivals, IN_ORDER, await prepared());
        expect(await play(market, repeated(arrivals, delivery.again), delivery, await prepared())).toEqual(clean);
      },
    );
    await fc.assert(property, propertyRuns(250));
  },
  LONGEST,
);

/** The same again, so long after the end that no window of five minutes reaches over it; ids go on. */
function tradedAgain(market: Market, wait: number): Market {
  const first = Math.min(...market.ticks.map(([row]) => row!.tick.ts));
  const shift = market.until + wait - first;
  const ticks = market.ticks.map((rows) =>
    rows.map(({ tick, delay }) => ({ delay, tick: { ...tick, id: tick.id + 100_000, ts: tick.ts + shift } })),
  );
  return { ...market, ticks, until: Math.ceil((market.until + shift) / MINUTE) * MINUTE };
}

test(
  "a run whose instrument ended and was traded again equals its backtest, however it was delivered",
  async () => {
    const wait = fc.integer({ min: 6 * MINUTE, max: 40 * MINUTE });
    /** Ends that are told again among what comes later: of which instrument, and after how many records. */
    const endsAgain = fc.array(fc.record({ end: fc.nat(ENDS - 1), after: fc.nat(40) }), { maxLength: 3 });
    const ways = fc.record({ delivery: deliveries, ending: endings, wait, endsAgain });
    const property = fc.asyncProperty(disordered, ways, async (market, { delivery, ending, wait, endsAgain }) => {
      // Feeds of one instrument: another would have gone on meanwhile.
      const plansOf = (from: number): RunPlan[] => plans(from).slice(0, 2);
      const again = tradedAgain(market, wait);
      const phases = (span: number): Arrival[][] => [
        ended(arrivalsOf(market, false, span), { ...ending, ends: true }),
        arrivalsOf(again, false, span),
      ];
      const clean = await play(market, phases(delivery.span).flat(), IN_ORDER, memoryPorts(2), plansOf);
      const last = again.ticks[0]!.at(-1)!.tick.ts;
      for (const { results } of clean.runs) expect(results.cycles.time.at(-1)).toBeGreaterThanOrEqual(last);
      const [before, after] = phases(delivery.span).map((phase) => repeated(phase, delivery.again)) as [
        Arrival[],
        Arrival[],
      ];
      const ends = before.slice(-ENDS);
      for (const { end, after: place } of endsAgain) after.splice(Math.min(place, after.length - ENDS), 0, ends[end]!);
      expect(await play(market, [...before, ...after], delivery, memoryPorts(2), plansOf)).toEqual(clean);
    });
    await fc.assert(property, propertyRuns(100));
  },
  LONGEST,
);
