import fc from "fast-check";
import { expect, test } from "vitest";
import { LATENESS } from "#shared/aggregation/aggregator.ts";
import { liveWatermark } from "#shared/app/aggregate.ts";
import { importFile } from "#shared/app/import-file.ts";
import { rebuild } from "#shared/app/rebuild.ts";
import { tickRecords } from "#shared/app/tick-records.ts";
import type { Candle } from "#shared/market/candle.ts";
import { parseInstrument } from "#shared/market/instrument.ts";
import type { Coverage } from "#shared/market/interval.ts";
import { type IdScheme, type Tick, tickColumns } from "#shared/market/tick.ts";
import { TIMEFRAMES } from "#shared/market/timeframe.ts";
import type { CandleStore } from "#shared/ports/candle-store.ts";
import type { FileTickBatch, TradeFile } from "#shared/ports/trade-file.ts";
import { propertyRuns } from "#shared/testkit/property-runs.ts";
import { StreamHost, type StreamPorts } from "./stream-host.ts";
import { Crash, CrashPlan, crashingPorts, type MemoryPorts, memoryPorts, publishTicks } from "./test-chain.ts";

/** For those who ask for many more cases, ms. */
const LONGEST = 900_000;
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const BTC = parseInstrument("binance:BTC/USDT");
const ALWAYS = { from: 0, to: Date.UTC(2030, 0, 1) };
/** Just before hours, days and months end. */
const STARTS = [Date.UTC(2024, 5, 30, 23, 40), Date.UTC(2024, 5, 1, 10, 10), Date.UTC(2024, 6, 7, 23, 55)];

const row = fc.record({
  wait: fc.oneof(
    { weight: 4, arbitrary: fc.integer({ min: 0, max: 90_000 }) },
    { weight: 1, arbitrary: fc.integer({ min: 0, max: 25 * MINUTE }) },
  ),
  skipped: fc.oneof({ weight: 6, arbitrary: fc.constant(0) }, fc.integer({ min: 1, max: 2 })),
  cents: fc.integer({ min: 9_000, max: 11_000 }),
  lots: fc.integer({ min: 1, max: 9_999 }),
  hash: fc.maxSafeNat(),
});

/** In order of time. */
function streams(ids: IdScheme): fc.Arbitrary<readonly Tick[]> {
  const rows = fc.uniqueArray(row, { minLength: 1, maxLength: 25, selector: ({ hash }) => hash });
  return fc.tuple(fc.constantFrom(...STARTS), rows).map(([start, all]) => {
    let ts = start;
    let id = 100;
    return all.map(({ wait, skipped, cents, lots, hash }) => {
      ts += wait;
      id += 1 + skipped;
      return { id: ids === "hash" ? hash : id, ts, price: cents / 100, amount: lots / 1e3, side: "buy" };
    });
  });
}

function fileOf(blocks: readonly (readonly Tick[])[], ids: IdScheme): TradeFile {
  return {
    facts: { format: "test", kind: "trade", ids, symbol: null, timeframe: null },
    async *batches(): AsyncGenerator<FileTickBatch> {
      for (const ticks of blocks) {
        const progress = { bytesRead: 0, bytesTotal: 0 };
        const lines = Float64Array.from(ticks, (_, i) => i + 1);
        yield { kind: "ticks", ticks: tickColumns(ticks, "trade", ids), lines, rejects: [], ignored: 0, progress };
      }
    },
  };
}

const SILENT = { progress: () => {}, rejects: async () => {} };
const importTicks = (ports: StreamPorts, blocks: readonly (readonly Tick[])[], ids: IdScheme = "sequence") =>
  importFile(ports, BTC, fileOf(blocks, ids), SILENT);

/** Rebuilt candles of every timeframe by window, without their revision. */
async function rebuiltOf(candles: CandleStore): Promise<Map<string, Omit<Candle, "revision">>> {
  const all = new Map<string, Omit<Candle, "revision">>();
  for (const timeframe of TIMEFRAMES) {
    for await (const block of candles.readOrigin({ instrument: BTC, timeframe, ...ALWAYS }, "rebuilt")) {
      for (const { revision: _, ...rest } of block) all.set(`${timeframe} ${rest.openTime}`, rest);
    }
  }
  return all;
}

