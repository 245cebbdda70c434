import { aggregate } from "#shared/app/aggregate.ts";
import { startPaperRun } from "#shared/app/paper-run.ts";
import { tickRecords } from "#shared/app/tick-records.ts";
import { Strategy } from "#shared/engine/strategy.ts";
import { type Instrument, parseInstrument } from "#shared/market/instrument.ts";
import { type Tick, tickColumns } from "#shared/market/tick.ts";
import type { LogRecord } from "#shared/ports/event-log.ts";
import { CANDLES, TICKS } from "#shared/wire/topics.ts";
import { StreamHost } from "./stream-host.ts";
import { type Arrival, codeOf, type MemoryPorts, planOf, publishTicks } from "./test-chain.ts";

export const MINUTE = 60_000;
export const BTC = parseInstrument("binance:BTC/USDT");
export const NOON = Date.UTC(2024, 5, 1, 12);

export class Throws extends Strategy({}) {
  state = { bars: 0 };

  override next(): void {
    this.state.bars++;
    if (this.state.bars === 4) throw new Error("four is too many");
    this.log(`bar ${this.state.bars}`);
  }
}

export class KeepsMap extends Strategy({}) {
  state: Record<string, unknown> = { seen: null };

  override next(): void {
    this.state["seen"] = new Map();
  }
}

export class Counts extends Strategy({}) {
  override next(): void {
    this.log(String(this.data.close.now));
  }
}

export const CLASSES = { throws: Throws, "keeps-map": KeepsMap, counts: Counts };

/** A trade every 20 s from `from` on. */
export function trades(instrument: Instrument, from: number, count: number, firstId = 0): Arrival[] {
  const ticks = Array.from({ length: count }, (_, i): Tick => {
    return { id: firstId + i, ts: from + i * 20_000, price: 100 + ((i * 7) % 11), amount: 1, side: "buy" };
  });
  return Array.from(tickRecords(tickColumns(ticks), { origin: "live", span: 1 }), (record) => ({ instrument, record }));
}

export const beat = (watermark: number): Arrival => ({ instrument: BTC, record: { kind: "heartbeat", watermark } });

export async function register(
  ports: MemoryPorts,
  strategy: string,
  feeds: readonly string[],
  params = {},
  now = 0,
): Promise<string> {
  const plan = { ...planOf(strategy, feeds, NOON - MINUTE), params };
  return (await startPaperRun(ports, plan, await codeOf(ports.catalog, strategy), now)).run;
}

export async function send(ports: MemoryPorts, arrivals: readonly Arrival[]): Promise<void> {
  await publishTicks(ports.log, arrivals);
  await new StreamHost(ports).drain();
}

/** What `aggregate` makes of these, not given to anybody. */
export async function candlesOf(ports: MemoryPorts, arrivals: readonly Arrival[]): Promise<readonly LogRecord[]> {
  await publishTicks(ports.log, arrivals);
  await aggregate(ports, await ports.log.poll("aggregate/ticks", TICKS, 1_000));
  return ports.log.poll("step-strategies/candles", CANDLES, 1_000);
}

export const logsOf = async (ports: MemoryPorts, run: string) =>
  (await ports.results.read(run)).logs.map(({ text }) => text);
