import type { DuckDBConnection } from "@duckdb/node-api";
import type { Instrument } from "#shared/market/instrument.ts";
import { refuseOtherKind } from "#shared/market/one-tick-kind.ts";
import { pickTicks, type Tick, type TickColumns, type TickOrigin, tickAt } from "#shared/market/tick.ts";
import type { TickAppend, TickExtent, TickStore } from "#shared/ports/tick-store.ts";
import { appendColumns, bytes, constantByte, constantInteger, doubles, nullIntegers } from "./column-sources.ts";
import type { Database } from "./database.ts";
import type { HeldTicks, InstrumentRow, InstrumentTable } from "./instrument-table.ts";
import { integer } from "./sql-text.ts";
import { sortOutRepeats } from "./tick-repeats.ts";
import { TICK_ORIGINS, TickBlocks, tickSelection } from "./tick-rows.ts";

/** Rows that one query of `read` is meant to sort. */
const SLICE_ROWS = 262_144;

export class DuckdbTickStore implements TickStore {
  readonly #database: Database;
  readonly #instruments: InstrumentTable;

  constructor(database: Database, instruments: InstrumentTable) {
    this.#database = database;
    this.#instruments = instruments;
  }

  async append(instrument: Instrument, ticks: TickColumns, origin: TickOrigin): Promise<TickAppend> {
    if (ticks.length === 0) return { stored: 0, repeated: 0, conflicts: [] };
    const key = await this.#instruments.keyOf(instrument);
    const { append } = await this.#database.write(
      async (connection) => {
        const { ticks: held } = this.#instruments.find(instrument)!;
        if (held !== null) refuseOtherKind(instrument, held, ticks);
        const sorted = await sortOutRepeats(connection, key, held, ticks);
        const fresh = sorted.fresh === null ? ticks : pickTicks(ticks, sorted.fresh);
        const extent = await this.#store(connection, key, held, fresh, origin);
        const append = { stored: fresh.length, repeated: sorted.repeated, conflicts: sorted.conflicts };
        return { append, row: { key, instrument, ticks: extent } };
      },
      ({ row }) => this.#instruments.remember(row),
    );
    return append;
  }

  async #store(
    connection: DuckDBConnection,
    key: number,
    held: HeldTicks | null,
    fresh: TickColumns,
    origin: TickOrigin,
  ): Promise<HeldTicks | null> {
    if (fresh.length === 0) return held;
    const trade = fresh.kind === "trade";
    await appendColumns(connection, "ticks", fresh.length, [
      constantInteger(key),
      doubles(fresh.id),
      doubles(fresh.ts),
      doubles(fresh.price),
      doubles(fresh.amount),
      bytes(fresh.side),
      trade ? nullIntegers() : doubles(fresh.firstId),
      trade ? nullIntegers() : doubles(fresh.lastId),
      constantByte(TICK_ORIGINS.indexOf(origin)),
    ]);
    const extent = joinExtent(held, fresh);
    await this.#instruments.updateTicks(connection, key, extent);
    return extent;
  }

  async *read(instrument: Instrument, from: number, to: number): AsyncGenerator<TickColumns, void, undefined> {
    const row = this.#instruments.find(instrument);
    if (row === null || row.ticks === null) return;
    const { ticks } = row;
    const end = Math.min(Math.ceil(to), ticks.to + 1);
    let start = Math.max(Math.ceil(from), ticks.from);
    let width = Math.max(1, Math.ceil(((ticks.to + 1 - ticks.from) / ticks.count) * SLICE_ROWS));
    while (start < end) {
      let count = await this.#count(row.key, start, Math.min(end, start + width));
      while (count > 2 * SLICE_ROWS && width > 1) {
        width = Math.max(1, Math.floor((width * SLICE_ROWS) / count));
        count = await this.#count(row.key, start, Math.min(end, start + width));
      }
      const stop = Math.min(end, start + width);
      if (count > 0) yield* this.#slice(row, start, stop);
      start = count > 0 ? stop : await this.#nextTime(row.key, stop, end);
      if (count < SLICE_ROWS / 2) width *= 2;
    }
  }

  /** Ticks of [from, to), which are few enough to be sorted at once. */
  async *#slice(row: InstrumentRow, from: number, to: number): AsyncGenerator<TickColumns, void, undefined> {
    const blocks = new TickBlocks(row.ticks!.kind, row.ticks!.ids);
    const sql = `SELECT ${tickSelection(row.ticks!.kind)} FROM ticks t WHERE ${within(row.key, from, to)}
      ORDER BY t.ts, t.id`;
    for await (const chunk of this.#database.stream(sql)) {
      const full = blocks.add(chunk);
      if (full !== null) yield full;
    }
    const rest = blocks.rest();
    if (rest !== null) yield rest;
  }

  async #count(key: number, from: number, to: number): Promise<number> {
    const [row] = await this.#database.rows(`SELECT count(*) FROM ticks t WHERE ${within(key, from, to)}`);
    return Number(row![0]);
  }

  /** The least time of a tick in [from, to), or `to`. */
  async #nextTime(key: number, from: number, to: number): Promise<number> {
    const [row] = await this.#database.rows(`SELECT min(t.ts) FROM ticks t WHERE ${within(key, from, to)}`);
    return row![0] === null ? to : Number(row![0]);
  }

  async before(instrument: Instrument, ts: number): Promise<Tick | null> {
    const row = this.#instruments.find(instrument);
    if (row === null || row.ticks === null) return null;
    let to = Math.min(Math.ceil(ts), row.ticks.to + 1);
    for (let width = 60_000; to > row.ticks.from; width *= 16) {
      const from = Math.max(row.ticks.from, to - width);
      const found = await this.#one(row, from, to, "DESC");
      if (found !== null) return found;
      to = from;
    }
    return null;
  }

  async atOrAfter(instrument: Instrument, ts: number): Promise<Tick | null> {
    const row = this.#instruments.find(instrument);
    if (row === null || row.ticks === null) return null;
    let from = Math.max(Math.ceil(ts), row.ticks.from);
    for (let width = 60_000; from <= row.ticks.to; width *= 16) {
      const to = Math.min(row.ticks.to + 1, from + width);
      const found = await this.#one(row, from, to, "ASC");
      if (found !== null) return found;
      from = to;
    }
    return null;
  }

  async #one(row: InstrumentRow, from: number, to: number, order: "ASC" | "DESC"): Promise<Tick | null> {
    const blocks = new TickBlocks(row.ticks!.kind, row.ticks!.ids);
    const sql = `SELECT ${tickSelection(row.ticks!.kind)} FROM ticks t WHERE ${within(row.key, from, to)}
      ORDER BY t.ts ${order}, t.id ${order} LIMIT 1`;
    for await (const chunk of this.#database.stream(sql)) blocks.add(chunk);
    const found = blocks.rest();
    return found === null ? null : tickAt(found, 0);
  }

  async extent(instrument: Instrument): Promise<TickExtent | null> {
    const ticks = this.#instruments.find(instrument)?.ticks ?? null;
    if (ticks === null) return null;
    return { kind: ticks.kind, ids: ticks.ids, count: ticks.count, from: ticks.from, to: ticks.to };
  }

  async instruments(): Promise<readonly Instrument[]> {
    return this.#instruments
      .all()
      .filter((row) => row.ticks !== null)
      .map((row) => row.instrument);
  }
}

function within(key: number, from: number, to: number): string {
  return `t.instrument = ${integer(key)} AND t.ts >= ${integer(from)} AND t.ts < ${integer(to)}`;
}

function joinExtent(held: HeldTicks | null, fresh: TickColumns): HeldTicks {
  let from = held?.from ?? Number.POSITIVE_INFINITY;
  let to = held?.to ?? Number.NEGATIVE_INFINITY;
  let leastId = held?.leastId ?? Number.POSITIVE_INFINITY;
  let greatestId = held?.greatestId ?? Number.NEGATIVE_INFINITY;
  for (let i = 0; i < fresh.length; i++) {
    const ts = fresh.ts[i]!;
    const id = fresh.id[i]!;
    if (ts < from) from = ts;
    if (ts > to) to = ts;
    if (id < leastId) leastId = id;
    if (id > greatestId) greatestId = id;
  }
  return { kind: fresh.kind, ids: fresh.ids, count: (held?.count ?? 0) + fresh.length, from, to, leastId, greatestId };
}
