import { type Instrument, instrumentKey } from "#shared/market/instrument.ts";
import { refuseOtherKind, type TickIds } from "#shared/market/one-tick-kind.ts";
import {
  type IdScheme,
  pickTicks,
  type Side,
  type Tick,
  type TickColumns,
  type TickKind,
  type TickOrigin,
} from "#shared/market/tick.ts";
import { ALL_FRESH, type IdRange, idRange, type SortedOut, TickRepeats } from "#shared/market/tick-repeats.ts";
import type { TickAppend, TickExtent, TickStore } from "#shared/ports/tick-store.ts";
import { pagesByTime } from "./pages.ts";
import { type RowWriter, rowLines } from "./row-lines.ts";
import type { Server } from "./server.ts";
import { integer, isInstrument, time } from "./sql-text.ts";
import { tickBlocks } from "./tick-blocks.ts";
import { tickLines } from "./tick-lines.ts";
import { TICK_COLUMNS, tickPage } from "./tick-pages.ts";

const PAGE_ROWS = 65_536;

/**
 * Ticks in QuestDB. One process at a time should append an instrument's ticks: of two that append the same rows at once
 * nothing is stored twice, but both may count them as new, and of two different rows with one id the later is kept.
 */
export class QuestdbTickStore implements TickStore {
  readonly #server: Server;
  /** Set once, so that what is known of it stays true. */
  readonly #kinds = new Map<string, TickIds>();
  /** Infinities where none is held; as it was at transaction `#transaction` of the table. */
  readonly #ranges = new Map<string, IdRange>();
  #transaction = -1;
  #appending: Promise<unknown> = Promise.resolve();

  constructor(server: Server) {
    this.#server = server;
  }

  append(instrument: Instrument, ticks: TickColumns, origin: TickOrigin): Promise<TickAppend> {
    const appended = this.#appending.then(() => this.#append(instrument, ticks, origin));
    this.#appending = appended.catch(() => undefined);
    return appended;
  }

