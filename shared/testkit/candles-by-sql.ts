import { DuckDBInstance } from "@duckdb/node-api";
import { type Instrument, instrumentKey } from "#shared/market/instrument.ts";

/** A minute with trades, as SQL computes it. `volume` is base units with 18 decimals, exact. */
export interface SqlMinute {
  /** ms UTC, inclusive. */
  readonly openTime: number;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly volume: string;
  readonly trades: number;
}

/**
 * The minutes with trades of an instrument, computed from the ticks in a DuckDB store by SQL alone: a computation that
 * shares nothing with the aggregation it is compared with. The file must not be open. An amount counts as the decimal
 * that it prints as; a row of an aggregate counts its trades.
 */
export async function minutesBySql(path: string, instrument: Instrument): Promise<SqlMinute[]> {
  const database = await DuckDBInstance.create(path, { access_mode: "READ_ONLY", memory_limit: "256MiB" });
  const connection = await database.connect();
  try {
    const result = await connection.runAndReadAll(
      `SELECT (t.ts // 60000 * 60000)::DOUBLE AS open_time, arg_min(t.price, (t.ts, t.id)), max(t.price), min(t.price),
          arg_max(t.price, (t.ts, t.id)), sum(t.amount::VARCHAR::DECIMAL(38, 18))::DECIMAL(38, 18)::VARCHAR,
          sum(coalesce(t.last_id - t.first_id + 1, 1))::DOUBLE
        FROM ticks t JOIN instruments i ON i.key = t.instrument WHERE i.exchange || ':' || i.symbol = $1
        GROUP BY open_time ORDER BY open_time`,
      [instrumentKey(instrument)],
    );
    return result.getRows().map(([openTime, open, high, low, close, volume, trades]) => ({
      openTime: openTime as number,
      open: open as number,
      high: high as number,
      low: low as number,
      close: close as number,
      volume: volume as string,
      trades: trades as number,
    }));
  } finally {
    connection.disconnectSync();
    database.closeSync();
  }
}
