import type { RunEvents } from "#shared/engine/run-events.ts";
import type { Candle } from "#shared/market/candle.ts";
import type { Tick } from "#shared/market/tick.ts";
import type { LogRecord } from "#shared/ports/event-log.ts";
import type { RunResults, StatedHash } from "#shared/ports/result-store.ts";
import { decodeCandlesRecord } from "#shared/wire/candle-records.ts";
import { encodeDouble, PoisonError } from "#shared/wire/decoded.ts";
import { decodeRunTopic } from "#shared/wire/run-event-records.ts";

/**
 * What came out, as text by name: `candle binance:BTC/USDT 1m 2024-06-01T00:00:00.000Z revision 0` and
 * `run paper-… cycle 7`. Two are equal where they are byte for byte.
 */
export type Outcome = ReadonlyMap<string, string>;

/** Collects what came out, and what was told once like this and once like that. */
export class OutcomeWriter {
  readonly outcome = new Map<string, string>();
  readonly contradictions: string[] = [];

  candle(candle: Candle): void {
    const { instrument, timeframe, openTime, origin, revision } = candle;
    this.#put(
      `candle ${instrument} ${timeframe} ${new Date(openTime).toISOString()} ${origin} revision ${revision}`,
      candle,
    );
  }

  tick(instrument: string, tick: Tick): void {
    this.#put(`tick ${instrument} ${tick.id}`, tick);
  }

  runEvents(run: string, { firstCycle, cycles, orders, fills, trades, logs }: RunEvents): void {
    for (let i = 0; i < cycles.length; i++) {
      const position = cycles.position.map((column) => column[i]);
      const row = { time: cycles.time[i], cash: cycles.cash[i], value: cycles.value[i], position };
      this.#put(`run ${run} cycle ${firstCycle + i}`, row);
    }
    for (const [kind, rows] of Object.entries({ order: orders, fill: fills, trade: trades, log: logs })) {
      for (const row of rows) this.#put(`run ${run} ${kind} ${row.seq}`, row);
    }
  }

  stated(run: string, { time, resultHash }: StatedHash): void {
    this.#put(`run ${run} at ${new Date(time).toISOString()}`, { time, resultHash });
  }

  #put(name: string, row: object): void {
    const text = textOf(row);
    const held = this.outcome.get(name);
    if (held !== undefined && held !== text) this.contradictions.push(`${name} was told as ${held}, and as ${text}`);
    this.outcome.set(name, text);
  }
}

/** What records of the topics `candles` and `run-events` tell; those that are poison are left out. */
export function publishedOutcome(candles: readonly LogRecord[], runEvents: readonly LogRecord[]): OutcomeWriter {
  const writer = new OutcomeWriter();
  for (const record of candles) {
    unlessPoison(() => {
      for (const candle of decodeCandlesRecord(record.value).candles) writer.candle(candle);
    });
  }
  for (const record of runEvents) {
    unlessPoison(() => {
      const told = decodeRunTopic(record.value);
      if (told.kind === "run-events") writer.runEvents(told.run, told.events);
      if (told.kind === "run-hash") writer.stated(told.run, told);
    });
  }
  return writer;
}

/** What a store holds of a run. */
export interface StoredRun {
  readonly results: RunResults;
  readonly hashes: readonly StatedHash[];
}

/** What a store holds: all revisions of candles, and what runs did and stated. */
export function storedOutcome(candles: readonly Candle[], runs: ReadonlyMap<string, StoredRun>): OutcomeWriter {
  const writer = new OutcomeWriter();
  for (const candle of candles) writer.candle(candle);
  for (const [run, { results, hashes }] of runs) {
    writer.runEvents(run, { firstCycle: 0, ...results });
    for (const hash of hashes) writer.stated(run, hash);
  }
  return writer;
}

function unlessPoison(read: () => void): void {
  try {
    read();
  } catch (error) {
    if (!(error instanceof PoisonError)) throw error;
  }
}

/** Fields in the order of their names; sums as digits, doubles bit for bit. */
function textOf(row: object): string {
  const fields = Object.entries(row).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify(Object.fromEntries(fields), (_name, value: unknown) => {
    if (typeof value === "bigint") return `${value}`;
    return typeof value === "number" ? encodeDouble(value) : value;
  });
}
