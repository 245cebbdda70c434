import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Sender } from "@questdb/nodejs-client";
import { type QuestdbServer, startQuestdb } from "#local/servers/start-questdb.ts";
import { decimalText } from "#shared/adapters/questdb/candle-lines.ts";
import { openQuestdbStore, type QuestdbStore } from "#shared/adapters/questdb/store.ts";
import type { Candle } from "#shared/market/candle.ts";
import { toDecimal } from "#shared/market/decimal.ts";
import { parseInstrument } from "#shared/market/instrument.ts";
import { questdbConnection } from "#shared/testkit/questdb-connection.ts";
import type { Figure } from "./figure.ts";

const ROWS = 200_000;
const ROUNDS = 3;
/** Of a request, for both. */
const REQUEST_ROWS = 20_000;
const MINUTE = 60_000;
const START = Date.UTC(2024, 0, 1);

/** Candles acknowledged by a real QuestDB: through the store, and through the bare official client. */
export async function run(): Promise<Figure[]> {
  const folder = await mkdtemp(join(tmpdir(), "millrace-bench-"));
  const server = await startQuestdb(folder);
  try {
    const store = await openQuestdbStore(questdbConnection(server, 60_000), { keepTicksDays: null });
    try {
      return await compare(server, store);
    } finally {
      await store.close();
    }
  } finally {
    await server.stop();
    await rm(folder, { recursive: true });
  }
}

async function compare(server: QuestdbServer, store: QuestdbStore): Promise<Figure[]> {
  const put = async (symbol: string): Promise<number> => {
    const candles = candlesOf(symbol);
    return timed(() => store.candles.put(candles));
  };
  const send = async (symbol: string): Promise<number> => {
    const candles = candlesOf(symbol);
    return timed(() => sendByClient(server, candles));
  };
  await put("WARM/STORE");
  await send("WARM/CLIENT");
  for (const symbol of ["WARM/STORE", "WARM/CLIENT"]) await check(store, symbol);
  let [ours, clients] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (let round = 0; round < ROUNDS; round++) {
    ours = Math.min(ours, await put(`R${round}/STORE`));
    clients = Math.min(clients, await send(`R${round}/CLIENT`));
    // What the server applies late must not slow the other's next round.
    for (const by of ["STORE", "CLIENT"]) await check(store, `R${round}/${by}`);
  }
  const peer = "@questdb/nodejs-client";
  return [{ name: "questdb rows", value: ROWS / ours / 1e3, unit: "k candles/s", peer, ratio: clients / ours }];
}

async function timed(work: () => Promise<void>): Promise<number> {
  const started = performance.now();
  await work();
  return (performance.now() - started) / 1_000;
}

/** Throws unless all rows of the symbol can be read, equal to what was written. */
async function check(store: QuestdbStore, symbol: string): Promise<void> {
  const expected = candlesOf(symbol);
  const instrument = { exchange: "binance", symbol };
  const query = { instrument, timeframe: "1m", choice: "best", from: 0, to: Number.MAX_SAFE_INTEGER } as const;
  let count = 0;
  for await (const block of store.candles.read(query)) {
    for (const candle of block) {
      const wanted = expected[count++];
      if (wanted?.volume !== candle.volume || wanted.close !== candle.close || wanted.openTime !== candle.openTime) {
        throw new Error(`candle ${count} of ${symbol} is not as it was written`);
      }
    }
  }
  if (count !== ROWS) throw new Error(`${count} candles of ${symbol} are held, not ${ROWS}`);
}

function candlesOf(symbol: string): Candle[] {
  return Array.from({ length: ROWS }, (_, i) => {
    const price = 60_000 + (i % 977) / 100;
    return {
      instrument: `binance:${symbol}`,
      timeframe: "1m",
      openTime: START + i * MINUTE,
      closeTime: START + (i + 1) * MINUTE,
      open: price,
      high: price + 5.25,
      low: price - 4.5,
      close: price + 1.01,
      volume: toDecimal((i % 1_000) / 8),
      quoteVolume: toDecimal(7_000.125 + i),
      buyVolume: toDecimal((i % 500) / 8),
      trades: i % 300,
      firstId: i * 300,
      lastId: i * 300 + 299,
      origin: "rebuilt",
      revision: 0,
      reason: "rebuild",
      completeness: "proven",
    };
  });
}

/** The same rows and columns, in requests of the same size. */
async function sendByClient({ ports, httpUser }: QuestdbServer, candles: readonly Candle[]): Promise<void> {
  const sender = await Sender.fromConfig(
    `http::addr=127.0.0.1:${ports.http};username=${httpUser.user};password=${httpUser.password};` +
      "protocol_version=3;auto_flush=off;stdlib_http=on;request_timeout=60000",
  );
  for (const [i, candle] of candles.entries()) {
    const { exchange, symbol } = parseInstrument(candle.instrument);
    sender.table("candles").symbol("exchange", exchange).symbol("symbol", symbol).symbol("timeframe", candle.timeframe);
    sender.symbol("origin", candle.origin).symbol("reason", candle.reason).symbol("completeness", candle.completeness);
    sender.intColumn("revision", candle.revision).timestampColumn("close_ts", candle.closeTime, "ms");
    sender.floatColumn("open", candle.open!).floatColumn("high", candle.high!);
    sender.floatColumn("low", candle.low!).floatColumn("close", candle.close!);
    sender.decimalColumnText("volume", decimalText(candle.volume));
    sender.decimalColumnText("quote_volume", decimalText(candle.quoteVolume!));
    sender.decimalColumnText("buy_volume", decimalText(candle.buyVolume!));
    sender.intColumn("trades", candle.trades!).intColumn("first_id", candle.firstId!);
    await sender.intColumn("last_id", candle.lastId!).booleanColumn("removed", false).at(candle.openTime, "ms");
    if (i % REQUEST_ROWS === REQUEST_ROWS - 1) await sender.flush();
  }
  await sender.flush();
  await sender.close();
}