/** What a rebuild of everything gives where there is nothing but these ticks and this coverage. */
async function fromScratch(
  ticks: readonly Tick[],
  coverage: readonly Coverage[],
  ids: IdScheme = "sequence",
): Promise<Map<string, Omit<Candle, "revision">>> {
  const ports = memoryPorts();
  await ports.ticks.append(BTC, tickColumns(ticks, "trade", ids), "import");
  for (const span of coverage) await ports.ranges.addCoverage(BTC, span);
  await ports.ranges.markDirty(BTC, ticks[0]!.ts, ticks.at(-1)!.ts + 1);
  await rebuild(ports, BTC);
  return rebuiltOf(ports.candles);
}

const cuts = fc.array(fc.integer({ min: 1, max: 8 }), { minLength: 1, maxLength: 5 });

function cut<T>(items: readonly T[], sizes: readonly number[]): T[][] {
  const blocks: T[][] = [];
  for (let at = 0, i = 0; at < items.length; i++) {
    const size = sizes[i % sizes.length]!;
    blocks.push(items.slice(at, at + size));
    at += size;
  }
  return blocks;
}

test(
  "blocks of any cut, in any order and with rebuilds between give the candles of one import",
  async () => {
    const property = fc.asyncProperty(
      streams("sequence"),
      cuts,
      fc.infiniteStream(fc.nat()),
      async (ticks, sizes, random) => {
        const ports = memoryPorts();
        const blocks = cut(ticks, sizes)
          .map((block) => [random.next().value as number, block] as const)
          .sort(([a], [b]) => a - b);
        for (const [order, block] of blocks) {
          await importTicks(ports, [block]);
          if (order % 2 === 0) await rebuild(ports, BTC);
          if (order % 3 === 0) await importTicks(ports, [block]);
        }
        await rebuild(ports, BTC);
        expect(await ports.ranges.dirty(BTC)).toEqual([]);
        expect(await rebuiltOf(ports.candles)).toEqual(await fromScratch(ticks, []));
      },
    );
    await fc.assert(property, propertyRuns(150));
  },
  LONGEST,
);

test(
  "one file without sequential ids vouches for its silence, whatever comes of it first",
  async () => {
    const property = fc.asyncProperty(streams("hash"), cuts, fc.boolean(), async (ticks, sizes, reverse) => {
      const ports = memoryPorts();
      const blocks = cut(ticks, sizes);
      await importTicks(ports, reverse ? blocks.reverse() : blocks, "hash");
      await rebuild(ports, BTC);
      const coverage = await ports.ranges.coverage(BTC, 0, ALWAYS.to);
      expect(coverage).toMatchObject([{ from: ticks[0]!.ts, to: ticks.at(-1)!.ts + 1, kind: "source" }]);
      const rebuilt = await rebuiltOf(ports.candles);
      expect(rebuilt).toEqual(await fromScratch(ticks, coverage, "hash"));
      for (const { completeness } of rebuilt.values()) expect(completeness).toBe("unknown");
    });
    await fc.assert(property, propertyRuns(80));
  },
  LONGEST,
);

interface Story {
  readonly ticks: readonly Tick[];
  /** How many are imported before the stream begins. */
  readonly stored: number;
  /** Which of the others the stream misses, by row; they are imported in the end. */
  readonly missed: ReadonlySet<number>;
  /** Live ticks that come so many places later than their time says. */
  readonly late: readonly { readonly row: number; readonly by: number }[];
  /** After how many records a rebuild comes, one number after the other. */
  readonly rebuilds: readonly number[];
  readonly before: readonly number[];
  readonly after: readonly number[];
}

const stories: fc.Arbitrary<Story> = fc.record({
  ticks: streams("sequence"),
  stored: fc.nat(15),
  missed: fc.array(fc.nat(25), { maxLength: 6 }).map((rows) => new Set(rows)),
  late: fc.array(fc.record({ row: fc.integer({ min: 1, max: 20 }), by: fc.integer({ min: 1, max: 12 }) }), {
    maxLength: 4,
  }),
  rebuilds: cuts,
  before: fc.array(fc.nat(120), { maxLength: 4 }),
  after: fc.array(fc.nat(120), { maxLength: 4 }),
});

