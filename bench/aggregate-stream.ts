import { setTimeout as sleep } from "node:timers/promises";
import { groupOf, STREAM_FUNCTIONS } from "#functions/topology.ts";
import { tickRecords } from "#shared/app/tick-records.ts";
import { instrumentKey } from "#shared/market/instrument.ts";
import type { TickColumns } from "#shared/market/tick.ts";
import type { EventLog } from "#shared/ports/event-log.ts";
import { decodeCandlesRecord } from "#shared/wire/candle-records.ts";
import { encodeTickRecord } from "#shared/wire/tick-records.ts";
import { CANDLES, TICKS } from "#shared/wire/topics.ts";
import type { Figure } from "./figure.ts";
import { BENCH_INSTRUMENT, benchmarkTicks } from "./market.ts";
import { hostFunctions, withServers } from "./servers.ts";

const COUNT = 3_000_000;
/** Part of the records that are through before time is taken: the function's code is compiled by then. */
const WARM = 0.1;
const HOUR = 3_600_000;
const PUBLISHED_AT_ONCE = 200;
const ASK_AGAIN_MS = 25;
const AGGREGATE = STREAM_FUNCTIONS.find(({ name, topic }) => name === "aggregate" && topic === TICKS)!;

/**
 * Ticks of one instrument that wait in Kafka, through the function `aggregate` as the local host runs it, to candles in
 * Kafka with their offsets committed.
 */
export async function run(): Promise<Figure[]> {
  const ticks = benchmarkTicks(COUNT);
  return withServers(async (servers) => {
    await publish(servers.log, ticks);
    const host = await hostFunctions(servers, ["aggregate"]);
    try {
      const warm = await untilFolded(servers.log, WARM);
      const end = await untilFolded(servers.log, 1);
      await check(servers.log, ticks);
      const rate = (COUNT * (end.part - warm.part)) / ((end.at - warm.at) / 1_000);
      return [{ name: "ticks in Kafka to candles in Kafka", value: rate / 1e6, unit: "M ticks/s" }];
    } finally {
      await host.stop();
    }
  });
}

async function publish(log: EventLog, ticks: TickColumns): Promise<void> {
  const key = instrumentKey(BENCH_INSTRUMENT);
  let records: { key: string; value: Uint8Array }[] = [];
  for (const record of tickRecords(ticks, { origin: "live", span: HOUR })) {
    records.push({ key, value: encodeTickRecord(BENCH_INSTRUMENT, record) });
    if (records.length < PUBLISHED_AT_ONCE) continue;
    await log.publish(TICKS, records);
    records = [];
  }
  await log.publish(TICKS, records);
}

/** Waits until a part of the records is folded, all of about the same size. */
async function untilFolded(log: EventLog, part: number): Promise<{ readonly part: number; readonly at: number }> {
  for (;;) {
    const positions = await log.positions(groupOf(AGGREGATE), TICKS);
    const [{ next, end }] = positions.filter((each) => each.end > 0) as [(typeof positions)[number]];
    if (next / end >= part) return { part: next / end, at: performance.now() };
    await sleep(ASK_AGAIN_MS);
  }
}

/** Throws unless the minutes that were published hold all ticks that came before their end, once. */
async function check(log: EventLog, ticks: TickColumns): Promise<void> {
  let trades = 0;
  let closed = 0;
  for (;;) {
    const records = await log.poll("bench", CANDLES, 1_000);
    if (records.length === 0) break;
    for (const { value } of records) {
      for (const candle of decodeCandlesRecord(value).candles) {
        if (candle.timeframe !== "1m") continue;
        trades += candle.trades ?? 0;
        closed = Math.max(closed, candle.closeTime);
      }
    }
    await log.commit("bench", records);
  }
  const expected = ticks.ts.findIndex((ts) => ts >= closed);
  if (expected < 0.99 * COUNT) throw new Error(`only ${expected} ticks came before the last minute closed`);
  if (trades !== expected) throw new Error(`the minutes hold ${trades} trades, ${expected} came before ${closed}`);
}
