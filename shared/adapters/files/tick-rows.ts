import {
  EARLIEST_TICK,
  GREATEST_VALUE,
  type IdScheme,
  type TickColumns,
  type TickKind,
  UNKNOWN_SIDE,
} from "#shared/market/tick.ts";
import { ContentIds, idOfText } from "./content-id.ts";
import type { CsvLayout } from "./csv-layout.ts";
import { FieldSplitter } from "./field-splitter.ts";
import { parseNumber, parseWholeNumber, textOf } from "./number-text.ts";
import { idFault, positiveFault, productFault, sideFault, symbolFault } from "./row-fault.ts";
import type { RowSink } from "./row-sink.ts";
import { NO_SIDE, parseBuyerMaker, parseSide } from "./taker-side.ts";
import { parseTime, timeFault } from "./time-text.ts";

/** Rows of a block of ticks. */
export const BLOCK_ROWS = 65_536;

/** Where ids come from: integers of the source, hashes of its own ids, or hashes of the row. */
export type IdSource = "integer" | "text" | "content";

const ABSENT = -1;

/** Reads lines of comma-separated values into columns of ticks. */
export class TickRows {
  readonly #layout: CsvLayout;
  readonly #kind: TickKind;
  readonly #idSource: IdSource;
  readonly #latest: number;
  readonly #symbols: readonly string[];
  readonly #sink: RowSink;
  readonly #fields = new FieldSplitter();
  readonly #contentIds = new ContentIds();
  readonly #idColumn: number;
  readonly #tsColumn: number;
  readonly #priceColumn: number;
  readonly #amountColumn: number;
  readonly #sideColumn: number;
  readonly #makerColumn: number;
  readonly #firstColumn: number;
  readonly #lastColumn: number;
  readonly #symbolColumn: number;
  #line = 0;
  #length = 0;
  #lines = new Float64Array(0);
  #id = new Float64Array(0);
  #ts = new Float64Array(0);
  #price = new Float64Array(0);
  #amount = new Float64Array(0);
  #side = new Uint8Array(0);
  #firstId = new Float64Array(0);
  #lastId = new Float64Array(0);

  /** `symbols` are the values that a symbol column may have; `latest` the latest time allowed, ms UTC. */
  constructor(
    { layout, kind, idSource }: { readonly layout: CsvLayout; readonly kind: TickKind; readonly idSource: IdSource },
    symbols: readonly string[],
    latest: number,
    sink: RowSink,
  ) {
    const { columns } = layout;
    this.#layout = layout;
    this.#kind = kind;
    this.#idSource = idSource;
    this.#symbols = symbols;
    this.#latest = latest;
    this.#sink = sink;
    this.#idColumn = columns.id ?? ABSENT;
    this.#tsColumn = columns.ts ?? ABSENT;
    this.#priceColumn = columns.price ?? ABSENT;
    this.#amountColumn = columns.amount ?? ABSENT;
    this.#sideColumn = columns.side ?? ABSENT;
    this.#makerColumn = columns.buyerMaker ?? ABSENT;
    this.#firstColumn = columns.firstId ?? ABSENT;
    this.#lastColumn = columns.lastId ?? ABSENT;
    this.#symbolColumn = columns.symbol ?? ABSENT;
    this.#allocate();
  }

  get full(): boolean {
    return this.#length === BLOCK_ROWS || this.#sink.rejectCount >= BLOCK_ROWS;
  }

