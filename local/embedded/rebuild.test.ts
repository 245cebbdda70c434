import { describe, expect, it } from "vitest";
import { archive } from "#shared/app/archive.ts";
import { findGaps } from "#shared/app/find-gaps.ts";
import { rebuild } from "#shared/app/rebuild.ts";
import { tickRecords } from "#shared/app/tick-records.ts";
import type { Candle, CandleChoice } from "#shared/market/candle.ts";
import { parseInstrument } from "#shared/market/instrument.ts";
import type { IdScheme, Tick } from "#shared/market/tick.ts";
import { tickColumns } from "#shared/market/tick.ts";
import type { Timeframe } from "#shared/market/timeframe.ts";
import { encodeTickRecord } from "#shared/wire/tick-records.ts";
import { TICKS } from "#shared/wire/topics.ts";
import { StreamHost } from "./stream-host.ts";
import { type MemoryPorts, memoryPorts, publishTicks } from "./test-chain.ts";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const BTC = parseInstrument("binance:BTC/USDT");
const NOON = Date.UTC(2024, 5, 12, 12);
const DAY = { from: NOON - 12 * HOUR, to: NOON + 12 * HOUR };

/** A trade at each of these minutes after noon, with ids from `firstId` on. */
function trades(firstId: number, minutes: readonly number[]): Tick[] {
  return minutes.map((minute, i) => {
    return { id: firstId + i, ts: NOON + minute * MINUTE, price: 100 + minute, amount: 1, side: "buy" };
  });
}

async function store(ports: MemoryPorts, ticks: readonly Tick[], ids: IdScheme = "sequence"): Promise<void> {
  await ports.ticks.append(BTC, tickColumns(ticks, "trade", ids), "import");
  for (const { ts } of ticks) await ports.ranges.markDirty(BTC, ts, ts + 1);
}

async function live(ports: MemoryPorts, ticks: readonly Tick[], watermark: number): Promise<void> {
  const records = [...tickRecords(tickColumns(ticks), { origin: "live", span: 1 })];
  await publishTicks(
    ports.log,
    [...records, { kind: "heartbeat", watermark } as const].map((record) => ({ instrument: BTC, record })),
  );
  await new StreamHost(ports).drain();
}

async function read(ports: MemoryPorts, timeframe: Timeframe, choice: CandleChoice = "best"): Promise<Candle[]> {
  const candles: Candle[] = [];
  for await (const block of ports.candles.read({ instrument: BTC, timeframe, choice, ...DAY })) candles.push(...block);
  return candles;
}

const brief = (candles: readonly Candle[]) =>
  candles.map(({ openTime, origin, close, trades: count, completeness }) => {
    return [(openTime - NOON) / MINUTE, origin, close, count, completeness];
  });

