import type { DuckDBConnection } from "@duckdb/node-api";
import type { Candle, CandleOrigin, ChosenCandles } from "#shared/market/candle.ts";
import { GrowingCandleColumns } from "#shared/market/growing-candle-columns.ts";
import { type Instrument, instrumentKey, parseInstrument } from "#shared/market/instrument.ts";
import type { Interval } from "#shared/market/interval.ts";
import { nominalLength, type Timeframe } from "#shared/market/timeframe.ts";
import { WindowChoice } from "#shared/market/window-choice.ts";
import type { CandleExtent, CandleQuery, CandleStore } from "#shared/ports/candle-store.ts";
import { columnList } from "#shared/wire/tables.ts";
import {
  appendCandles,
  CANDLE_SELECTION,
  candlesOf,
  completenessOfCode,
  originCode,
  originOfCode,
  timeframeCode,
  timeframeOfCode,
} from "./candle-rows.ts";
import { type Database, readRows } from "./database.ts";
import type { InstrumentTable } from "./instrument-table.ts";
import type { ResultChunk } from "./result-chunk.ts";
import { integer } from "./sql-text.ts";

/** Windows that one query sorts, and the most candles of a block of `read`. */
const SLICE_WINDOWS = 16_384;
const COLUMN_SLICE_WINDOWS = 262_144;

type Series = { readonly instrument: Instrument; readonly timeframe: Timeframe } & Interval;

export class DuckdbCandleStore implements CandleStore {
  readonly #database: Database;
  readonly #instruments: InstrumentTable;

  constructor(database: Database, instruments: InstrumentTable) {
    this.#database = database;
    this.#instruments = instruments;
  }

