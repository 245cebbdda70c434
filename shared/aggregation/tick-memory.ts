import { pickTicks, type TickColumns } from "../market/tick.ts";
import { IdRanges } from "./id-ranges.ts";

/** How long before the latest trade ids without a sequence are remembered, ms of event time. */
export const HASH_MEMORY = 120_000;

/** What of a block is new. */
export interface Sifted {
  readonly fresh: TickColumns;
  /** Times of ticks older than the memory: whether they are repeats cannot be told here. */
  readonly forgotten: readonly number[];
}

/** Tells repeated ticks from new ones by their ids. */
export interface TickMemory {
  /** The ticks of a block that are not held yet; holds them from now on. */
  sift(ticks: TickColumns): Sifted;
  has(id: number): boolean;
  /** May forget what is long before `time`, ms UTC. */
  forget(time: number): void;
}

function siftRows(ticks: TickColumns, isFresh: (row: number, forgotten: number[]) => boolean): Sifted {
  const rows: number[] = [];
  const forgotten: number[] = [];
  for (let i = 0; i < ticks.length; i++) if (isFresh(i, forgotten)) rows.push(i);
  return { fresh: rows.length === ticks.length ? ticks : pickTicks(ticks, rows), forgotten };
}

/** Memory of sequential ids, as runs. */
export class SequenceMemory implements TickMemory {
  readonly ranges: IdRanges;

  constructor(ranges: IdRanges = new IdRanges()) {
    this.ranges = ranges;
  }

  sift(ticks: TickColumns): Sifted {
    const { id, length } = ticks;
    const { ranges } = this;
    if (length === 0) return { fresh: ticks, forgotten: [] };
    const first = id[0]!;
    let next = first;
    while (next - first < length && id[next - first] === next) next++;
    if (next - first === length && first > ranges.greatest) {
      ranges.addRun(first, next - 1);
      return { fresh: ticks, forgotten: [] };
    }
    return siftRows(ticks, (row, forgotten) => {
      if (id[row]! > ranges.floor) return ranges.add(id[row]!);
      forgotten.push(ticks.ts[row]!);
      return false;
    });
  }

  has(id: number): boolean {
    return id <= this.ranges.floor || this.ranges.has(id);
  }

  /** Runs are bounded by their number, not by time. */
  forget(): void {}
}

/** Memory of ids that have no order: each for `HASH_MEMORY`. */
export class HashMemory implements TickMemory {
  /** Time by id. */
  readonly times: Map<number, number>;
  horizon: number;

  constructor(horizon = Number.NEGATIVE_INFINITY, times: Map<number, number> = new Map()) {
    this.horizon = horizon;
    this.times = times;
  }

  sift(ticks: TickColumns): Sifted {
    const { id, ts } = ticks;
    return siftRows(ticks, (row, forgotten) => {
      if (ts[row]! < this.horizon) {
        forgotten.push(ts[row]!);
        return false;
      }
      if (this.times.has(id[row]!)) return false;
      this.times.set(id[row]!, ts[row]!);
      return true;
    });
  }

  has(id: number): boolean {
    return this.times.has(id);
  }

  forget(time: number): void {
    const horizon = time - HASH_MEMORY;
    if (horizon <= this.horizon) return;
    this.horizon = horizon;
    for (const [id, ts] of this.times) if (ts < horizon) this.times.delete(id);
  }
}