describe("history behind a live stream", () => {
  it("is rebuilt up to 15 minutes before the watermark, and the rest has its turn later", async () => {
    const ports = memoryPorts();
    await live(ports, trades(10, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]), NOON + 20 * MINUTE);
    await store(ports, trades(10, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]));
    await rebuild(ports, BTC);
    const origins = (await read(ports, "1m")).map(({ origin }) => origin);
    expect(origins.slice(0, 5)).toEqual(Array.from({ length: 5 }, () => "rebuilt"));
    expect(new Set(origins.slice(5))).toEqual(new Set(["live"]));
    expect((await read(ports, "5m")).map(({ origin }) => origin)).toEqual(["rebuilt", "live", "live", "live"]);
    expect((await ports.ranges.dirty(BTC)).every(({ from }) => from >= NOON + 5 * MINUTE)).toBe(true);

    await live(ports, trades(21, [70]), NOON + 80 * MINUTE);
    await rebuild(ports, BTC);
    expect((await read(ports, "1h")).map(({ origin }) => origin)).toEqual(["rebuilt"]);
    expect((await read(ports, "2h")).map(({ origin }) => origin)).toEqual([]);
    await live(ports, trades(22, [130]), NOON + 140 * MINUTE);
    await rebuild(ports, BTC);
    expect(brief(await read(ports, "2h"))).toEqual([[0, "rebuilt", 170, 12, "unknown"]]);
  });

  it("is rebuilt up to its own end once the stream has ended, and stays behind it once it is traded again", async () => {
    const ports = memoryPorts();
    await live(ports, trades(10, [0, 1, 2]), NOON + 3 * MINUTE);
    await publishTicks(ports.log, [{ instrument: BTC, record: { kind: "ended", at: NOON + 3 * MINUTE } }]);
    await new StreamHost(ports).drain();
    await store(ports, trades(13, [4, 90]));
    await rebuild(ports, BTC);
    expect(await ports.ranges.dirty(BTC)).toEqual([]);
    expect((await read(ports, "1m")).at(-1)).toMatchObject({ openTime: NOON + 90 * MINUTE, origin: "rebuilt" });
    expect((await read(ports, "1h")).map(({ origin }) => origin)).toEqual(["rebuilt", "rebuilt"]);

    await live(ports, trades(15, [100, 101, 102]), NOON + 103 * MINUTE);
    await store(ports, trades(20, [110]));
    await rebuild(ports, BTC);
    expect(brief(await read(ports, "1m")).at(-1)).toEqual([102, "live", 202, 1, "proven"]);
    expect((await ports.ranges.dirty(BTC)).length).toBeGreaterThan(0);
  });

  it("is passed over by `best` while it is dirty and a live candle exists, and heals by rebuild", async () => {
    const ports = memoryPorts();
    await store(ports, trades(1, [-120, -60, 0.1]));
    await rebuild(ports, BTC);
    expect(brief(await read(ports, "1h")).at(-1)).toEqual([0, "rebuilt", 100.1, 1, "unknown"]);
    await live(ports, trades(4, [0.5, 1, 59, 61]), NOON + 62 * MINUTE);
    expect(brief(await read(ports, "1h")).at(-1)).toEqual([0, "live", 159, 3, "unknown"]);
    expect(brief(await read(ports, "1m", "known")).find(([minute]) => minute === 0)).toEqual([
      0,
      "live",
      100.5,
      1,
      "unknown",
    ]);
    await live(ports, [], NOON + 80 * MINUTE);
    await rebuild(ports, BTC);
    expect(brief(await read(ports, "1h")).at(-1)).toEqual([0, "rebuilt", 159, 4, "proven"]);
    expect(brief(await read(ports, "1m")).find(([minute]) => minute === 0)).toEqual([0, "rebuilt", 100.5, 2, "proven"]);
  });

  it("is marked before a live trade joins it, and again where a rebuild came between", async () => {
    const ports = memoryPorts();
    await store(ports, trades(1, [0, 1, 2]));
    await rebuild(ports, BTC);
    const joined = expect.objectContaining({ from: NOON + MINUTE, to: NOON + 2 * MINUTE }) as unknown;
    let before: readonly unknown[] = [];
    const ticks = Object.create(ports.ticks) as MemoryPorts["ticks"];
    ticks.append = async (...args) => {
      before = await ports.ranges.dirty(BTC);
      await rebuild(ports, BTC);
      return ports.ticks.append(...args);
    };
    const record = { kind: "ticks", origin: "live", watermark: NOON, previousId: 3 } as const;
    const block = tickColumns([{ id: 9, ts: NOON + 1.5 * MINUTE, price: 7, amount: 1, side: null }]);
    const logged = { topic: TICKS, partition: 0, offset: 0, appendTime: 0, key: "binance:BTC/USDT" };
    await archive({ ...ports, ticks }, [{ ...logged, value: encodeTickRecord(BTC, { ...record, ticks: block }) }]);
    expect(before).toEqual([joined]);
    expect(await ports.ranges.dirty(BTC)).toEqual([joined]);
  });

  it("takes in a trade that came too late for the stream", async () => {
    const ports = memoryPorts();
    await live(ports, trades(10, [0, 1]), NOON + 2 * MINUTE);
    await live(ports, trades(13, [30]), NOON + 31 * MINUTE);
    expect((await ports.ranges.dirty(BTC)).map(({ from }) => from)).toContain(NOON + MINUTE);
    await live(ports, trades(12, [5]), NOON + 31 * MINUTE);
    expect(
      (await ports.ranges.dirty(BTC)).some(({ from, to }) => from <= NOON + 5 * MINUTE && to > NOON + 5 * MINUTE),
    ).toBe(true);
    await live(ports, [], NOON + 60 * MINUTE);
    await rebuild(ports, BTC);
    const minutes = brief(await read(ports, "1m"));
    expect(minutes[5]).toEqual([5, "rebuilt", 105, 1, "proven"]);
    expect(minutes.slice(2, 5).map(([, , close, , completeness]) => [close, completeness])).toEqual(
      Array.from({ length: 3 }, () => [101, "proven"]),
    );
  });
});

