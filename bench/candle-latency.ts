import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { type Instrument, instrumentKey } from "#shared/market/instrument.ts";
import { tickColumns } from "#shared/market/tick.ts";
import type { EventLog } from "#shared/ports/event-log.ts";
import { encodeTickRecord } from "#shared/wire/tick-records.ts";
import { TICKS } from "#shared/wire/topics.ts";
import type { Figure } from "./figure.ts";
import { type BenchServers, hostFunctions, withServers } from "./servers.ts";

const MINUTE = 60_000;
const START = Date.UTC(2024, 0, 1);
const INSTRUMENTS: readonly Instrument[] = Array.from({ length: 10 }, (_, i) => {
  return { exchange: "binance", symbol: `L${i}/USDT` };
});
/** A block of every instrument is published so often, ms; 1,000 ticks a second in all. */
const EVERY_MS = 100;
const TICKS_A_BLOCK = 10;
/** Event time that a block holds, ms: a minute closes every two seconds, of one instrument after the other. */
const SPAN = 3_000;
const BLOCKS = 400;
/** QuestDB is asked so often, ms: its processors are for its work. */
const LOOK_EVERY_MS = 5;
/** Minutes that close before time is taken: processes and tables are warm then. */
const WARM_MINUTES = 4;

/**
 * From the moment at which a record is published whose watermark closes a minute, to that at which the minute's candle
 * can be read from QuestDB, at 1,000 ticks/s through the functions `aggregate` and `archive`.
 */
export async function run(): Promise<Figure[]> {
  return withServers(async (servers) => {
    const host = await hostFunctions(servers, ["aggregate", "archive"]);
    const watch = await watchCandles(servers);
    try {
      const closed = await publishInTime(servers.log);
      await watch.until(closed.size);
      const latencies = [...closed]
        .filter(([candle]) => Number(candle.split(" ")[1]) >= START + WARM_MINUTES * MINUTE)
        .map(([candle, at]) => watch.seen.get(candle)! - at)
        .sort((a, b) => a - b);
      const quantile = (part: number): number => latencies[Math.ceil(part * latencies.length) - 1]!;
      const name = `tick to candle in QuestDB, ${latencies.length} candles`;
      return [
        { name: `${name}, p50`, value: quantile(0.5), unit: "ms" },
        { name: `${name}, p99`, value: quantile(0.99), unit: "ms" },
      ];
    } finally {
      await watch.close();
      await host.stop();
    }
  });
}

const nameOf = (instrument: string, openTime: number): string => `${instrument} ${openTime}`;

/** Publishes all blocks in their time. Resolves to when each minute was closed. */
async function publishInTime(log: EventLog): Promise<Map<string, number>> {
  const closed = new Map<string, number>();
  const started = performance.now();
  const sent: Promise<void>[] = [];
  for (let block = 0; block < BLOCKS; block++) {
    await sleep(Math.max(0, started + block * EVERY_MS - performance.now()));
    const records = INSTRUMENTS.map((instrument, i) => {
      const from = START + block * SPAN + i * (MINUTE / INSTRUMENTS.length);
      const ticks = Array.from({ length: TICKS_A_BLOCK }, (_, row) => {
        const id = block * TICKS_A_BLOCK + row + 1;
        return { id, ts: from + (row * SPAN) / TICKS_A_BLOCK, price: 100 + (id % 7), amount: 1, side: "buy" as const };
      });
      const previousId = block === 0 ? null : block * TICKS_A_BLOCK;
      const watermark = ticks.at(-1)!.ts;
      const minute = Math.floor(watermark / MINUTE) * MINUTE - MINUTE;
      const key = instrumentKey(instrument);
      if (minute >= START && !closed.has(nameOf(key, minute))) closed.set(nameOf(key, minute), performance.now());
      const columns = tickColumns(ticks);
      const record = { kind: "ticks", origin: "live", watermark, previousId, ticks: columns } as const;
      return { key, value: encodeTickRecord(instrument, record) };
    });
    sent.push(log.publish(TICKS, records));
  }
  await Promise.all(sent);
  return closed;
}

/** Looks into QuestDB again and again. */
async function watchCandles({ settings }: BenchServers) {
  const { pgHost: host, pgPort: port, pgUser: user, pgPassword: password } = settings.questdb;
  const client = new pg.Client({ host, port, user, password, database: "qdb" });
  await client.connect();
  const seen = new Map<string, number>();
  let open = true;
  const sql = "SELECT exchange, symbol, cast(ts AS LONG), trades FROM candles WHERE timeframe = '1m'";
  const looking = (async () => {
    while (open) {
      const { rows } = await client.query({ text: sql, rowMode: "array" });
      for (const [exchange, symbol, micros, trades] of rows as [string, string, string, string][]) {
        const openTime = Number(micros) / 1_000;
        const name = nameOf(`${exchange}:${symbol}`, openTime);
        const whole = openTime > START && trades !== String((MINUTE / SPAN) * TICKS_A_BLOCK);
        if (whole) throw new Error(`${name} has ${trades} trades`);
        if (!seen.has(name)) seen.set(name, performance.now());
      }
      await sleep(LOOK_EVERY_MS);
    }
  })();
  return {
    seen,
    /** Throws Error where they do not all come. */
    async until(count: number): Promise<void> {
      const deadline = performance.now() + MINUTE;
      while (seen.size < count) {
        if (performance.now() > deadline) throw new Error(`${seen.size} of ${count} candles came`);
        await sleep(EVERY_MS);
      }
    },
    async close(): Promise<void> {
      open = false;
      await looking;
      await client.end();
    },
  };
}
