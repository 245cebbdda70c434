import fc from "fast-check";
import { expect, test } from "vitest";
import { backtest } from "#shared/app/backtest.ts";
import { planInForce } from "#shared/app/plan-in-force.ts";
import { rebuild } from "#shared/app/rebuild.ts";
import { ReplayTask } from "#shared/app/replay/play-replays.ts";
import { hasEnded, type ReplaySession, runOf } from "#shared/app/replay/replay-session.ts";
import { loadSession } from "#shared/app/replay/session-store.ts";
import { startReplay } from "#shared/app/replay/start-replay.ts";
import {
  listReplays,
  pauseReplay,
  resumeReplay,
  seekReplay,
  setReplaySpeed,
  stepReplay,
} from "#shared/app/replay/steer-replay.ts";
import { parsePlan, type RunPlan } from "#shared/app/run-plan.ts";
import { runResults } from "#shared/app/run-results.ts";
import { parseInstrument } from "#shared/market/instrument.ts";
import type { Coverage } from "#shared/market/interval.ts";
import { type IdScheme, type Tick, tickColumns } from "#shared/market/tick.ts";
import { propertyRuns } from "#shared/testkit/property-runs.ts";
import {
  CrashPlan,
  codeOf,
  crashingPorts,
  deadLetters,
  inBatches,
  type MemoryPorts,
  memoryPorts,
  planOf,
} from "./test-chain.ts";
import { playAll, replayPorts, SILENT, TestClock } from "./test-replay.ts";

const LONGEST = 900_000;
const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const INSTRUMENTS = [parseInstrument("binance:BTC/USDT"), parseInstrument("kraken:SOL/USD")];
const NOON = Date.UTC(2024, 5, 1, 12);

interface Market {
  readonly ids: IdScheme;
  readonly ticks: readonly (readonly Tick[])[];
  readonly coverage: readonly (Coverage & { readonly of: number })[];
}

const row = fc.record({
  wait: fc.oneof(
    { weight: 6, arbitrary: fc.integer({ min: 0, max: 50 * SECOND }) },
    { weight: 3, arbitrary: fc.integer({ min: 0, max: 6 * MINUTE }) },
    { weight: 1, arbitrary: fc.integer({ min: 0, max: 200 * MINUTE }) },
  ),
  skipped: fc.oneof({ weight: 6, arbitrary: fc.constant(0) }, fc.integer({ min: 1, max: 3 })),
  /** Ids that do not rise with time, as some exchanges have at times. */
  swap: fc.oneof({ weight: 8, arbitrary: fc.constant(false) }, fc.constant(true)),
  cents: fc.integer({ min: 9_000, max: 11_000 }),
  lots: fc.integer({ min: 1, max: 50_000 }),
  side: fc.constantFrom("buy", "sell", null),
  hash: fc.maxSafeNat(),
});
const rows = fc.uniqueArray(row, { minLength: 1, maxLength: 40, selector: ({ hash }) => hash });

const coverage = fc.record({
  of: fc.nat(1),
  kind: fc.constantFrom("lost", "source", "source", "silent"),
  minute: fc.integer({ min: -10, max: 200 }),
  offset: fc.constantFrom(0, 0, 1, 30 * SECOND),
  length: fc.oneof(fc.integer({ min: 1, max: 10 * MINUTE }), fc.integer({ min: 1, max: 600 * MINUTE })),
});

const markets: fc.Arbitrary<Market> = fc
  .record({
    ids: fc.constantFrom<IdScheme>("sequence", "sequence", "hash"),
    all: fc.tuple(rows, rows),
    told: fc.array(coverage, { maxLength: 5 }),
  })
  .map(({ ids, all, told }) => ({
    ids,
    ticks: all.map((ofInstrument) => {
      let ts = NOON - 20 * MINUTE;
      let id = 500;
      const ticks = ofInstrument.map(({ wait, skipped, cents, lots, side, hash }): Tick => {
        ts += wait;
        id += 1 + skipped;
        return { id: ids === "hash" ? hash : id, ts, price: cents / 100, amount: lots / 1e4, side };
      });
      for (let i = 1; ids === "sequence" && i < ticks.length; i++) {
        if (!ofInstrument[i]!.swap) continue;
        const [one, other] = [ticks[i - 1]!, ticks[i]!];
        ticks[i - 1] = { ...one, id: other.id };
        ticks[i] = { ...other, id: one.id };
      }
      return ticks;
    }),
    coverage: told.map(({ of, kind, minute, offset, length }) => {
      const from = NOON + minute * MINUTE + offset;
      return { of, kind, from, to: from + length, reason: "told" };
    }),
  }));