describe("a rebuilt candle", () => {
  it("of the last trades is unknown until something follows", async () => {
    const ports = memoryPorts();
    await store(ports, trades(1, [0, 1, 2]));
    await rebuild(ports, BTC);
    expect(brief(await read(ports, "1m")).map(([, , , , completeness]) => completeness)).toEqual([
      "unknown",
      "proven",
      "unknown",
    ]);
    await store(ports, trades(4, [3]));
    await rebuild(ports, BTC);
    expect(brief(await read(ports, "1m"))[2]).toEqual([2, "rebuilt", 102, 1, "proven"]);
  });

  it("is a gap where ids are missing, whatever was said to be lost, and proven once they are there", async () => {
    const ports = memoryPorts();
    await store(ports, [...trades(1, [0]), ...trades(3, [4])]);
    await ports.ranges.addCoverage(BTC, { from: NOON + MINUTE, to: NOON + 2 * MINUTE, kind: "lost", reason: "outage" });
    await rebuild(ports, BTC);
    expect((await read(ports, "1m")).map(({ completeness }) => completeness)).toEqual([
      "unknown",
      "gap",
      "gap",
      "gap",
      "unknown",
    ]);
    await store(ports, trades(2, [2]));
    await rebuild(ports, BTC);
    expect((await read(ports, "1m")).map(({ completeness, close }) => [completeness, close])).toEqual([
      ["unknown", 100],
      ["proven", 100],
      ["proven", 102],
      ["proven", 102],
      ["unknown", 104],
    ]);
  });

  it("without sequential ids is silent inside one source, and a gap between two or where trades were lost", async () => {
    const ports = memoryPorts();
    await store(ports, [...trades(900, [0, 2]), ...trades(17, [5, 7])], "hash");
    const source = { kind: "source", reason: "a file" } as const;
    await ports.ranges.addCoverage(BTC, { from: NOON, to: NOON + 2 * MINUTE + 1, ...source });
    await ports.ranges.addCoverage(BTC, { from: NOON + 5 * MINUTE, to: NOON + 7 * MINUTE + 1, ...source });
    await ports.ranges.addCoverage(BTC, {
      from: NOON + 6 * MINUTE,
      to: NOON + 7 * MINUTE,
      kind: "lost",
      reason: "outage",
    });
    await rebuild(ports, BTC);
    expect((await read(ports, "1m")).map(({ completeness, trades: count }) => [completeness, count])).toEqual([
      ["unknown", 1],
      ["unknown", 0],
      ["unknown", 1],
      ["gap", 0],
      ["gap", 0],
      ["unknown", 1],
      ["gap", 0],
      ["unknown", 1],
    ]);
  });
});

describe("gaps", () => {
  it("are found between minutes, inside one, over hours, and several", async () => {
    const ports = memoryPorts();
    await store(ports, [
      ...trades(1, [0, 0.5]),
      ...trades(5, [1]),
      ...trades(9, [1.5, 2, 3]),
      ...trades(15, [125]),
      ...trades(16, [126, 127]),
    ]);
    await rebuild(ports, BTC);
    const found = await findGaps(ports, BTC, DAY);
    const told = found.map(({ from, to, kind, missing, firstId, lastId }) => {
      return [(from - NOON) / MINUTE, (to - NOON) / MINUTE, kind, missing, firstId, lastId];
    });
    expect(told).toEqual([
      [0, 2, "partial", 2, 3, 4],
      [1, 2, "partial", 3, null, null],
      [4, 125, "hole", 3, 12, 14],
    ]);
  });

  it("carry the reason that was recorded", async () => {
    const ports = memoryPorts();
    await store(ports, [...trades(1, [0]), ...trades(3, [4])]);
    await ports.ranges.addCoverage(BTC, { from: NOON + MINUTE, to: NOON + 4 * MINUTE, kind: "lost", reason: "outage" });
    await rebuild(ports, BTC);
    expect(await findGaps(ports, BTC, DAY)).toMatchObject([{ kind: "hole", reason: "outage", missing: 1 }]);
  });

  it("are what was lost of traded minutes, where ids do not tell", async () => {
    const ports = memoryPorts();
    await store(ports, trades(70, [0, 1, 2, 3, 4]), "hash");
    const lost = { from: NOON + 1.5 * MINUTE, to: NOON + 2.5 * MINUTE };
    await ports.ranges.addCoverage(BTC, { ...lost, kind: "lost", reason: "outage" });
    await rebuild(ports, BTC);
    expect(await findGaps(ports, BTC, DAY)).toEqual([
      {
        from: NOON + MINUTE,
        to: NOON + 3 * MINUTE,
        kind: "partial",
        missing: null,
        firstId: null,
        lastId: null,
        reason: "outage",
      },
    ]);
  });

  it("are none where ids prove that nothing is missing", async () => {
    const ports = memoryPorts();
    await store(ports, trades(1, [0, 3, 200]));
    await rebuild(ports, BTC);
    expect(await findGaps(ports, BTC, DAY)).toEqual([]);
    expect(await findGaps(memoryPorts(), BTC, DAY)).toEqual([]);
  });
});
