import { type Instrument, instrumentKey } from "#shared/market/instrument.ts";
import type { Coverage, CoverageKind } from "#shared/market/interval.ts";
import { Turns } from "#shared/market/turns.ts";
import type { Lease, Leases } from "#shared/ports/leases.ts";
import type { DirtyRange, RangeRegistry } from "#shared/ports/range-registry.ts";
import { type RowWriter, rowLines } from "./row-lines.ts";
import type { Server } from "./server.ts";
import { isInstrument, time } from "./sql-text.ts";

/** Of this process alone, which cannot lose it. */
const LEASE: Lease = { check() {} };

/**
 * Dirty ranges and coverage in QuestDB. Every mark is a row of its own, and clearing it another state of that row, so
 * that no mark made meanwhile, here or elsewhere, is lost without any lock. QuestDB has no conditional write, so leases
 * come from a store that has; without one they hold within this process alone.
 */
export class QuestdbRangeRegistry implements RangeRegistry {
  readonly #server: Server;
  readonly #outerLeases: Leases | null;
  readonly #now: () => number;
  #lastMark = 0;
  readonly #turns = new Turns();

  /**
   * @param leases that hold in other processes, too; null: within this one alone
   * @param now the clock that marks are made from, ms UTC
   */
  constructor(server: Server, leases: Leases | null, now: () => number = Date.now) {
    this.#server = server;
    this.#outerLeases = leases;
    this.#now = now;
  }

  async markDirty(instrument: Instrument, from: number, to: number): Promise<void> {
    if (from >= to) return;
    await this.#writeMarks([{ instrument, from, to, mark: this.#newMark() }], false);
  }

  /** A span that was marked twice is listed twice: each mark is cleared by itself. */
  async dirty(instrument: Instrument | null): Promise<readonly DirtyRange[]> {
    await this.#server.wal.pass(["dirty_ranges"]);
    const of = instrument === null ? "" : ` AND ${isInstrument(instrument)}`;
    const rows = await this.#server.sql.rows(
      `SELECT exchange, symbol, ts, to_ts, mark FROM dirty_ranges WHERE NOT cleared${of} ORDER BY ts, to_ts, mark`,
    );
    return rows.map(([exchange, symbol, from, to, mark]) => ({
      instrument: { exchange: exchange as string, symbol: symbol as string },
      from: from as number,
      to: to as number,
      mark: mark as number,
    }));
  }

  async clearDirty(ranges: readonly DirtyRange[]): Promise<void> {
    await this.#writeMarks(ranges, true);
  }

  async addCoverage(instrument: Instrument, coverage: Coverage): Promise<void> {
    const writer: RowWriter<Coverage> = {
      table: "coverage",
      time: ({ from }) => from,
      write(line, { to, kind, reason }) {
        line.symbol("exchange", instrument.exchange).symbol("symbol", instrument.symbol).symbol("kind", kind);
        line.timestampColumn("to_ts", to, "ms").stringColumn("reason", reason);
      },
    };
    await this.#server.lines.write("coverage", rowLines(writer, [coverage]));
  }

  async coverage(instrument: Instrument, from: number, to: number): Promise<readonly Coverage[]> {
    await this.#server.wal.pass(["coverage"]);
    const rows = await this.#server.sql.rows(
      `SELECT ts, to_ts, kind, reason FROM coverage WHERE ${isInstrument(instrument)} AND ts < ${time(to)}
        AND to_ts > ${time(Math.floor(from))} ORDER BY ts, to_ts, kind`,
    );
    return rows.map(([start, end, kind, reason]) => ({
      from: start as number,
      to: end as number,
      kind: kind as CoverageKind,
      reason: reason as string,
    }));
  }

  async withLease<T>(instrument: Instrument, work: (lease: Lease) => Promise<T>): Promise<T> {
    const key = instrumentKey(instrument);
    const outer = this.#outerLeases;
    return this.#turns.take(key, outer === null ? () => work(LEASE) : () => outer.withLease(key, work));
  }

  async tryLease(instrument: Instrument, work: (lease: Lease) => Promise<void>): Promise<boolean> {
    const key = instrumentKey(instrument);
    if (this.#turns.isTaken(key)) return false;
    const outer = this.#outerLeases;
    return this.#turns.take(key, async () => {
      if (outer !== null) return outer.tryLease(key, work);
      await work(LEASE);
      return true;
    });
  }

  async #writeMarks(ranges: readonly DirtyRange[], cleared: boolean): Promise<void> {
    const writer: RowWriter<DirtyRange> = {
      table: "dirty_ranges",
      time: ({ from }) => from,
      write(line, { instrument, to, mark }) {
        line.symbol("exchange", instrument.exchange).symbol("symbol", instrument.symbol);
        line.timestampColumn("to_ts", to, "ms").intColumn("mark", mark).booleanColumn("cleared", cleared);
      },
    };
    await this.#server.lines.write("dirty_ranges", rowLines(writer, ranges));
  }

  /** From the clock with 11 random bits, so that no process gives out what another did, and counting up within this one. */
  #newMark(): number {
    const made = this.#now() * 2_048 + Math.floor(Math.random() * 2_048);
    this.#lastMark = Math.max(made, this.#lastMark + 1);
    return this.#lastMark;
  }
}