  async put(candles: readonly Candle[]): Promise<void> {
    if (candles.length === 0) return;
    const series = new Map<string, Candle[]>();
    for (const candle of candles) {
      const name = `${candle.instrument}@${candle.timeframe}`;
      const group = series.get(name);
      if (group === undefined) series.set(name, [candle]);
      else group.push(candle);
    }
    const keys = new Map<string, number>();
    for (const [{ instrument }] of series.values() as Iterable<[Candle]>) {
      keys.set(instrument, await this.#instruments.keyOf(parseInstrument(instrument)));
    }
    await this.#database.write(async (connection) => {
      for (const group of series.values()) {
        const { instrument, timeframe } = group[0]!;
        await upsertSeries(connection, keys.get(instrument)!, timeframe, lastOfEachKey(group));
      }
    });
  }

  async replace(series: Series & { readonly origin: CandleOrigin }, candles: readonly Candle[]): Promise<void> {
    const key = await this.#instruments.keyOf(series.instrument);
    await this.#database.write((connection) => replaceSeries(connection, key, series, candles));
  }

  async *read(query: CandleQuery): AsyncGenerator<readonly Candle[], void, undefined> {
    const row = this.#instruments.find(query.instrument);
    if (row === null) return;
    const choice = new WindowChoice(query.choice, await this.#dirty(row.key));
    const name = instrumentKey(query.instrument);
    let block: Candle[] = [];
    for await (const chunk of this.#slices(row.key, query, CANDLE_SELECTION, "", SLICE_WINDOWS)) {
      for (const candle of candlesOf(name, query.timeframe, chunk)) {
        const { openTime, closeTime, origin, revision } = candle;
        const offered = choice.offer(openTime, closeTime, origin, revision);
        if (offered === "better") block[block.length - 1] = candle;
        if (offered !== "next") continue;
        if (block.length >= SLICE_WINDOWS) {
          yield block;
          block = [];
        }
        block.push(candle);
      }
    }
    if (block.length > 0) yield block;
  }

  async *readOrigin(
    query: Omit<CandleQuery, "choice">,
    origin: CandleOrigin,
  ): AsyncGenerator<readonly Candle[], void, undefined> {
    const row = this.#instruments.find(query.instrument);
    if (row === null) return;
    const name = instrumentKey(query.instrument);
    const filter = `AND c.origin = ${originCode(origin)}`;
    let block: Candle[] = [];
    for await (const chunk of this.#slices(row.key, query, CANDLE_SELECTION, filter, SLICE_WINDOWS)) {
      for (const candle of candlesOf(name, query.timeframe, chunk)) {
        const last = block.at(-1);
        if (last?.openTime === candle.openTime) {
          if (candle.revision > last.revision) block[block.length - 1] = candle;
          continue;
        }
        if (block.length >= SLICE_WINDOWS) {
          yield block;
          block = [];
        }
        block.push(candle);
      }
    }
    if (block.length > 0) yield block;
  }

  async columns(query: CandleQuery): Promise<ChosenCandles> {
    const row = this.#instruments.find(query.instrument);
    if (row === null) return new GrowingCandleColumns(0).finish();
    const held = `${seriesOf(row.key, query)} AND c.open_time >= ${integer(query.from)}`;
    const [counted] = await this.#database.rows(`SELECT count(*) FROM candles c WHERE ${held}`);
    const columns = new GrowingCandleColumns(Number(counted![0]));
    const choice = new WindowChoice(query.choice, await this.#dirty(row.key));
    // Through its decimal text the sum is rounded once; DuckDB's own cast divides a rounded double.
    const selection = `c.open_time::DOUBLE, c.close_time::DOUBLE, c.open, c.high, c.low, c.close,
      c.volume::VARCHAR::DOUBLE, c.trades::DOUBLE, c.origin, c.revision::DOUBLE, c.completeness`;
    for await (const chunk of this.#slices(row.key, query, selection, "", COLUMN_SLICE_WINDOWS)) {
      const openTime = chunk.doubles(0);
      const closeTime = chunk.doubles(1);
      const values = [2, 3, 4, 5, 6, 7].map((column) => chunk.nullableDoubles(column));
      const origin = chunk.bytes(8);
      const revision = chunk.doubles(9);
      const completeness = chunk.bytes(10);
      for (let i = 0; i < chunk.length; i++) {
        const offered = choice.offer(openTime[i]!, closeTime[i]!, originOfCode(origin[i]!), revision[i]!);
        if (offered === "worse") continue;
        const known = completenessOfCode(completeness[i]!);
        columns.set(offered === "better", known, openTime[i]!, closeTime[i]!, values, i);
      }
    }
    return columns.finish();
  }

  async extents(instrument: Instrument | null): Promise<readonly CandleExtent[]> {
    const rows = instrument === null ? this.#instruments.all() : [this.#instruments.find(instrument)];
    const extents: CandleExtent[] = [];
    for (const row of rows) {
      if (row === null) continue;
      const groups = await this.#database.rows(
        `SELECT timeframe, origin, min(open_time), max(close_time), count(DISTINCT open_time) FROM candles
          WHERE instrument = ${integer(row.key)} GROUP BY timeframe, origin ORDER BY timeframe, origin`,
      );
      for (const [timeframe, origin, from, to, count] of groups) {
        extents.push({
          instrument: row.instrument,
          timeframe: timeframeOfCode(timeframe as number),
          origin: originOfCode(origin as number),
          from: Number(from),
          to: Number(to),
          count: Number(count),
        });
      }
    }
    return extents;
  }

  /** Rows of the series in order of openTime, with one query for every `windows` windows that may hold some. */
  async *#slices(
    key: number,
    query: Omit<CandleQuery, "choice">,
    selection: string,
    filter: string,
    windows: number,
  ): AsyncGenerator<ResultChunk, void, undefined> {
    const series = `${seriesOf(key, query)} ${filter}`;
    const width = Math.ceil(nominalLength(query.timeframe) * windows);
    const next = async (from: number): Promise<number | null> => {
      const sql = `SELECT min(c.open_time) FROM candles c WHERE ${series} AND c.open_time >= ${integer(from)}`;
      const [row] = await this.#database.rows(sql);
      return row![0] === null ? null : Number(row![0]);
    };
    for (let from = await next(query.from); from !== null; from = await next(from + width)) {
      yield* this.#database.stream(
        `SELECT ${selection} FROM candles c WHERE ${series} AND c.open_time >= ${integer(from)}
          AND c.open_time < ${integer(from + width)} ORDER BY c.open_time`,
      );
    }
  }

  async #dirty(key: number): Promise<Interval[]> {
    const rows = await this.#database.rows(
      `SELECT from_ts, to_ts FROM dirty_ranges WHERE instrument = ${integer(key)} ORDER BY from_ts`,
    );
    return rows.map(([from, to]) => ({ from: Number(from), to: Number(to) }));
  }
}

