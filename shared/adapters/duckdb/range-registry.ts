import type { Instrument } from "#shared/market/instrument.ts";
import { instrumentKey } from "#shared/market/instrument.ts";
import type { Coverage, CoverageKind } from "#shared/market/interval.ts";
import { Turns } from "#shared/market/turns.ts";
import type { Lease } from "#shared/ports/leases.ts";
import type { DirtyRange, RangeRegistry } from "#shared/ports/range-registry.ts";
import type { Database } from "./database.ts";
import type { InstrumentTable } from "./instrument-table.ts";
import { integer } from "./sql-text.ts";

/** Of this process alone, which cannot lose it. */
const LEASE: Lease = { check() {} };

export class DuckdbRangeRegistry implements RangeRegistry {
  readonly #database: Database;
  readonly #instruments: InstrumentTable;
  /** Of each instrument's lease; no other process can hold one, as none can open the file. */
  readonly #turns = new Turns();

  constructor(database: Database, instruments: InstrumentTable) {
    this.#database = database;
    this.#instruments = instruments;
  }

  async markDirty(instrument: Instrument, from: number, to: number): Promise<void> {
    if (from >= to) return;
    const key = await this.#instruments.keyOf(instrument);
    await this.#database.write((connection) =>
      connection.run(
        `INSERT OR REPLACE INTO dirty_ranges VALUES
          (${integer(key)}, ${integer(from)}, ${integer(to)}, nextval('dirty_marks'))`,
      ),
    );
  }

  async dirty(instrument: Instrument | null): Promise<readonly DirtyRange[]> {
    const ranges: DirtyRange[] = [];
    const byKey = new Map(this.#instruments.all().map((row) => [row.key, row.instrument]));
    const rows = await this.#database.rows(
      "SELECT instrument, from_ts, to_ts, mark FROM dirty_ranges ORDER BY from_ts, to_ts, mark",
    );
    for (const [key, from, to, mark] of rows) {
      const marked = byKey.get(key as number)!;
      if (instrument !== null && instrumentKey(instrument) !== instrumentKey(marked)) continue;
      ranges.push({ instrument: marked, from: Number(from), to: Number(to), mark: Number(mark) });
    }
    return ranges;
  }

  async clearDirty(ranges: readonly DirtyRange[]): Promise<void> {
    if (ranges.length === 0) return;
    const marks = ranges.map((range) => integer(range.mark)).join(", ");
    await this.#database.write((connection) => connection.run(`DELETE FROM dirty_ranges WHERE mark IN (${marks})`));
  }

  async addCoverage(instrument: Instrument, coverage: Coverage): Promise<void> {
    const key = await this.#instruments.keyOf(instrument);
    await this.#database.write((connection) =>
      connection.run(
        `INSERT OR REPLACE INTO coverage VALUES
          (${integer(key)}, ${integer(coverage.from)}, ${integer(coverage.to)}, $1, $2)`,
        [coverage.kind, coverage.reason],
      ),
    );
  }

  async coverage(instrument: Instrument, from: number, to: number): Promise<readonly Coverage[]> {
    const row = this.#instruments.find(instrument);
    if (row === null) return [];
    const rows = await this.#database.rows(
      `SELECT from_ts, to_ts, kind, reason FROM coverage WHERE instrument = ${integer(row.key)}
        AND from_ts < ${integer(to)} AND to_ts > ${integer(Math.floor(from))} ORDER BY from_ts, to_ts, kind`,
    );
    return rows.map(([start, end, kind, reason]) => ({
      from: Number(start),
      to: Number(end),
      kind: kind as CoverageKind,
      reason: reason as string,
    }));
  }

  withLease<T>(instrument: Instrument, work: (lease: Lease) => Promise<T>): Promise<T> {
    return this.#turns.take(instrumentKey(instrument), () => work(LEASE));
  }

  async tryLease(instrument: Instrument, work: (lease: Lease) => Promise<void>): Promise<boolean> {
    if (this.#turns.isTaken(instrumentKey(instrument))) return false;
    await this.withLease(instrument, work);
    return true;
  }
}
