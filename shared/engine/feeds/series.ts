import type { CandleColumns } from "#shared/market/candle.ts";
import type { SnapshotReader, SnapshotWriter } from "../snapshot.ts";
import { BAR_COLUMNS, WaitingBars } from "./waiting-bars.ts";

/** Most bars that are loaded, and run through the indicators, in one go. */
const BLOCK = 1024;
const SMALLEST_ROOM = 16;
/** Rows of the bars themselves, in the order of the memory; the lines of indicators follow. */
const OPEN_TIME = 0;
const CLOSE_TIME = 1;
const OPEN = 2;
const HIGH = 3;
const LOW = 4;
const CLOSE = 5;
const VOLUME = 6;
const TRADES = 7;

/** Memory of a series without bars: every line is NaN in slot 0. */
const BEFORE_ANY_BAR = Float64Array.of(Number.NaN);

/** A line's place in the memory of its series. */
export interface Row {
  /** Index of the row's slot 0 in the memory; moves when the memory grows. */
  base: number;
}

/** An indicator as its series sees it. */
export interface Calculation {
  readonly row: Row;
  readonly minPeriod: number;
  /** Its class, inputs and first state in words. Before it has run. */
  describe(): string;
  /** Ends construction. */
  seal(): void;
  /** Computes slots from (inclusive) to (exclusive), in order, each once. */
  update(from: number, to: number): void;
  save(writer: SnapshotWriter): void;
  load(reader: SnapshotReader): void;
}

/**
 * The bars of one feed and all lines made from them, in one memory: a row a line, a slot a bar. Slot 0 lies before the
 * first bar. Bars are offered (kept by reference), loaded in blocks with their indicators, and taken one a cycle by
 * moving the cursor. After the cursor has moved on by more than the look-back, old slots are dropped.
 */
export class Series {
  /** Row after row, `capacity` slots each. */
  memory: Float64Array = BEFORE_ANY_BAR;
  /** Slot of the last bar taken; 0 before the first. */
  cursor = 0;
  /** Close time (ms UTC, exclusive) of the next loaded bar; Infinity if none is loaded. */
  next = Number.POSITIVE_INFINITY;
  /** Every window that closes up to here (ms UTC, inclusive) is told. */
  told: number;
  /** No further window is expected, so all later ones count as told too, until one comes after all. */
  ended = false;
  /** How far back a line can be read; final after construction. */
  lookback: number;
  /** Open of the bar that begins, in the open hooks alone; else NaN. */
  opening = Number.NaN;
  /** Number of the slot 0, counting bars: taken = cursor + dropped. */
  private dropped = 0;
  /** Slots 1 … loaded hold bars. */
  private loaded = 0;
  private capacity = 0;
  private sealed = false;
  private readonly rows: Row[] = [];
  private readonly calculations: Calculation[] = [];
  private readonly waitingBars = new WaitingBars();
  private lastOffered = Number.NEGATIVE_INFINITY;
  private memoryOpen = 0;
  private memoryCloseTime = 0;

  /** @param told what counts as told from the start, ms UTC @param lookback of the strategy, in bars */
  constructor(told: number, lookback: number) {
    this.told = told;
    this.lookback = lookback;
    for (let i = 0; i < BAR_COLUMNS.length; i++) this.rows.push({ base: 0 });
  }

  /** Up to where cycles need not wait for this feed, ms UTC, inclusive. */
  get horizon(): number {
    return this.ended ? Number.POSITIVE_INFINITY : this.told;
  }

  /** Bars taken so far. */
  get taken(): number {
    return this.cursor + this.dropped;
  }

  get openTimeRow(): Row {
    return this.rows[OPEN_TIME]!;
  }
  get openRow(): Row {
    return this.rows[OPEN]!;
  }
  get highRow(): Row {
    return this.rows[HIGH]!;
  }
  get lowRow(): Row {
    return this.rows[LOW]!;
  }
  get closeRow(): Row {
    return this.rows[CLOSE]!;
  }
  get volumeRow(): Row {
    return this.rows[VOLUME]!;
  }
  get tradesRow(): Row {
    return this.rows[TRADES]!;
  }