async function stored(market: Market): Promise<MemoryPorts> {
  const ports = memoryPorts(2);
  for (const [i, instrument] of INSTRUMENTS.entries()) {
    await ports.ticks.append(instrument, tickColumns(market.ticks[i]!, "trade", market.ids), "import");
    for (const { of, ...span } of market.coverage) if (of === i) await ports.ranges.addCoverage(instrument, span);
    for (const { ts } of market.ticks[i]!) await ports.ranges.markDirty(instrument, ts, ts + 1);
    await rebuild(ports, instrument);
  }
  return ports;
}

function resampled(plan: RunPlan): RunPlan {
  return { ...plan, feeds: plan.feeds.map((each, i) => (i === 0 ? each : { ...each, resampleOf: "data" })) };
}

interface Span {
  readonly from: number;
  readonly warm: number;
  readonly length: number | null;
}

const spans: fc.Arbitrary<Span> = fc.record({
  from: fc.oneof(fc.constant(-60), fc.integer({ min: -25, max: 120 })).map((minute) => NOON + minute * MINUTE),
  warm: fc.constantFrom(0, 0, 7 * MINUTE, 12_345),
  length: fc.option(fc.integer({ min: 10 * SECOND, max: 300 * MINUTE })),
});

function plansOf({ from, warm, length }: Span): RunPlan[] {
  const plans = [
    planOf("sma-cross", ["binance:BTC/USDT@1m"], from - warm, from),
    planOf("trend-filter", ["binance:BTC/USDT@1m", "slow=binance:BTC/USDT@5m"], from - warm, from),
    planOf("trend-filter", ["kraken:SOL/USD@3m", "slow=binance:BTC/USDT@1h"], from - warm, from),
    resampled(planOf("trend-filter", ["binance:BTC/USDT@1m", "slow=binance:BTC/USDT@5m"], from - warm, from)),
  ];
  return plans.map((plan) => ({ ...plan, choice: "best", end: length === null ? null : from + length }));
}

type Action =
  | { readonly kind: "pause" }
  | { readonly kind: "resume" }
  | { readonly kind: "step"; readonly count: number }
  | { readonly kind: "speed"; readonly speed: number }
  | { readonly kind: "seek"; readonly minutes: number };

const action: fc.Arbitrary<Action> = fc.oneof(
  fc.constantFrom<Action>({ kind: "pause" }, { kind: "resume" }),
  fc.integer({ min: 1, max: 20 }).map((count): Action => ({ kind: "step", count })),
  fc.constantFrom(60, 600, Number.POSITIVE_INFINITY).map((speed): Action => ({ kind: "speed", speed })),
  fc.integer({ min: 0, max: 100 }).map((minutes): Action => ({ kind: "seek", minutes })),
);

interface Playing {
  readonly mode: "candles" | "ticks";
  readonly speed: number;
  readonly actions: readonly { readonly round: number; readonly session: number; readonly action: Action }[];
  /** Sessions that are sought, by another task too, when a process dies: by the crash's number. */
  readonly soughtAt: readonly { readonly crash: number; readonly session: number; readonly minutes: number }[];
  readonly polls: readonly number[];
  readonly before: readonly number[];
  readonly after: readonly number[];
}

const playings: fc.Arbitrary<Playing> = fc.record({
  mode: fc.constantFrom<Playing["mode"]>("candles", "ticks"),
  speed: fc.constantFrom(60, 3_600, Number.POSITIVE_INFINITY),
  actions: fc.array(fc.record({ round: fc.nat(30), session: fc.nat(3), action }), { maxLength: 5 }),
  soughtAt: fc.array(fc.record({ crash: fc.nat(5), session: fc.nat(3), minutes: fc.nat(100) }), { maxLength: 4 }),
  polls: fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 4 }),
  before: fc.array(fc.nat(120), { maxLength: 6 }),
  after: fc.array(fc.nat(120), { maxLength: 6 }),
});

/** What a user may ask of a session at any time, refused or not. */
async function act(ports: MemoryPorts, id: string, asked: Action): Promise<void> {
  const { checkpoints } = ports;
  const { session } = (await loadSession(checkpoints, id))!;
  if (hasEnded(session) || (asked.kind === "step" && !session.paused)) return;
  if (asked.kind === "pause") await pauseReplay(checkpoints, id);
  else if (asked.kind === "resume") await resumeReplay(checkpoints, id);
  else if (asked.kind === "step") await stepReplay(checkpoints, id, asked.count);
  else if (asked.kind === "speed") await setReplaySpeed(checkpoints, id, asked.speed);
  else {
    const target = session.from + asked.minutes * MINUTE;
    if (session.to === null || target <= session.to) await seekReplay(checkpoints, id, target);
  }
}

