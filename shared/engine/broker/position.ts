import type { SnapshotReader, SnapshotWriter } from "../snapshot.ts";
import type { Lots } from "./lots.ts";

/** What is held of one feed's instrument. */
export class Position {
  /** Whole amountSteps, negative for a short. */
  lots = 0;
  /** Average price of the entries, quote currency; 0 when flat. */
  price = 0;
  /** Base units, negative for a short. */
  size = 0;
  /** Price up to which a marked position's profit is in the cash, quote currency. */
  markPrice = 0;
  /** UTC day up to which interest is paid. */
  paidDay = 0;
  /** Interest paid since the last closing fill, quote currency. */
  interest = 0;
  private readonly scale: Lots;

  constructor(scale: Lots) {
    this.scale = scale;
  }

  /** Adds `lots` at `price`: averages on an increase, keeps the price on a reduction, starts anew on a reversal. */
  add(lots: number, price: number): void {
    const before = this.lots;
    const after = before + lots;
    if (after === 0) this.price = 0;
    else if (before === 0 || before > 0 !== after > 0) this.price = price;
    else if (before > 0 === lots > 0) this.price = (this.price * before + price * lots) / after;
    this.hold(after);
  }

  private hold(lots: number): void {
    this.lots = lots;
    this.size = lots === 0 ? 0 : this.scale.units(lots);
  }

  save(writer: SnapshotWriter): void {
    writer.number(this.lots);
    writer.number(this.price);
    writer.number(this.markPrice);
    writer.number(this.paidDay);
    writer.number(this.interest);
  }

  load(reader: SnapshotReader): void {
    this.hold(reader.number());
    this.price = reader.number();
    this.markPrice = reader.number();
    this.paidDay = reader.number();
    this.interest = reader.number();
  }
}
