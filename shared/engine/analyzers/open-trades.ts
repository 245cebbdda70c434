import type { RunEvents } from "../run-events.ts";
import type { SnapshotReader, SnapshotWriter } from "../snapshot.ts";

const FINAL: ReadonlySet<string> = new Set(["Completed", "Canceled", "Expired", "Margin", "Rejected"]);
/** A sum of sizes under this part of the fill is what rounding left of nothing. */
const DUST = 1e-9;

/** Counts the trades that are open: what fills of one feed and tradeId hold together. */
export class OpenTrades {
  /** Base units held, by feed and tradeId; without those that hold nothing. */
  private readonly held = new Map<string, number>();
  /** Trade ids of live orders, but 0. */
  private readonly tradeIds = new Map<number, number>();

  get count(): number {
    return this.held.size;
  }

  step({ orders, fills }: RunEvents): void {
    for (const { order, tradeId } of orders) if (tradeId !== undefined) this.tradeIds.set(order, tradeId);
    for (const { order, feed, size } of fills) {
      const key = `${this.tradeIds.get(order) ?? 0} ${feed}`;
      const sum = (this.held.get(key) ?? 0) + size;
      if (Math.abs(sum) <= DUST * Math.abs(size)) this.held.delete(key);
      else this.held.set(key, sum);
    }
    for (const { order, status } of orders) if (FINAL.has(status)) this.tradeIds.delete(order);
  }

  save(writer: SnapshotWriter): void {
    writer.number(this.held.size);
    for (const [key, size] of this.held) {
      writer.text(key);
      writer.number(size);
    }
    writer.number(this.tradeIds.size);
    for (const [order, tradeId] of this.tradeIds) {
      writer.number(order);
      writer.number(tradeId);
    }
  }

  load(reader: SnapshotReader): void {
    for (let left = reader.number(); left > 0; left--) this.held.set(reader.text(), reader.number());
    for (let left = reader.number(); left > 0; left--) this.tradeIds.set(reader.number(), reader.number());
  }
}