async function started(ports: MemoryPorts, span: Span, { mode, speed }: Playing): Promise<ReplaySession[]> {
  const sessions: ReplaySession[] = [];
  for (const asked of plansOf(span)) {
    const plan = await planInForce(ports, asked);
    const terms = { mode, speed, file: null, id: String(sessions.length), now: 0 };
    try {
      sessions.push(await startReplay(ports, plan, await codeOf(ports.catalog, plan.strategy), terms));
    } catch (error) {
      expect(error).toMatchObject({ code: "no-data" });
    }
  }
  return sessions;
}

test(
  "a replay equals the backtest of the same candles, however it is played, cut, steered and broken off",
  async () => {
    const property = fc.asyncProperty(markets, spans, playings, async (market, span, playing) => {
      const ports = await stored(market);
      const sessions = await started(ports, span, playing);
      const clock = new TestClock(0);
      let crash = 0;
      const seek = async (): Promise<void> => {
        const asked = playing.soughtAt.filter((each) => each.crash === crash && sessions[each.session] !== undefined);
        crash++;
        for (const { session, minutes } of asked) {
          await act(ports, sessions[session]!.session, { kind: "seek", minutes });
          await new ReplayTask(replayPorts(ports), clock, SILENT).round();
        }
      };
      const crashing = crashingPorts(ports, new CrashPlan(playing.before, playing.after, seek));
      const batched = { ...crashing, log: inBatches(crashing.log, playing.polls) };
      await playAll(batched, clock, async (round) => {
        for (const each of playing.actions) {
          const session = sessions[each.session];
          if (each.round === round && session !== undefined) await act(ports, session.session, each.action);
        }
        const { sessions: all } = await listReplays(ports.checkpoints);
        // Nobody leaves them paused for ever.
        if (round > 40) {
          for (const { session, paused, phase } of all) {
            if (paused && phase === "playing") await resumeReplay(ports.checkpoints, session);
          }
        }
        return all.some((session) => !hasEnded(session));
      });
      expect(await deadLetters(ports.log)).toEqual([]);
      for (const session of (await listReplays(ports.checkpoints)).sessions) {
        expect(session).toMatchObject({ phase: "finished", error: null });
        await expectBacktest(ports, session);
        for (let each = 0; each < session.generation; each++) await expectCut(ports, `${session.session}.${each}`);
      }
    });
    await fc.assert(property, propertyRuns(60));
  },
  LONGEST,
);

/** An older generation that got a run counts what its state had done when it was stopped. */
async function expectCut(ports: MemoryPorts, run: string): Promise<void> {
  const record = await ports.runs.get(run);
  if (record === null) return;
  if (record.status === "finished") return;
  expect(record).toMatchObject({ status: "stopped", until: expect.any(Number) });
  if (record.resultHash === null) return;
  const { cycles } = await runResults(ports.results, record);
  expect(cycles.time.at(-1)).toBe(record.until! - 1);
  expect(record.figures).toMatchObject({ bars: cycles.length, finalValue: cycles.value.at(-1) });
}

async function expectBacktest(ports: MemoryPorts, session: ReplaySession): Promise<void> {
  const { run, strategy, definition } = runOf(session)!;
  const record = (await ports.runs.get(run))!;
  const plan = parsePlan(definition);
  let tested: Awaited<ReturnType<typeof backtest>>;
  try {
    tested = await backtest(ports, plan, await codeOf(ports.catalog, strategy), 0);
  } catch (error) {
    // Ticks may be there where no window ends in the span.
    expect(session.mode).toBe("ticks");
    expect(error).toMatchObject({ code: "no-data" });
    return;
  }
  expect(record.status).toBe("finished");
  const results = await ports.results.read(run);
  const expected = await ports.results.read(tested.run);
  // Where no bar was traded on, nobody says how many feeds there are.
  expect({ ...results, cycles: null }).toEqual({ ...expected, cycles: null });
  expect(results.cycles.length).toBe(expected.cycles.length);
  if (tested.figures === null) return;
  expect(results.cycles).toEqual(expected.cycles);
  expect(record).toMatchObject({ resultHash: tested.resultHash, figures: tested.figures });
}
