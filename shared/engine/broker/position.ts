import type { SnapshotReader, SnapshotWriter } from "../snapshot.ts";
import type { Lots } from "./lots.ts";

/** What is held of one feed's instrument. */
export class Position {
  /** Whole amountSteps, negative for a short. */
  lots = 0;
  /** Average price of the entries, quote currency; 0 when flat. */
  price = 0;
  private readonly scale: Lots;

  constructor(scale: Lots) {
    this.scale = scale;
  }

  /** Base units, negative for a short. */
  get size(): number {
    return this.lots === 0 ? 0 : this.scale.units(this.lots);
  }

  /** Adds `lots` at `price`: averages on an increase, keeps the price on a reduction, starts anew on a reversal. */
  add(lots: number, price: number): void {
    const before = this.lots;
    const after = before + lots;
    if (after === 0) this.price = 0;
    else if (before === 0 || before > 0 !== after > 0) this.price = price;
    else if (before > 0 === lots > 0) this.price = (this.price * before + price * lots) / after;
    this.lots = after;
  }

  save(writer: SnapshotWriter): void {
    writer.number(this.lots);
    writer.number(this.price);
  }

  load(reader: SnapshotReader): void {
    this.lots = reader.number();
    this.price = reader.number();
  }
}
