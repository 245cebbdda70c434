import type { TickColumns } from "../market/tick.ts";

/** Collects trades into blocks of exactly `size` rows. */
export class TickWriter {
  private readonly size: number;
  private full: TickColumns[] = [];
  private length = 0;
  private id: Float64Array;
  private ts: Float64Array;
  private price: Float64Array;
  private amount: Float64Array;
  private side: Uint8Array;

  constructor(size: number) {
    this.size = size;
    this.id = new Float64Array(size);
    this.ts = new Float64Array(size);
    this.price = new Float64Array(size);
    this.amount = new Float64Array(size);
    this.side = new Uint8Array(size);
  }

  push(id: number, ts: number, price: number, amount: number, side: number): void {
    const row = this.length;
    this.id[row] = id;
    this.ts[row] = ts;
    this.price[row] = price;
    this.amount[row] = amount;
    this.side[row] = side;
    this.length = row + 1;
    if (this.length === this.size) this.close();
  }

  /** The blocks that are full, once. */
  takeFull(): readonly TickColumns[] {
    const taken = this.full;
    if (taken.length > 0) this.full = [];
    return taken;
  }

  /** What is left when there is no more: no block, or a shorter one. */
  takeRest(): readonly TickColumns[] {
    if (this.length > 0) this.close();
    return this.takeFull();
  }

  private close(): void {
    const { length, size } = this;
    const id = this.id.subarray(0, length);
    this.full.push({
      kind: "trade",
      ids: "sequence",
      length,
      id,
      ts: this.ts.subarray(0, length),
      price: this.price.subarray(0, length),
      amount: this.amount.subarray(0, length),
      side: this.side.subarray(0, length),
      firstId: id,
      lastId: id,
    });
    this.length = 0;
    this.id = new Float64Array(size);
    this.ts = new Float64Array(size);
    this.price = new Float64Array(size);
    this.amount = new Float64Array(size);
    this.side = new Uint8Array(size);
  }
}
