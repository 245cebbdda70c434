import type { CandleColumns } from "#shared/market/candle.ts";
import type { SnapshotReader, SnapshotWriter } from "../snapshot.ts";

/** Up to so many numbers a loop copies faster than a view does. */
const FEW = 32;

interface Chunk {
  readonly columns: CandleColumns;
  /** Next row to move. */
  from: number;
  readonly to: number;
}

/** Bars that were offered and not yet loaded: parts of callers' columns, in order, by reference. */
export class WaitingBars {
  private readonly chunks: Chunk[] = [];

  /** Rows from (inclusive) to (exclusive), which must not change before they are moved. */
  add(columns: CandleColumns, from: number, to: number): void {
    this.chunks.push({ columns, from, to });
  }

  /** Close time (ms UTC) of the first one; Infinity where there is none. */
  get firstClose(): number {
    const [first] = this.chunks;
    return first === undefined ? Number.POSITIVE_INFINITY : first.columns.closeTime[first.from]!;
  }

  /** How many close up to `horizon` (ms UTC, inclusive), counted up to `enough` or beyond. */
  count(horizon: number, enough: number): number {
    let count = 0;
    for (const { columns, from, to } of this.chunks) {
      count += firstAfter(columns.closeTime, from, to, horizon) - from;
      if (count >= enough) break;
    }
    return count;
  }

  /**
   * Moves up to `limit` bars that close up to `horizon` into `memory`: eight rows of `capacity`, in the order of
   * `BAR_COLUMNS`, from `slot` on. Returns how many.
   */
  move(memory: Float64Array, capacity: number, slot: number, limit: number, horizon: number): number {
    let count = 0;
    while (count < limit && this.chunks.length > 0) {
      const chunk = this.chunks[0]!;
      const end = Math.min(chunk.to, chunk.from + limit - count);
      const stop = firstAfter(chunk.columns.closeTime, chunk.from, end, horizon);
      copy(chunk.columns, chunk.from, stop, memory, capacity, slot + count);
      count += stop - chunk.from;
      chunk.from = stop;
      if (chunk.from === chunk.to) this.chunks.shift();
      if (stop < end) break;
    }
    return count;
  }

  save(writer: SnapshotWriter): void {
    writer.number(this.count(Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY));
    for (const column of BAR_COLUMNS) {
      for (const { columns, from, to } of this.chunks) writer.numbers(columns[column], from, to);
    }
  }

  restore(reader: SnapshotReader): void {
    const length = reader.number();
    if (length === 0) return;
    const read = (): Float64Array => {
      const column = new Float64Array(length);
      reader.numbers(column, 0, length);
      return column;
    };
    // In the order of BAR_COLUMNS.
    const [openTime, closeTime, open, high] = [read(), read(), read(), read()];
    const [low, close, volume, trades] = [read(), read(), read(), read()];
    this.add({ length, openTime, closeTime, open, high, low, close, volume, trades }, 0, length);
  }
}

/** Columns of a bar in the order in which memory and snapshots hold them. */
export const BAR_COLUMNS = ["openTime", "closeTime", "open", "high", "low", "close", "volume", "trades"] as const;

function copy(
  columns: CandleColumns,
  from: number,
  to: number,
  memory: Float64Array,
  capacity: number,
  slot: number,
): void {
  for (let row = 0; row < BAR_COLUMNS.length; row++) {
    const source = columns[BAR_COLUMNS[row]!];
    const start = row * capacity + slot;
    if (to - from > FEW) memory.set(source.subarray(from, to), start);
    else for (let i = from; i < to; i++) memory[start + i - from] = source[i]!;
  }
}

/** Index of the first time in times[from … to) beyond `limit`, or `to`. Times rise. */
function firstAfter(times: Float64Array, from: number, to: number, limit: number): number {
  if (to > from && times[to - 1]! <= limit) return to;
  let low = from;
  let high = to;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (times[middle]! <= limit) low = middle + 1;
    else high = middle;
  }
  return low;
}