  /** A further row, for a line of an indicator. Only during construction of the strategy. */
  addRow(): Row {
    if (this.sealed) throw new Error("indicators are made in the fields of a strategy, not while it runs");
    const row = { base: 0 };
    this.rows.push(row);
    return row;
  }

  /** Has `calculation` run over every loaded block, after those that were added before it. */
  addCalculation(calculation: Calculation): void {
    this.calculations.push(calculation);
  }

  /** Ends construction: no further rows. Throws InputError for an indicator whose state cannot be kept. */
  seal(): void {
    this.sealed = true;
    for (const calculation of this.calculations) calculation.seal();
  }

  /** What a row of this series holds: a column of the bars, or a line by its number. */
  nameOf(row: Row): string {
    const at = this.rows.indexOf(row);
    return BAR_COLUMNS[at] ?? `line ${at}`;
  }

  /** What is computed from this feed, in words. Before the first bar. */
  describe(): { readonly line: string; readonly text: string }[] {
    return this.calculations.map((calculation) => ({
      line: this.nameOf(calculation.row),
      text: calculation.describe(),
    }));
  }

  /** The greatest minimum period of the lines of this feed, in bars. */
  get minPeriod(): number {
    let period = 1;
    for (const calculation of this.calculations) period = Math.max(period, calculation.minPeriod);
    return period;
  }

  /** Keeps bars [from, to) of `columns`, which must not change until they are taken. Throws Error out of order. */
  offer(columns: CandleColumns, from: number, to: number, name: string): void {
    if (from >= to) return;
    const times = columns.closeTime;
    let last = Math.max(this.lastOffered, this.told);
    for (let i = from; i < to; i++) {
      const time = times[i]!;
      if (!(time > last)) {
        throw new Error(`feed ${name} offers a bar that closes at ${time}, but is told up to ${last} already`);
      }
      last = time;
    }
    this.lastOffered = last;
    this.told = last;
    this.ended = false;
    this.waitingBars.add(columns, from, to);
  }

  /** Close time (ms UTC) of the next bar that waits, loaded or not; Infinity where none does. */
  get upcoming(): number {
    return Math.min(this.next, this.waitingBars.firstClose);
  }

  /** How many bars wait that close up to `horizon` (ms UTC, inclusive). */
  waiting(horizon: number): number {
    return this.loaded - this.cursor + this.waitingBars.count(horizon, Number.POSITIVE_INFINITY);
  }

  /**
   * Loads a block of bars that close up to `horizon` (ms UTC, inclusive) if no loaded bar is left.
   */
  load(horizon: number): void {
    if (this.cursor < this.loaded) return;
    const wanted = Math.min(this.waitingBars.count(horizon, BLOCK), BLOCK);
    if (wanted === 0) return;
    this.makeRoom(wanted);
    const start = this.loaded + 1;
    const count = this.waitingBars.move(this.memory, this.capacity, start, this.capacity - start, horizon);
    this.loaded += count;
    for (const calculation of this.calculations) calculation.update(start, start + count);
    this.next = this.memory[this.memoryCloseTime + this.cursor + 1]!;
  }

  /** Takes the next loaded bar. */
  take(): void {
    const cursor = this.cursor + 1;
    this.cursor = cursor;
    this.next = cursor < this.loaded ? this.memory[this.memoryCloseTime + cursor + 1]! : Number.POSITIVE_INFINITY;
  }

  /**
   * Lets the open of the next loaded bar be seen if it closes at `closeTime`, before the bar is taken. Returns when that
   * bar opens, ms UTC; Infinity for another one.
   */
  begin(closeTime: number): number {
    if (this.next !== closeTime) return Number.POSITIVE_INFINITY;
    const slot = this.cursor + 1;
    this.opening = this.memory[this.memoryOpen + slot]!;
    return this.memory[OPEN_TIME * this.capacity + slot]!;
  }

