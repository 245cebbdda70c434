import type { Candle, CandleOrigin } from "#shared/market/candle.ts";
import type { Decimal } from "#shared/market/decimal.ts";
import { type Timeframe, windowClose, windowOpen } from "#shared/market/timeframe.ts";
import type { CsvLayout, Role } from "./csv-layout.ts";
import { FieldSplitter } from "./field-splitter.ts";
import { parseDecimalText, parseNumber, parseWholeNumber, textOf } from "./number-text.ts";
import { positiveFault, symbolFault } from "./row-fault.ts";
import type { RowSink } from "./row-sink.ts";
import { isPlausibleTime, parseTime, timeFault } from "./time-text.ts";

/** Candles of a batch. */
const BATCH_ROWS = 8_192;

/** What the candles of a file have in common. */
export interface CandleSeries {
  /** `binance:BTC/USDT` */
  readonly instrument: string;
  readonly timeframe: Timeframe;
  readonly origin: CandleOrigin;
  /** Values that a symbol column may have. */
  readonly symbols: readonly string[];
  /** Latest time allowed, ms UTC. */
  readonly latest: number;
}

/** A row that is no candle, for the reason of its message. */
class RowFault extends Error {}

/** Reads lines of comma-separated values into candles. */
export class CandleRows {
  readonly #layout: CsvLayout;
  readonly #series: CandleSeries;
  readonly #sink: RowSink;
  readonly #fields = new FieldSplitter();
  #line = 0;
  #candles: Candle[] = [];

  constructor(layout: CsvLayout, series: CandleSeries, sink: RowSink) {
    this.#layout = layout;
    this.#series = series;
    this.#sink = sink;
  }

  get full(): boolean {
    return this.#candles.length >= BATCH_ROWS || this.#sink.rejectCount >= BATCH_ROWS;
  }

  /** Reads whole lines from `from` on until the batch is full; returns where it stopped. */
  consume(bytes: Buffer, from: number): number {
    const { header, width } = this.#layout;
    let at = from;
    while (at < bytes.length && !this.full) {
      this.#fields.split(bytes, at);
      this.#line++;
      const { count, lineEnd } = this.#fields;
      if (count > 0 && !(header && this.#line === 1)) {
        try {
          if (count !== width) throw new RowFault(`it has ${count} columns, ${width} are needed`);
          this.#candles.push(this.#candle(bytes));
        } catch (error) {
          if (!(error instanceof RowFault)) throw error;
          this.#sink.reject(this.#line, textOf(bytes, at, lineEnd), error.message);
        }
      }
      at = lineEnd + 1;
    }
    return at;
  }

  /** Leaves out one line, of which `bytes` is the start. */
  refuse(bytes: Buffer, reason: string): void {
    this.#line++;
    this.#sink.reject(this.#line, textOf(bytes, 0, bytes.length), reason);
  }

  /** The candles read since the last call. */
  take(): readonly Candle[] {
    const candles = this.#candles;
    this.#candles = [];
    return candles;
  }

  #candle(bytes: Buffer): Candle {
    const { instrument, timeframe, origin, symbols } = this.#series;
    const symbol = this.#text(bytes, "symbol");
    const otherSymbol = symbol === null ? null : symbolFault(symbol, symbols);
    if (otherSymbol !== null) throw new RowFault(otherSymbol);
    const { openTime, closeTime } = this.#window(bytes);
    const open = this.#price(bytes, "open");
    const high = this.#price(bytes, "high");
    const low = this.#price(bytes, "low");
    const close = this.#price(bytes, "close");
    if (high < Math.max(open, close) || low > Math.min(open, close)) {
      throw new RowFault(`high ${high} and low ${low} do not enclose open ${open} and close ${close}`);
    }
    const volume = this.#sum(bytes, "volume");
    if (volume === null) throw new RowFault("the volume is empty");
    const buyVolume = this.#sum(bytes, "buyVolume");
    if (buyVolume !== null && buyVolume > volume) throw new RowFault("takers bought more than the volume");
    const trades = this.#count(bytes);
    if (trades === 0 && volume > 0n) throw new RowFault("it has volume but 0 trades");
    return {
      instrument,
      timeframe,
      openTime,
      closeTime,
      open,
      high,
      low,
      close,
      volume,
      quoteVolume: this.#sum(bytes, "quoteVolume"),
      buyVolume,
      trades: trades ?? (volume === 0n ? 0 : null),
      firstId: null,
      lastId: null,
      origin,
      revision: 0,
      reason: "import",
      completeness: "unknown",
    };
  }

  #window(bytes: Buffer): { readonly openTime: number; readonly closeTime: number } {
    const { timeframe, latest } = this.#series;
    const openTime = this.#time(bytes, "ts");
    const windowStart = windowOpen(timeframe, openTime);
    if (windowStart !== openTime) {
      throw new RowFault(
        `it opens at ${new Date(openTime).toISOString()}, where no candle of ${timeframe} opens: is the file of another ` +
          "timeframe?",
      );
    }
    const closeTime = windowClose(timeframe, openTime);
    if (closeTime > latest) throw new RowFault(`it ends at ${new Date(closeTime).toISOString()}, in the future`);
    if (this.#text(bytes, "closeTime") === null) return { openTime, closeTime };
    const stated = this.#time(bytes, "closeTime");
    if (stated <= openTime || stated > closeTime) {
      throw new RowFault(
        `it closes at ${new Date(stated).toISOString()}, outside the ${timeframe} from ${new Date(openTime).toISOString()}: ` +
          "is the file of another timeframe?",
      );
    }
    return { openTime, closeTime };
  }

  #time(bytes: Buffer, role: Role): number {
    const column = this.#layout.columns[role]!;
    const time = parseTime(bytes, this.#fields.starts[column]!, this.#fields.ends[column]!);
    if (isPlausibleTime(time, this.#series.latest)) return time;
    throw new RowFault(timeFault(this.#text(bytes, role) ?? "", time, this.#series.latest));
  }

  #price(bytes: Buffer, role: Role): number {
    const column = this.#layout.columns[role]!;
    const price = parseNumber(bytes, this.#fields.starts[column]!, this.#fields.ends[column]!);
    const fault = positiveFault(role, this.#text(bytes, role) ?? "", price);
    if (fault !== null) throw new RowFault(fault);
    return price;
  }

  /** Null where the column is missing or the field empty. */
  #sum(bytes: Buffer, role: Role): Decimal | null {
    const text = this.#text(bytes, role);
    if (text === null || text === "") return null;
    const sum = parseDecimalText(text);
    if (sum === null) throw new RowFault(`${role} '${text}' is no number from 0 to below 1e20`);
    return sum;
  }

  #count(bytes: Buffer): number | null {
    const text = this.#text(bytes, "trades");
    if (text === null || text === "") return null;
    const column = this.#layout.columns.trades!;
    const count = parseWholeNumber(bytes, this.#fields.starts[column]!, this.#fields.ends[column]!);
    if (Number.isNaN(count)) throw new RowFault(`the number of trades '${text}' is no whole number`);
    return count;
  }

  /** Null where the column is missing. */
  #text(bytes: Buffer, role: Role): string | null {
    const column = this.#layout.columns[role];
    return column === undefined ? null : textOf(bytes, this.#fields.starts[column]!, this.#fields.ends[column]!);
  }
}
