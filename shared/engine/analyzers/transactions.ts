import type { FillRow, RunEvents } from "../run-events.ts";
import type { SnapshotReader, SnapshotWriter } from "../snapshot.ts";
import type { AnalyzedRun, Analyzer } from "./analyzer.ts";
import { NumberList } from "./number-list.ts";

/** Size (base units, sells negative), price, feed, and money that it brought (−size × price). */
export type TransactionRow = readonly [size: number, price: number, feed: string, value: number];

export interface TransactionsResult {
  /** In time order, and within a cycle in that of the feeds. */
  readonly rows: readonly TransactionRow[];
}

/**
 * The net of each cycle's fills of a feed, as one position: an increase averages the price, a reduction keeps it, a
 * reversal starts anew, and what nets to nothing is left out.
 */
export class Transactions implements Analyzer<TransactionsResult> {
  private readonly feeds: readonly string[];
  private readonly sizes = new NumberList();
  private readonly prices = new NumberList();
  private readonly indices = new NumberList();

  constructor(run: AnalyzedRun) {
    this.feeds = run.feeds;
  }

  step({ fills }: RunEvents): void {
    for (let from = 0; from < fills.length; ) {
      let to = from + 1;
      while (to < fills.length && fills[to]!.time === fills[from]!.time) to++;
      for (const [index, feed] of this.feeds.entries()) this.net(fills, from, to, feed, index);
      from = to;
    }
  }

  private net(fills: readonly FillRow[], from: number, to: number, feed: string, index: number): void {
    let size = 0;
    let price = 0;
    for (let i = from; i < to; i++) {
      const fill = fills[i]!;
      if (fill.feed !== feed) continue;
      const after = size + fill.size;
      if (size === 0 || size > 0 !== after > 0) price = fill.price;
      else if (size > 0 === fill.size > 0) price = (price * size + fill.price * fill.size) / after;
      size = after;
    }
    if (size === 0) return;
    this.sizes.add(size);
    this.prices.add(price);
    this.indices.add(index);
  }

  result(): TransactionsResult {
    const rows = this.sizes.toArray().map((size, i): TransactionRow => {
      const price = this.prices.at(i);
      return [size, price, this.feeds[this.indices.at(i)]!, -size * price];
    });
    return { rows };
  }

  save(writer: SnapshotWriter): void {
    for (const list of [this.sizes, this.prices, this.indices]) list.save(writer);
  }

  load(reader: SnapshotReader): void {
    for (const list of [this.sizes, this.prices, this.indices]) list.load(reader);
  }
}