  /** Reads whole lines from `from` on until the block is full; returns where it stopped. */
  consume(bytes: Buffer, from: number): number {
    const fields = this.#fields;
    const width = this.#layout.width;
    let at = from;
    while (at < bytes.length && !this.full) {
      fields.split(bytes, at);
      this.#line++;
      if (fields.count === width) {
        if (this.#line > 1 || !this.#layout.header) this.#row(bytes, at);
      } else if (fields.count > 0) {
        this.#reject(bytes, at, `it has ${fields.count} columns, ${width} are needed`);
      }
      at = fields.lineEnd + 1;
    }
    return at;
  }

  /** Leaves out one line, of which `bytes` is the start. */
  refuse(bytes: Buffer, reason: string): void {
    this.#line++;
    this.#sink.reject(this.#line, textOf(bytes, 0, bytes.length), reason);
  }

  /** The ticks read since the last call, and the lines that they stand on. */
  take(): { readonly ticks: TickColumns; readonly lines: Float64Array } {
    const length = this.#length;
    const trade = this.#kind === "trade";
    const id = this.#id.subarray(0, length);
    const ids: IdScheme = this.#idSource === "integer" ? "sequence" : "hash";
    const ticks: TickColumns = {
      kind: this.#kind,
      ids,
      length,
      id,
      ts: this.#ts.subarray(0, length),
      price: this.#price.subarray(0, length),
      amount: this.#amount.subarray(0, length),
      side: this.#side.subarray(0, length),
      firstId: trade ? id : this.#firstId.subarray(0, length),
      lastId: trade ? id : this.#lastId.subarray(0, length),
    };
    const lines = this.#lines.subarray(0, length);
    this.#allocate();
    return { ticks, lines };
  }

  #allocate(): void {
    this.#length = 0;
    this.#lines = new Float64Array(BLOCK_ROWS);
    this.#id = new Float64Array(BLOCK_ROWS);
    this.#ts = new Float64Array(BLOCK_ROWS);
    this.#price = new Float64Array(BLOCK_ROWS);
    this.#amount = new Float64Array(BLOCK_ROWS);
    this.#side = new Uint8Array(BLOCK_ROWS);
    if (this.#kind === "trade") return;
    this.#firstId = new Float64Array(BLOCK_ROWS);
    this.#lastId = new Float64Array(BLOCK_ROWS);
  }

  #row(bytes: Buffer, lineStart: number): void {
    const { starts, ends } = this.#fields;
    const tsColumn = this.#tsColumn;
    const priceColumn = this.#priceColumn;
    const amountColumn = this.#amountColumn;
    const ts = parseTime(bytes, starts[tsColumn]!, ends[tsColumn]!);
    const price = parseNumber(bytes, starts[priceColumn]!, ends[priceColumn]!);
    const amount = parseNumber(bytes, starts[amountColumn]!, ends[amountColumn]!);
    const side = this.#readSide(bytes);
    const id = this.#readId(bytes);
    const sound =
      ts >= EARLIEST_TICK &&
      ts <= this.#latest &&
      price > 0 &&
      price <= GREATEST_VALUE &&
      amount > 0 &&
      amount <= GREATEST_VALUE &&
      price * amount <= GREATEST_VALUE &&
      side !== NO_SIDE &&
      id >= 0;
    if (!sound || (this.#symbolColumn !== ABSENT && !this.#symbols.includes(this.#text(bytes, this.#symbolColumn)))) {
      this.#reject(bytes, lineStart, this.#fault(bytes, ts, price, amount, side));
      return;
    }
    const row = this.#length;
    if (this.#kind === "aggregate") {
      const first = parseWholeNumber(bytes, starts[this.#firstColumn]!, ends[this.#firstColumn]!);
      const last = parseWholeNumber(bytes, starts[this.#lastColumn]!, ends[this.#lastColumn]!);
      if (!(first <= last)) {
        this.#reject(bytes, lineStart, "first and last trade id are no rising whole numbers from 0 to 2^53 − 1");
        return;
      }
      this.#firstId[row] = first;
      this.#lastId[row] = last;
    }
    this.#id[row] = this.#idSource === "content" ? this.#contentIds.next(ts, price, amount, side) : id;
    this.#lines[row] = this.#line;
    this.#ts[row] = ts;
    this.#price[row] = price;
    this.#amount[row] = amount;
    this.#side[row] = side;
    this.#length = row + 1;
  }

  /** NaN for a bad id; 0 where rows have none. */
  #readId(bytes: Buffer): number {
    if (this.#idSource === "content") return 0;
    const from = this.#fields.starts[this.#idColumn]!;
    const to = this.#fields.ends[this.#idColumn]!;
    if (this.#idSource === "integer") return parseWholeNumber(bytes, from, to);
    return from < to ? idOfText(bytes, from, to) : Number.NaN;
  }

  #readSide(bytes: Buffer): number {
    if (this.#makerColumn !== ABSENT) {
      return parseBuyerMaker(bytes, this.#fields.starts[this.#makerColumn]!, this.#fields.ends[this.#makerColumn]!);
    }
    if (this.#sideColumn === ABSENT) return UNKNOWN_SIDE;
    return parseSide(this.#text(bytes, this.#sideColumn));
  }

  #text(bytes: Buffer, column: number): string {
    return textOf(bytes, this.#fields.starts[column]!, this.#fields.ends[column]!);
  }

  #fault(bytes: Buffer, ts: number, price: number, amount: number, side: number): string {
    return (
      positiveFault("price", this.#text(bytes, this.#priceColumn), price) ??
      positiveFault("amount", this.#text(bytes, this.#amountColumn), amount) ??
      productFault(price, amount) ??
      (ts >= EARLIEST_TICK && ts <= this.#latest
        ? null
        : timeFault(this.#text(bytes, this.#tsColumn), ts, this.#latest)) ??
      (side === NO_SIDE
        ? sideFault(this.#text(bytes, this.#makerColumn === ABSENT ? this.#sideColumn : this.#makerColumn))
        : null) ??
      (this.#symbolColumn === ABSENT ? null : symbolFault(this.#text(bytes, this.#symbolColumn), this.#symbols)) ??
      idFault(this.#text(bytes, this.#idColumn))
    );
  }

  #reject(bytes: Buffer, lineStart: number, reason: string): void {
    this.#sink.reject(this.#line, textOf(bytes, lineStart, this.#fields.lineEnd), reason);
  }
}