/** The last of those with equal keys, as a later put of them would leave it. */
function lastOfEachKey(candles: readonly Candle[]): readonly Candle[] {
  const rising = candles.every((candle, i) => i === 0 || candle.openTime > candles[i - 1]!.openTime);
  if (rising) return candles;
  const byKey = new Map(candles.map((candle) => [`${candle.openTime} ${candle.origin} ${candle.revision}`, candle]));
  return [...byKey.values()];
}

async function upsertSeries(
  connection: DuckDBConnection,
  key: number,
  timeframe: Timeframe,
  candles: readonly Candle[],
): Promise<void> {
  let least = Number.POSITIVE_INFINITY;
  let greatest = Number.NEGATIVE_INFINITY;
  for (const { openTime } of candles) {
    least = Math.min(least, openTime);
    greatest = Math.max(greatest, openTime);
  }
  const range = `c.instrument = ${integer(key)} AND c.timeframe = ${timeframeCode(timeframe)}
    AND c.open_time BETWEEN ${integer(least)} AND ${integer(greatest)}`;
  const held = await readRows(connection, `SELECT 1 FROM candles c WHERE ${range} LIMIT 1`);
  if (held.length === 0) return appendCandles(connection, "candles", key, timeframe, candles);
  await stage(connection, key, timeframe, candles);
  await connection.run(
    `DELETE FROM candles c USING staged_candles s WHERE ${range}
      AND c.open_time = s.open_time AND c.origin = s.origin AND c.revision = s.revision`,
  );
  await connection.run("INSERT INTO candles SELECT * FROM staged_candles");
}

async function stage(
  connection: DuckDBConnection,
  key: number,
  timeframe: Timeframe,
  candles: readonly Candle[],
): Promise<void> {
  await connection.run("CREATE OR REPLACE TEMP TABLE staged_candles AS SELECT * FROM candles LIMIT 0");
  await appendCandles(connection, "staged_candles", key, timeframe, candles);
}

/** All that makes a candle's content: every column but its key and revision. */
const CONTENT = columnList("candles")
  .split(", ")
  .filter((column) => !["instrument", "timeframe", "open_time", "origin", "revision"].includes(column));

async function replaceSeries(
  connection: DuckDBConnection,
  key: number,
  series: Series & { readonly origin: CandleOrigin },
  candles: readonly Candle[],
): Promise<void> {
  const within = `c.instrument = ${integer(key)} AND c.timeframe = ${timeframeCode(series.timeframe)}
    AND c.origin = ${originCode(series.origin)} AND c.open_time >= ${integer(series.from)}
    AND c.open_time < ${integer(series.to)}`;
  const heldRows = await readRows(connection, `SELECT 1 FROM candles c WHERE ${within} LIMIT 1`);
  if (heldRows.length === 0) return appendCandles(connection, "candles", key, series.timeframe, candles, 0);
  await stage(connection, key, series.timeframe, candles);
  const same = CONTENT.map((column) => `s.${column} IS NOT DISTINCT FROM held.${column}`).join(" AND ");
  // The greatest stored revision of each window beside its candidate: NULL where there is none.
  await connection.run(
    `CREATE OR REPLACE TEMP TABLE staged_revisions AS
      SELECT s.open_time, held.revision AS held, held.revision IS NOT NULL AND ${same} AS same
      FROM staged_candles s LEFT JOIN (
        SELECT * FROM candles c WHERE ${within}
        QUALIFY row_number() OVER (PARTITION BY c.open_time ORDER BY c.revision DESC) = 1
      ) held ON held.open_time = s.open_time`,
  );
  await connection.run(
    `DELETE FROM candles c WHERE ${within} AND NOT EXISTS (
      SELECT 1 FROM staged_revisions r WHERE r.same AND r.open_time = c.open_time AND r.held = c.revision)`,
  );
  await connection.run(
    `INSERT INTO candles SELECT s.* REPLACE (coalesce(r.held + 1, 0) AS revision)
      FROM staged_candles s JOIN staged_revisions r ON r.open_time = s.open_time WHERE NOT r.same`,
  );
}

/** The rows of a series that close by the end of a query, as a condition on \`c\`. */
function seriesOf(key: number, { timeframe, to }: Omit<CandleQuery, "choice">): string {
  return `c.instrument = ${integer(key)} AND c.timeframe = ${timeframeCode(timeframe)}
      AND c.close_time <= ${integer(Math.floor(to))}`;
}