async function untilDone(work: () => Promise<void>): Promise<void> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof Crash)) throw error;
    }
  }
}

/** Rebuilds, and checks that history stays behind the stream. */
async function rebuildBehind(ports: MemoryPorts, crashing: StreamPorts): Promise<void> {
  const known = new Set((await rebuiltOf(ports.candles)).keys());
  await untilDone(() => rebuild(crashing, BTC));
  const watermark = await liveWatermark(ports.checkpoints, BTC);
  if (watermark === null) return;
  for (const [window, candle] of await rebuiltOf(ports.candles)) {
    if (!known.has(window)) expect(candle.closeTime, window).toBeLessThanOrEqual(watermark - LATENESS);
  }
}

/** History, then the stream with rebuilds on the way, then what the stream had missed. */
async function tell(story: Story, crashes: CrashPlan): Promise<MemoryPorts> {
  const { ticks, stored, missed, rebuilds } = story;
  const ports = memoryPorts();
  const crashing = crashingPorts(ports, crashes);
  const history = ticks.slice(0, Math.min(stored, ticks.length - 1));
  const rest = ticks.slice(history.length);
  if (history.length > 0) await untilDone(async () => void (await importTicks(crashing, [history])));
  if (missed.has(0)) await untilDone(() => rebuild(crashing, BTC));
  const live = rest.filter((_, i) => i === 0 || !missed.has(i));
  for (const { row, by } of story.late) if (row < live.length) live.splice(row + by, 0, ...live.splice(row, 1));
  const records = [...tickRecords(tickColumns(live), { origin: "live", span: 30_000 })];
  for (const round of cut(records, rebuilds)) {
    await publishTicks(
      ports.log,
      round.map((record) => ({ instrument: BTC, record })),
    );
    await untilDone(() => new StreamHost(crashing).drain());
    await rebuildBehind(ports, crashing);
  }
  const repaired = rest.filter((_, i) => i !== 0 && missed.has(i));
  if (repaired.length > 0) await untilDone(async () => void (await importTicks(crashing, [repaired])));
  for (let hour = 1; hour <= 3; hour++) {
    const watermark = ticks.at(-1)!.ts + hour * 50 * MINUTE;
    await publishTicks(ports.log, [{ instrument: BTC, record: { kind: "heartbeat", watermark } }]);
    await untilDone(() => new StreamHost(crashing).drain());
    await rebuildBehind(ports, crashing);
  }
  return ports;
}

/** Windows that no trade of the stream or of history closes are not there from scratch. */
function upTo(candles: Map<string, Omit<Candle, "revision">>, time: number): Map<string, Omit<Candle, "revision">> {
  return new Map([...candles].filter(([, candle]) => candle.closeTime <= time));
}

test(
  "a rebuilt candle follows from stored ticks and coverage alone, whatever was live, late or interrupted",
  async () => {
    const property = fc.asyncProperty(stories, async (story) => {
      const ports = await tell(story, new CrashPlan(story.before, story.after));
      const scratch = await fromScratch(story.ticks, await ports.ranges.coverage(BTC, 0, ALWAYS.to));
      const last = story.ticks.at(-1)!.ts;
      const dirty = await ports.ranges.dirty(BTC);
      for (const [window, candle] of upTo(await rebuiltOf(ports.candles), last)) {
        if (dirty.some(({ from, to }) => from < candle.closeTime && to > candle.openTime)) continue;
        expect(candle, window).toEqual(scratch.get(window));
      }
    });
    await fc.assert(property, propertyRuns(200));
  },
  LONGEST,
);

test(
  "an interrupted rebuild that is repeated leaves what an uninterrupted one leaves",
  async () => {
    const property = fc.asyncProperty(stories, async (story) => {
      const clean = await tell(story, new CrashPlan([], []));
      const interrupted = await tell(story, new CrashPlan(story.before, story.after));
      const [one, two] = [await rebuiltOf(clean.candles), await rebuiltOf(interrupted.candles)];
      const last = story.ticks.at(-1)!.ts + HOUR;
      for (const [window, candle] of upTo(one, last)) expect(two.get(window), window).toEqual(candle);
    });
    await fc.assert(property, propertyRuns(150));
  },
  LONGEST,
);
