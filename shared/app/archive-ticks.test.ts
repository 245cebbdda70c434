import { expect, it } from "vitest";
import { MemoryCandleStore } from "#shared/adapters/memory/candle-store.ts";
import { MemoryRangeRegistry } from "#shared/adapters/memory/range-registry.ts";
import { MemoryTickStore } from "#shared/adapters/memory/tick-store.ts";
import type { TickRecord } from "../aggregation/tick-record.ts";
import { InputError } from "../market/input-error.ts";
import { instrumentKey, parseInstrument } from "../market/instrument.ts";
import { type Tick, type TickColumns, tickColumns } from "../market/tick.ts";
import type { LogRecord } from "../ports/event-log.ts";
import { encodeTickRecord } from "../wire/tick-records.ts";
import { TICKS } from "../wire/topics.ts";
import { archiveTicks } from "./archive-ticks.ts";

const BTC = parseInstrument("binance:BTC/USDT");
const NOON = Date.UTC(2024, 5, 1, 12);
const MINUTE = 60_000;

const tick = (id: number, ts = NOON, price = 5): Tick => ({ id, ts, price, amount: 1, side: "buy" });

function block(ticks: TickColumns, previousId: number | null = 1): TickRecord {
  return { kind: "ticks", origin: "live", watermark: NOON, previousId, ticks };
}

function logged(offset: number, record: TickRecord, change: Partial<LogRecord> = {}): LogRecord {
  const value = encodeTickRecord(BTC, record);
  return { topic: TICKS, partition: 0, offset, appendTime: NOON, key: instrumentKey(BTC), value, ...change };
}

class CountingTickStore extends MemoryTickStore {
  appends = 0;

  override append(...args: Parameters<MemoryTickStore["append"]>) {
    this.appends++;
    if (args[1].price.includes(666)) throw new InputError("bad-data", "refused");
    return super.append(...args);
  }
}

function portsOf() {
  const ranges = new MemoryRangeRegistry();
  return { ticks: new CountingTickStore(), ranges, candles: new MemoryCandleStore(ranges) };
}

it("stores the blocks of a batch together, and tells conflicts by the row of their record", async () => {
  const ports = portsOf();
  await ports.ticks.append(BTC, tickColumns([tick(3, NOON, 9), tick(6, NOON, 9)]), "import");
  const told = await archiveTicks(ports, [
    logged(0, block(tickColumns([tick(1), tick(2)]), null)),
    logged(1, block(tickColumns([tick(-1), tick(3), tick(4)]))),
    logged(2, { kind: "heartbeat", watermark: NOON }),
    logged(3, block(tickColumns([tick(5), tick(6)]))),
  ]);
  expect(told.map(({ logged: { offset }, rows }) => [offset, rows.map(({ row }) => row)])).toEqual([
    [1, [1]],
    [3, [1]],
  ]);
  expect(ports.ticks.appends).toBe(2);
  expect((await ports.ticks.extent(BTC))?.count).toBe(6);
  expect(await ports.ranges.dirty(BTC)).toMatchObject([{ from: NOON, to: NOON + 1 }]);
});

it("stores what it can where one block is refused, and passes poison over", async () => {
  const ports = portsOf();
  const aggregates = tickColumns([{ ...tick(90), firstId: 90, lastId: 91 }], "aggregate");
  const told = await archiveTicks(ports, [
    logged(0, block(tickColumns([tick(1)]))),
    logged(1, block(tickColumns([tick(2, NOON, 666)]))),
    logged(2, block(aggregates)),
    logged(3, block(tickColumns([tick(3)])), { value: null }),
    logged(4, block(tickColumns([tick(4)])), { key: "binance:ETH/USDT" }),
    logged(5, block(tickColumns([tick(5)]))),
  ]);
  expect(told.map(({ logged: { offset }, rows, reason }) => [offset, rows, reason])).toEqual([
    [1, [], "refused"],
    [2, [], expect.stringContaining("kind 'aggregate'")],
  ]);
  expect((await ports.ticks.extent(BTC))?.count).toBe(2);
});

it("marks what the rows change that are stored beside one that is refused", async () => {
  const ports = portsOf();
  ports.ticks.append = async () => {
    // Another rebuilt meanwhile.
    await ports.ranges.clearDirty(await ports.ranges.dirty(BTC));
    throw new InputError("bad-data", "QuestDB refused row 1");
  };
  const told = await archiveTicks(ports, [logged(0, block(tickColumns([tick(1), tick(2)]), null))]);
  expect(told).toMatchObject([{ reason: "QuestDB refused row 1" }]);
  expect(await ports.ranges.dirty(BTC)).toMatchObject([{ from: NOON, to: NOON + 1 }]);
});

it("marks each window with a rebuilt candle that a block joins, and no other", async () => {
  const ports = portsOf();
  const rebuilt = [0, 1, 2, 3].map((minute) => ({
    ...({ instrument: instrumentKey(BTC), timeframe: "1m", openTime: NOON + minute * MINUTE } as const),
    ...({ closeTime: NOON + (minute + 1) * MINUTE, open: 1, high: 1, low: 1, close: 1, volume: 0n } as const),
    ...({ quoteVolume: null, buyVolume: null, trades: 0, firstId: null, lastId: null, revision: 0 } as const),
    ...({ origin: "rebuilt", reason: "rebuild", completeness: "unknown" } as const),
  }));
  await ports.candles.put(rebuilt);
  await archiveTicks(ports, [
    logged(0, block(tickColumns([tick(1, NOON + 5)]))),
    logged(1, block(tickColumns([tick(2, NOON + 2 * MINUTE)]))),
  ]);
  const spans = (await ports.ranges.dirty(BTC)).map(
    ({ from, to }) => `${(from - NOON) / MINUTE}-${(to - NOON) / MINUTE}`,
  );
  expect(new Set(spans)).toEqual(new Set(["0-1", "2-3"]));
});

it("records what a source lost", async () => {
  const ports = portsOf();
  const lost = { kind: "gap-closed", from: NOON, to: NOON + 5, lost: true, reason: "outage" } as const;
  await archiveTicks(ports, [logged(0, lost), logged(1, { ...lost, from: NOON + 9, to: NOON + 10, lost: false })]);
  expect(await ports.ranges.coverage(BTC, 0, Number.MAX_SAFE_INTEGER)).toEqual([
    { from: NOON, to: NOON + 5, kind: "lost", reason: "outage" },
  ]);
});
