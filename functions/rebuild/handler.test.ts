import { expect, it } from "vitest";
import { MemoryCandleStore } from "#shared/adapters/memory/candle-store.ts";
import { MemoryCheckpointStore } from "#shared/adapters/memory/checkpoint-store.ts";
import { MemoryRangeRegistry } from "#shared/adapters/memory/range-registry.ts";
import { MemoryTickStore } from "#shared/adapters/memory/tick-store.ts";
import { type Instrument, parseInstrument } from "#shared/market/instrument.ts";
import { tickColumns } from "#shared/market/tick.ts";
import { serve } from "./handler.ts";

const NOON = Date.UTC(2024, 5, 1, 12);
const [FIRST, SECOND, THIRD] = ["binance:BTC/USDT", "binance:ETH/USDT", "kraken:SOL/USD"].map(parseInstrument) as [
  Instrument,
  Instrument,
  Instrument,
];

async function dirtyPorts() {
  const ranges = new MemoryRangeRegistry();
  const [ticks, checkpoints] = [new MemoryTickStore(), new MemoryCheckpointStore()];
  for (const [i, instrument] of [FIRST, SECOND, THIRD].entries()) {
    const trade = { id: 1, ts: NOON + i, price: 5, amount: 1, side: "buy" } as const;
    await ticks.append(instrument, tickColumns([trade]), "import");
    await ranges.markDirty(instrument, trade.ts, trade.ts + 1);
  }
  return { ticks, candles: new MemoryCandleStore(ranges), ranges, checkpoints };
}

async function left(ranges: MemoryRangeRegistry): Promise<Instrument[]> {
  return (await ranges.dirty(null)).map(({ instrument }) => instrument);
}

it("passes over an instrument that another rebuilds, and rebuilds it the next time", async () => {
  const ports = await dirtyPorts();
  await ports.ranges.withLease(FIRST, async () => {
    await serve(async () => ports);
    expect(await left(ports.ranges)).toEqual([FIRST]);
  });
  await serve(async () => ports);
  expect(await left(ports.ranges)).toEqual([]);
});

it("rebuilds the others where one cannot be, and tells that one", async () => {
  const ports = await dirtyPorts();
  const ticks = new MemoryTickStore();
  ticks.extent = (instrument) =>
    instrument.symbol === SECOND.symbol ? Promise.reject(new Error("out of disk")) : ports.ticks.extent(instrument);
  const serving = serve(async () => ({ ...ports, ticks }));
  await expect(serving).rejects.toThrow("binance:ETH/USDT could not be rebuilt: out of disk");
  expect(await left(ports.ranges)).toEqual([SECOND]);
});
