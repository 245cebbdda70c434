import { CANDLE_COLUMNS, candlesOf } from "#shared/adapters/questdb/candle-pages.ts";
import type { QuestdbConnection } from "#shared/adapters/questdb/connection.ts";
import { HttpEndpoint } from "#shared/adapters/questdb/http-endpoint.ts";
import { pagesByTime } from "#shared/adapters/questdb/pages.ts";
import { LIVE_TIMEFRAMES } from "#shared/app/aggregate.ts";
import type { Candle } from "#shared/market/candle.ts";
import { instrumentKey } from "#shared/market/instrument.ts";
import { tickAt } from "#shared/market/tick.ts";
import type { CandleStore } from "#shared/ports/candle-store.ts";
import type { TickStore } from "#shared/ports/tick-store.ts";
import { INSTRUMENTS } from "./market.ts";
import { OutcomeWriter } from "./outcome.ts";

/** All times of the test. */
const [FROM, TO] = [0, Date.UTC(2025, 0)];

/** Every revision of every live candle that QuestDB holds. */
export async function storedRevisions(connection: QuestdbConnection): Promise<Candle[]> {
  const http = new HttpEndpoint(connection);
  const candles: Candle[] = [];
  for (const instrument of INSTRUMENTS) {
    for (const timeframe of LIVE_TIMEFRAMES) {
      const where =
        `exchange = '${instrument.exchange}' AND symbol = '${instrument.symbol}' AND timeframe = '${timeframe}' ` +
        "AND origin = 'live' AND NOT removed";
      const query = { table: "candles", where, columns: CANDLE_COLUMNS, rows: 10_000 };
      for await (const page of pagesByTime(http, query, FROM, TO)) {
        candles.push(...candlesOf(instrumentKey(instrument), timeframe, page));
      }
    }
  }
  return candles;
}

/** Every tick that a store holds. */
export async function storedTicks(store: TickStore): Promise<OutcomeWriter> {
  const writer = new OutcomeWriter();
  for (const instrument of INSTRUMENTS) {
    for await (const ticks of store.read(instrument, FROM, TO)) {
      for (let i = 0; i < ticks.length; i++) writer.tick(instrumentKey(instrument), tickAt(ticks, i));
    }
  }
  return writer;
}

/** The live candles that a store gives its readers: of each window the first revision, and the greatest. */
export async function readCandles(store: CandleStore, choice: "first" | "greatest"): Promise<Candle[]> {
  const candles: Candle[] = [];
  for (const instrument of INSTRUMENTS) {
    for (const timeframe of LIVE_TIMEFRAMES) {
      const query = { instrument, timeframe, from: FROM, to: TO };
      const blocks = choice === "first" ? store.read({ ...query, choice: "known" }) : store.readOrigin(query, "live");
      for await (const block of blocks) candles.push(...block);
    }
  }
  return candles;
}