  /** The last price known: the open of a bar that begins, else the close of the last one; NaN before the first. */
  get lastPrice(): number {
    return Number.isNaN(this.opening) ? this.close : this.opening;
  }

  /** Values of the last bar taken. */
  get open(): number {
    return this.memory[this.memoryOpen + this.cursor]!;
  }
  get high(): number {
    return this.memory[this.memoryOpen + this.capacity + this.cursor]!;
  }
  get low(): number {
    return this.memory[this.memoryOpen + 2 * this.capacity + this.cursor]!;
  }
  get close(): number {
    return this.memory[this.memoryOpen + 3 * this.capacity + this.cursor]!;
  }
  get volume(): number {
    return this.memory[this.memoryOpen + 4 * this.capacity + this.cursor]!;
  }
  get trades(): number {
    return this.memory[this.memoryOpen + 5 * this.capacity + this.cursor]!;
  }
  get closeTime(): number {
    return this.cursor === 0 && this.dropped === 0
      ? Number.NEGATIVE_INFINITY
      : this.memory[this.memoryCloseTime + this.cursor]!;
  }

  /** Makes `count` slots free after the loaded ones, dropping what no line can read any more. */
  private makeRoom(count: number): void {
    if (this.loaded + count < this.capacity) return;
    const kept = Math.min(this.cursor, this.lookback + 1);
    const drop = this.cursor - kept;
    const needed = 1 + kept + count;
    if (needed > this.capacity || this.capacity === 0) {
      const room = Math.max(SMALLEST_ROOM, count >= BLOCK ? BLOCK : Math.min(BLOCK, count * 2));
      this.resize(Math.max(needed, this.lookback + 2 + room), drop);
    } else {
      for (const row of this.rows) {
        this.memory.copyWithin(row.base + 1, row.base + 1 + drop, row.base + 1 + this.loaded);
      }
    }
    this.cursor -= drop;
    this.loaded -= drop;
    this.dropped += drop;
  }

  private resize(capacity: number, drop: number): void {
    const memory = new Float64Array(capacity * this.rows.length);
    for (let i = 0; i < this.rows.length; i++) {
      const row = this.rows[i]!;
      const base = i * capacity;
      for (let slot = 1 + drop; slot <= this.loaded; slot++) memory[base + slot - drop] = this.memory[row.base + slot]!;
      memory[base] = Number.NaN;
      row.base = base;
    }
    this.memory = memory;
    this.capacity = capacity;
    this.memoryOpen = OPEN * capacity;
    this.memoryCloseTime = CLOSE_TIME * capacity;
  }

  /** Only between cycles with nothing loaded that is not taken. */
  save(writer: SnapshotWriter): void {
    const kept = Math.min(this.cursor, this.lookback + 1);
    writer.number(this.taken);
    writer.number(this.told);
    writer.boolean(this.ended);
    writer.number(kept);
    for (const row of this.rows) {
      writer.numbers(this.memory, row.base + this.cursor + 1 - kept, row.base + this.cursor + 1);
    }
    for (const calculation of this.calculations) calculation.save(writer);
    this.waitingBars.save(writer);
  }

  /** Into a series that has not run. */
  restore(reader: SnapshotReader): void {
    const taken = reader.number();
    this.told = reader.number();
    this.ended = reader.boolean();
    this.lastOffered = this.told;
    const kept = reader.number();
    this.resize(this.lookback + 2 + SMALLEST_ROOM, 0);
    for (const row of this.rows) reader.numbers(this.memory, row.base + 1, kept);
    this.cursor = kept;
    this.loaded = kept;
    this.dropped = taken - kept;
    for (const calculation of this.calculations) calculation.load(reader);
    this.waitingBars.restore(reader);
  }
}
