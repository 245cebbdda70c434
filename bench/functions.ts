import { type BuiltFunction, buildFunctions } from "#functions/bundle.ts";
import type { FunctionName } from "#functions/topology.ts";
import { LoneFunction } from "#local/host/lone-function.ts";
import type { KafkaEventLog } from "#shared/adapters/kafka/event-log.ts";
import { tickRecords } from "#shared/app/tick-records.ts";
import { type Instrument, instrumentKey } from "#shared/market/instrument.ts";
import { tickColumns } from "#shared/market/tick.ts";
import type { LogRecord } from "#shared/ports/event-log.ts";
import { START, ticksFrom } from "#shared/testkit/tick-samples.ts";
import { encodeKafkaEvent, type KafkaEvent } from "#shared/wire/kafka-event.ts";
import { encodeTickRecord } from "#shared/wire/tick-records.ts";
import { CANDLES, TICKS } from "#shared/wire/topics.ts";
import type { Figure } from "./figure.ts";
import { type BenchServers, withServers } from "./servers.ts";

/** Starts of each function; the first brings the servers' own caches up and is not counted. */
const ROUNDS = 6;
const STREAM: readonly FunctionName[] = ["aggregate", "archive", "step-strategies"];

type Variables = Readonly<Record<string, string>>;

/** Sizes of the functions' bundles, and the time from a process's start to its first batch handled on real servers. */
export async function run(): Promise<Figure[]> {
  const built = await buildFunctions();
  const sizes = built.flatMap(({ name, bytes, gzipBytes }) => [
    { name: `bundle of ${name}`, value: bytes / 1e3, unit: "kB" },
    { name: `bundle of ${name}, gzip`, value: gzipBytes / 1e3, unit: "kB" },
  ]);
  return withServers(async (servers) => [...sizes, ...(await starts(built, servers))]);
}

async function starts(built: readonly BuiltFunction[], { environment, log }: BenchServers): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const { name, file } of built.filter((each) => STREAM.includes(each.name))) {
    const starts: Start[] = [];
    for (let round = 0; round < ROUNDS; round++) starts.push(await startOf(name, file, environment, log, round));
    const [, ...counted] = starts;
    const what = `start of ${name} to its first batch handled`;
    figures.push({ name: what, value: median(counted.map(({ ms }) => ms)), unit: "ms" });
    figures.push({ name: `${what}, its own CPU`, value: median(counted.map(({ cpuMs }) => cpuMs)), unit: "ms" });
  }
  return figures;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!;
}

/** From the process's start to its first batch handled. */
interface Start {
  readonly ms: number;
  readonly cpuMs: number;
}

/** Throws unless the function did its work. */
async function startOf(
  name: FunctionName,
  file: string,
  variables: Variables,
  log: KafkaEventLog,
  round: number,
): Promise<Start> {
  const event = eventOf(name, round);
  const started = performance.now();
  const process = await LoneFunction.start(name, file, variables);
  try {
    const fault = await process.invoke(event);
    const start = { ms: performance.now() - started, cpuMs: await process.cpuMs() };
    if (fault !== null) throw new Error(`${name} failed: ${fault}`);
    if (name === "aggregate") await check(log);
    return start;
  } finally {
    await process.stop();
  }
}

async function check(log: KafkaEventLog): Promise<void> {
  const candles = await log.poll("bench", CANDLES, 1_000);
  if (candles.length === 0) throw new Error("aggregate published no candles");
  await log.commit("bench", candles);
}

/** Five minutes of ticks of an instrument of this round; of no instrument that a run has, where candles are read. */
function eventOf(name: FunctionName, round: number): KafkaEvent {
  const instrument: Instrument = { exchange: "binance", symbol: `ROUND${round}/USDT` };
  const ticks = tickRecords(tickColumns(ticksFrom(0, 300)), { origin: "live", span: 60_000 });
  const records = Array.from(
    ticks,
    (record, offset): LogRecord => ({
      topic: name === "step-strategies" ? CANDLES : TICKS,
      partition: 0,
      offset: round * 1_000 + offset,
      appendTime: START,
      key: instrumentKey(instrument),
      value: encodeTickRecord(instrument, record),
    }),
  );
  return encodeKafkaEvent("", records);
}
