import type { CandleColumns } from "#shared/market/candle.ts";
import { InputError } from "#shared/market/input-error.ts";
import { nominalLength, type Timeframe, windowClose, windowOpen } from "#shared/market/timeframe.ts";
import type { SnapshotReader, SnapshotWriter } from "../snapshot.ts";
import { BAR_COLUMNS } from "./waiting-bars.ts";

/** Numbers that one candle has in a list, in the order of BAR_COLUMNS. */
const WIDTH = BAR_COLUMNS.length;

/**
 * Merges candles of one feed into larger ones, each as soon as the last bar that fills it is there, or once it is told
 * that no further bar comes: open of the first, close of the last, sums of volumes and trades. Bars without trades add
 * nothing to a candle that has some, and a window without any bar gives no candle.
 */
export class Resampler {
  private readonly timeframe: Timeframe;
  /** Of the window under way, ms UTC, exclusive; −Infinity where none is. */
  private closeTime = Number.NEGATIVE_INFINITY;
  private openTime = 0;
  private open = 0;
  private high = 0;
  private low = 0;
  private close = 0;
  private volume = 0;
  private trades = 0;

  /** Throws InputError where candles of `from` do not tile those of `to`. */
  constructor(from: Timeframe, to: Timeframe) {
    if (!tiles(from, to)) {
      throw new InputError(
        "usage",
        `${to} candles cannot be made of ${from} candles: give a timeframe that tiles them`,
      );
    }
    this.timeframe = to;
  }

  /** Takes bars [from, to) of `columns`, in order; returns the larger candles that are complete now. */
  fold(columns: CandleColumns, from: number, to: number): CandleColumns {
    const candles: number[] = [];
    for (let i = from; i < to; i++) {
      const openTime = columns.openTime[i]!;
      if (openTime >= this.closeTime) {
        this.emit(candles);
        this.begin(columns, i);
      } else this.add(columns, i);
      if (columns.closeTime[i]! >= this.closeTime) this.emit(candles);
    }
    return columnsOf(candles);
  }

  /** Takes that no further bar closes up to `time` (ms UTC, inclusive); returns the candle that this completes, if any. */
  tell(time: number): CandleColumns {
    const candles: number[] = [];
    if (time >= this.closeTime) this.emit(candles);
    return columnsOf(candles);
  }

  private begin(columns: CandleColumns, i: number): void {
    this.openTime = windowOpen(this.timeframe, columns.openTime[i]!);
    this.closeTime = windowClose(this.timeframe, this.openTime);
    this.open = columns.open[i]!;
    this.high = columns.high[i]!;
    this.low = columns.low[i]!;
    this.close = columns.close[i]!;
    this.volume = columns.volume[i]!;
    this.trades = columns.trades[i]!;
  }

  private add(columns: CandleColumns, i: number): void {
    const trades = columns.trades[i]!;
    if (trades === 0) return;
    if (this.trades === 0) {
      this.open = columns.open[i]!;
      this.high = columns.high[i]!;
      this.low = columns.low[i]!;
    } else {
      if (columns.high[i]! > this.high) this.high = columns.high[i]!;
      if (columns.low[i]! < this.low) this.low = columns.low[i]!;
    }
    this.close = columns.close[i]!;
    this.volume += columns.volume[i]!;
    this.trades += trades;
  }

  private emit(candles: number[]): void {
    if (this.closeTime === Number.NEGATIVE_INFINITY) return;
    const { openTime, closeTime, open, high, low, close, volume, trades } = this;
    candles.push(openTime, closeTime, open, high, low, close, volume, trades);
    this.closeTime = Number.NEGATIVE_INFINITY;
  }

  save(writer: SnapshotWriter): void {
    writer.number(this.closeTime);
    if (this.closeTime === Number.NEGATIVE_INFINITY) return;
    for (const name of STATE) writer.number(this[name]);
  }

  load(reader: SnapshotReader): void {
    this.closeTime = reader.number();
    if (this.closeTime === Number.NEGATIVE_INFINITY) return;
    for (const name of STATE) this[name] = reader.number();
  }
}

/** Fields of a window under way in the order in which snapshots hold them. */
const STATE = ["openTime", "open", "high", "low", "close", "volume", "trades"] as const;

function tiles(from: Timeframe, to: Timeframe): boolean {
  if (to === "1M") return from !== "1M" && from !== "1w";
  return from !== "1M" && nominalLength(to) > nominalLength(from) && nominalLength(to) % nominalLength(from) === 0;
}

/** A list of candles, `WIDTH` numbers each, as columns. */
function columnsOf(candles: readonly number[]): CandleColumns {
  const length = candles.length / WIDTH;
  const [openTime, closeTime, open, high, low, close, volume, trades] = BAR_COLUMNS.map((_, offset) => {
    const column = new Float64Array(length);
    for (let i = 0; i < length; i++) column[i] = candles[i * WIDTH + offset]!;
    return column;
  }) as Columns;
  return { length, openTime, closeTime, open, high, low, close, volume, trades };
}

type Columns = [C, C, C, C, C, C, C, C];
type C = Float64Array;
