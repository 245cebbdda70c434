import type { DuckDBConnection } from "@duckdb/node-api";
import { type Instrument, instrumentKey } from "#shared/market/instrument.ts";
import type { IdScheme, TickKind } from "#shared/market/tick.ts";
import { columnList } from "#shared/wire/tables.ts";
import type { Database } from "./database.ts";
import { integer } from "./sql-text.ts";

/** Extent of an instrument's ticks; `to` is the time of the last one. */
export interface HeldTicks {
  readonly kind: TickKind;
  readonly ids: IdScheme;
  readonly count: number;
  readonly from: number;
  readonly to: number;
  readonly leastId: number;
  readonly greatestId: number;
}

export interface InstrumentRow {
  readonly key: number;
  readonly instrument: Instrument;
  /** Null without ticks. */
  readonly ticks: HeldTicks | null;
}

/** The instruments of a database, all in memory too: only this process writes it. */
export class InstrumentTable {
  readonly #database: Database;
  readonly #rows = new Map<string, InstrumentRow>();

  private constructor(database: Database) {
    this.#database = database;
  }

  static async load(database: Database): Promise<InstrumentTable> {
    const table = new InstrumentTable(database);
    for (const row of await database.rows(`SELECT ${columnList("instruments")} FROM instruments`)) {
      const [key, exchange, symbol, kind, ids, count, from, to, leastId, greatestId] = row;
      const instrument = { exchange: exchange as string, symbol: symbol as string };
      const ticks =
        kind === null
          ? null
          : {
              kind: kind as TickKind,
              ids: ids as IdScheme,
              count: Number(count),
              from: Number(from),
              to: Number(to),
              leastId: Number(leastId),
              greatestId: Number(greatestId),
            };
      table.remember({ key: key as number, instrument, ticks });
    }
    return table;
  }

  find(instrument: Instrument): InstrumentRow | null {
    return this.#rows.get(instrumentKey(instrument)) ?? null;
  }

  /** By the number that rows name it by, sorted by `instrumentKey`. */
  all(): InstrumentRow[] {
    return [...this.#rows].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
  }

  /** The instrument's number, given out at first use. */
  async keyOf(instrument: Instrument): Promise<number> {
    const held = this.find(instrument);
    if (held !== null) return held.key;
    const row = await this.#database.write(
      async (connection) => {
        const added = this.find(instrument);
        if (added !== null) return added;
        const key = 1 + Math.max(0, ...[...this.#rows.values()].map((other) => other.key));
        await connection.run("INSERT INTO instruments VALUES ($1, $2, $3, NULL, NULL, 0, NULL, NULL, NULL, NULL)", [
          key,
          instrument.exchange,
          instrument.symbol,
        ]);
        return { key, instrument, ticks: null };
      },
      (inserted) => this.remember(inserted),
    );
    return row.key;
  }

  /** Writes the extent; `remember` the row once that is committed. */
  async updateTicks(connection: DuckDBConnection, key: number, ticks: HeldTicks): Promise<void> {
    await connection.run(
      `UPDATE instruments SET kind = $1, ids = $2, ticks = ${integer(ticks.count)}, first_ts = ${integer(ticks.from)},
        last_ts = ${integer(ticks.to)}, least_id = ${integer(ticks.leastId)}, greatest_id = ${integer(ticks.greatestId)}
        WHERE key = ${integer(key)}`,
      [ticks.kind, ticks.ids],
    );
  }

  remember(row: InstrumentRow): void {
    this.#rows.set(instrumentKey(row.instrument), row);
  }
}
