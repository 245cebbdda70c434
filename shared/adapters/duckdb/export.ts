import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import type { CandleChoice } from "#shared/market/candle.ts";
import { InputError } from "#shared/market/input-error.ts";
import { type Instrument, instrumentKey } from "#shared/market/instrument.ts";
import type { Interval } from "#shared/market/interval.ts";
import type { Timeframe } from "#shared/market/timeframe.ts";
import { codeName, originCode, timeframeCode } from "./candle-rows.ts";
import type { Database } from "./database.ts";
import type { InstrumentTable } from "./instrument-table.ts";
import { integer, literal } from "./sql-text.ts";
import { TICK_ORIGINS } from "./tick-rows.ts";

/** What to write to a file. Times in the file are ms UTC, in order; spans are as in the stores' `read`. */
export type ExportQuery =
  | ({ readonly what: "ticks"; readonly instrument: Instrument } & Interval)
  | ({
      readonly what: "candles";
      readonly instrument: Instrument;
      readonly timeframe: Timeframe;
      readonly choice: CandleChoice;
    } & Interval)
  | { readonly what: "orders" | "fills" | "trades" | "equity"; readonly run: string };

export type ExportFormat = "parquet" | "csv";

/** Writes tables to files, in DuckDB's own Parquet (zstd) and CSV. */
export class Exporter {
  readonly #database: Database;
  readonly #instruments: InstrumentTable;

  constructor(database: Database, instruments: InstrumentTable) {
    this.#database = database;
    this.#instruments = instruments;
  }

  /**
   * Writes the rows to `path`, made with its folder or replaced, and resolves to their number. Throws InputError
   * 'no-data' for an instrument or run that the store does not know.
   */
  async export(query: ExportQuery, path: string, format: ExportFormat): Promise<number> {
    const sql = await this.#selection(query);
    mkdirSync(dirname(path), { recursive: true });
    const options = format === "parquet" ? "FORMAT parquet, COMPRESSION zstd" : "FORMAT csv, HEADER true";
    const [row] = await this.#database.rows(`COPY (${sql}) TO ${literal(path)} (${options})`);
    return Number(row![0]);
  }

  async #selection(query: ExportQuery): Promise<string> {
    switch (query.what) {
      case "ticks":
        return this.#ticks(query.instrument, query);
      case "candles":
        return this.#candles(query.instrument, query.timeframe, query.choice, query);
      case "equity":
        return this.#equity(query.run);
      default:
        return `SELECT * EXCLUDE (run) FROM ${query.what} WHERE run = ${(await this.#run(query.run)).key} ORDER BY seq`;
    }
  }

  #ticks(instrument: Instrument, { from, to }: Interval): string {
    const origins = `[${TICK_ORIGINS.map(literal).join(", ")}]`;
    return `SELECT id, ts, price, amount, ['sell', 'buy', NULL][side::INTEGER + 1] AS side,
      coalesce(first_id, id) AS first_id, coalesce(last_id, id) AS last_id, ${origins}[origin::INTEGER + 1] AS origin
      FROM ticks WHERE instrument = ${this.#key(instrument)} AND ts >= ${integer(from)} AND ts < ${integer(to)}
      ORDER BY ts, ticks.id`;
  }

  #candles(instrument: Instrument, timeframe: Timeframe, choice: CandleChoice, { from, to }: Interval): string {
    const [live, rebuilt, exchange] = (["live", "rebuilt", "exchange"] as const).map(originCode);
    const key = this.#key(instrument);
    const known = choice === "known" ? `WHEN origin = ${live} AND revision = 0 THEN 5` : "";
    // The same order of candidates as `WindowChoice` has.
    return `SELECT open_time, close_time, open, high, low, close, volume, quote_volume, buy_volume, trades, first_id,
        last_id, ${codeName("origin")} AS origin, revision, ${codeName("reason")} AS reason,
        ${codeName("completeness")} AS completeness
      FROM candles c
      WHERE instrument = ${key} AND timeframe = ${timeframeCode(timeframe)} AND open_time >= ${integer(from)}
        AND close_time <= ${integer(Math.floor(to))}
      QUALIFY row_number() OVER (PARTITION BY open_time ORDER BY CASE ${known}
          WHEN c.origin = ${rebuilt} THEN CASE WHEN EXISTS (SELECT 1 FROM dirty_ranges d WHERE d.instrument = ${key}
            AND d.from_ts < c.close_time AND d.to_ts > c.open_time) THEN 2 ELSE 4 END
          WHEN c.origin = ${live} THEN 3 WHEN c.origin = ${exchange} THEN 1 ELSE 0 END DESC, revision DESC) = 1
      ORDER BY open_time`;
  }

  async #equity(run: string): Promise<string> {
    const { key, feeds } = await this.#run(run);
    const columns = feeds.map((feed, i) => `p${i}.position AS ${identifier(`position_${feed}`)}`);
    const joins = feeds.map(
      (_, i) => `JOIN portfolio_positions p${i} ON p${i}.run = m.run AND p${i}.cycle = m.cycle AND p${i}.feed = ${i}`,
    );
    return `SELECT ${["m.cycle", "m.ts", "m.cash", "m.value", ...columns].join(", ")} FROM portfolio_metrics m
      ${joins.join(" ")} WHERE m.run = ${key} AND m.ts < coalesce((SELECT until FROM runs WHERE run = ${literal(run)}), m.ts + 1)
      ORDER BY m.cycle`;
  }

  #key(instrument: Instrument): string {
    const row = this.#instruments.find(instrument);
    if (row !== null) return integer(row.key);
    const known = this.#instruments.all().map((other) => instrumentKey(other.instrument));
    throw new InputError(
      "no-data",
      `the store holds nothing of ${instrumentKey(instrument)}: import it first (held: ${known.join(", ") || "nothing"})`,
    );
  }

  async #run(run: string): Promise<{ key: number; feeds: string[] }> {
    const [row] = await this.#database.rows("SELECT key, feeds FROM result_runs WHERE run = $1", [run]);
    if (row !== undefined) return { key: row[0] as number, feeds: JSON.parse(row[1] as string) as string[] };
    throw new InputError("no-data", `the store holds no results of a run '${run}': 'runs' lists those that it has`);
  }
}

/** A name as an SQL identifier. */
function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