  async #append(instrument: Instrument, ticks: TickColumns, origin: TickOrigin): Promise<TickAppend> {
    if (ticks.length === 0) return { stored: 0, repeated: 0, conflicts: [] };
    await this.#settleKind(instrument, ticks);
    const held = await this.#heldIds(instrument);
    const block = idRange(ticks.id);
    const outside = block.least > held.greatest || block.greatest < held.least;
    const sorted = outside && block.rising ? ALL_FRESH : await this.#sortOut(instrument, ticks, outside, block);
    const fresh = sorted.fresh === null ? ticks : pickTicks(ticks, sorted.fresh);
    if (fresh.length > 0) {
      // Forgotten first: after a failure it is not known what the server has.
      const expected = this.#transaction;
      this.#transaction = -1;
      const requests = await this.#write(instrument, fresh, origin);
      this.#transaction = expected + requests;
      const added = idRange(fresh.id);
      this.#ranges.set(instrumentKey(instrument), {
        least: Math.min(held.least, added.least),
        greatest: Math.max(held.greatest, added.greatest),
      });
    }
    return { stored: fresh.length, repeated: sorted.repeated, conflicts: sorted.conflicts };
  }

  async #write(instrument: Instrument, ticks: TickColumns, origin: TickOrigin): Promise<number> {
    let requests = 0;
    const counted = function* () {
      for (const lines of tickLines(instrument, ticks, origin)) {
        requests++;
        yield lines;
      }
    };
    await this.#server.lines.write("ticks", counted());
    return requests;
  }

  /** Refuses another kind than the instrument's, and sets it where it has none. */
  async #settleKind(instrument: Instrument, { kind, ids }: TickColumns): Promise<void> {
    const held = await this.#kind(instrument);
    if (held === null) {
      const writer: RowWriter<Instrument> = {
        table: "instruments",
        time: () => 0,
        write(line, { exchange, symbol }) {
          line.symbol("exchange", exchange).symbol("symbol", symbol).symbol("kind", kind).symbol("ids", ids);
        },
      };
      await this.#server.lines.write("instruments", rowLines(writer, [instrument]));
      this.#kinds.set(instrumentKey(instrument), { kind, ids });
    } else {
      refuseOtherKind(instrument, held, { kind, ids });
    }
  }

  async #kind(instrument: Instrument): Promise<TickIds | null> {
    const key = instrumentKey(instrument);
    const known = this.#kinds.get(key);
    if (known !== undefined) return known;
    await this.#server.wal.pass(["instruments"]);
    const [row] = await this.#server.sql.rows("SELECT kind, ids FROM instruments WHERE exchange = $1 AND symbol = $2", [
      instrument.exchange,
      instrument.symbol,
    ]);
    if (row === undefined) return null;
    const kind = { kind: row[0] as TickKind, ids: row[1] as IdScheme };
    this.#kinds.set(key, kind);
    return kind;
  }

  /** From memory where no other process wrote since; the server's own answer reads all of the instrument's ids. */
  async #heldIds(instrument: Instrument): Promise<IdRange> {
    const [transaction] = await this.#server.wal.pass(["ticks"]);
    if (transaction !== this.#transaction) this.#ranges.clear();
    this.#transaction = transaction!;
    const key = instrumentKey(instrument);
    const known = this.#ranges.get(key);
    if (known !== undefined) return known;
    const [row] = await this.#server.sql.rows(
      "SELECT min(id), max(id) FROM ticks WHERE exchange = $1 AND symbol = $2",
      [instrument.exchange, instrument.symbol],
    );
    const [least, greatest] = row as [number | null, number | null];
    const range = { least: least ?? Number.POSITIVE_INFINITY, greatest: greatest ?? Number.NEGATIVE_INFINITY };
    this.#ranges.set(key, range);
    return range;
  }

  async #sortOut(
    instrument: Instrument,
    ticks: TickColumns,
    outside: boolean,
    { least, greatest }: IdRange,
  ): Promise<SortedOut> {
    const repeats = new TickRepeats(ticks);
    if (outside) return repeats.sortedOut();
    const rows = rowsById(ticks.id);
    const where = `${isInstrument(instrument)} AND id BETWEEN ${integer(least)} AND ${integer(greatest)}`;
    // An id that is a hash is one of the time too: its row is held at that time, or not at all.
    const [from, to] = ticks.ids === "hash" ? spanOf(ticks.ts) : [0, Number.POSITIVE_INFINITY];
    const query = { table: "ticks", columns: TICK_COLUMNS, where, rows: PAGE_ROWS };
    for await (const page of pagesByTime(this.#server.http, query, from, to)) {
      const held = tickPage(page);
      for (let at = 0; at < page.length; at++) {
        for (const row of rows.get(held.id[at]!) ?? []) repeats.compare(row, held, at);
      }
    }
    return repeats.sortedOut();
  }

  async *read(instrument: Instrument, from: number, to: number): AsyncGenerator<TickColumns, void, undefined> {
    const kind = await this.#kind(instrument);
    if (kind === null) return;
    await this.#server.wal.pass(["ticks"]);
    const query = { table: "ticks", columns: TICK_COLUMNS, where: isInstrument(instrument), rows: PAGE_ROWS };
    for await (const page of pagesByTime(this.#server.http, query, from, to)) {
      yield* tickBlocks(page, kind.kind, kind.ids);
    }
  }

  before(instrument: Instrument, ts: number): Promise<Tick | null> {
    return this.#nearest(instrument, `ts < ${time(ts)}`, "DESC");
  }

  atOrAfter(instrument: Instrument, ts: number): Promise<Tick | null> {
    return this.#nearest(instrument, `ts >= ${time(ts)}`, "ASC");
  }

  async #nearest(instrument: Instrument, condition: string, order: "ASC" | "DESC"): Promise<Tick | null> {
    const kind = await this.#kind(instrument);
    if (kind === null) return null;
    await this.#server.wal.pass(["ticks"]);
    const is = isInstrument(instrument);
    // The server stops at the first row of a scan in order of time; ties are few.
    const [found] = await this.#server.sql.rows(
      `SELECT ts FROM ticks WHERE ${is} AND ${condition} ORDER BY ts ${order} LIMIT 1`,
    );
    if (found === undefined) return null;
    const [row] = await this.#server.sql.rows(
      `SELECT ts, id, price, amount, side, first_id, last_id FROM ticks
        WHERE ${is} AND ts = ${time(found[0] as number)} ORDER BY id ${order} LIMIT 1`,
    );
    return row === undefined ? null : tickOf(row, kind.kind);
  }

  async extent(instrument: Instrument): Promise<TickExtent | null> {
    const kind = await this.#kind(instrument);
    if (kind === null) return null;
    await this.#server.wal.pass(["ticks"]);
    const [row] = await this.#server.sql.rows(
      `SELECT count(), min(ts), max(ts) FROM ticks WHERE ${isInstrument(instrument)}`,
    );
    const [count, from, to] = row as [number, number, number];
    return count === 0 ? null : { ...kind, count, from, to };
  }

  async instruments(): Promise<readonly Instrument[]> {
    await this.#server.wal.pass(["instruments"]);
    const rows = await this.#server.sql.rows("SELECT exchange, symbol FROM instruments");
    const instruments = rows.map(([exchange, symbol]) => ({ exchange: exchange as string, symbol: symbol as string }));
    return instruments.sort((a, b) => (instrumentKey(a) < instrumentKey(b) ? -1 : 1));
  }
}

/** The rows of each id. */
function rowsById(ids: Float64Array): Map<number, number[]> {
  const rows = new Map<number, number[]>();
  for (const [row, id] of ids.entries()) {
    const others = rows.get(id);
    if (others === undefined) rows.set(id, [row]);
    else others.push(row);
  }
  return rows;
}

function spanOf(ts: Float64Array): [from: number, to: number] {
  let from = ts[0]!;
  let to = ts[0]!;
  for (const time of ts) {
    if (time < from) from = time;
    if (time > to) to = time;
  }
  return [from, to + 1];
}

function tickOf(row: readonly unknown[], kind: TickKind): Tick {
  type Values = readonly [number, number, number, number, Side | null, number, number];
  const [ts, id, price, amount, side, firstId, lastId] = row as Values;
  const tick = { id, ts, price, amount, side };
  return kind === "trade" ? tick : { ...tick, firstId, lastId };
}
