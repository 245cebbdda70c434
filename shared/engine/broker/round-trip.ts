import type { SnapshotReader, SnapshotWriter } from "../snapshot.ts";

/** A round trip as a strategy is told of it: just opened, or closed. Money in quote currency. */
export interface TradeEvent {
  /** Counted from 1 over the run. */
  readonly id: number;
  readonly feed: string;
  readonly status: "opened" | "closed";
  /** Base units held now, negative for a short: 0 when closed. */
  readonly size: number;
  /** Average price of what is held, or was: an increase moves it, a reduction does not. */
  readonly price: number;
  /** size × price. */
  readonly value: number;
  readonly fees: number;
  /** Before and after fees. */
  readonly pnl: number;
  readonly netPnl: number;
  /** Bars of the feed from the first entry on. */
  readonly bars: number;
}

/** The open round trip of a feed: from flat to flat, or to the other side. */
export class RoundTrip {
  /** 0 where none is open. */
  id = 0;
  openTime = 0;
  openBar = 0;
  lots = 0;
  /** Average price of what is held: an increase moves it, a reduction does not. */
  price = 0;
  /** The greatest position held, in lots, signed. */
  greatest = 0;
  entryLots = 0;
  entryPrice = 0;
  exitLots = 0;
  exitPrice = 0;
  pnl = 0;
  fees = 0;
  tag: string | null = null;

  open(id: number, time: number, bar: number, tag: string | null): void {
    this.id = id;
    this.openTime = time;
    this.openBar = bar;
    this.lots = 0;
    this.price = 0;
    this.greatest = 0;
    this.entryLots = 0;
    this.entryPrice = 0;
    this.exitLots = 0;
    this.exitPrice = 0;
    this.pnl = 0;
    this.fees = 0;
    this.tag = tag;
  }

  /** An increase by `lots` (signed) at `price`. */
  enter(lots: number, price: number, fee: number): void {
    const total = this.entryLots + lots;
    this.entryPrice = (this.entryPrice * this.entryLots + price * lots) / total;
    this.entryLots = total;
    this.price = (this.price * this.lots + price * lots) / (this.lots + lots);
    this.lots += lots;
    if (Math.abs(this.lots) > Math.abs(this.greatest)) this.greatest = this.lots;
    this.fees += fee;
  }

  /** A reduction by `lots` (signed, against the position) at `price`. */
  leave(lots: number, price: number, pnl: number, fee: number): void {
    const total = this.exitLots + lots;
    this.exitPrice = (this.exitPrice * this.exitLots + price * lots) / total;
    this.exitLots = total;
    this.lots += lots;
    this.pnl += pnl;
    this.fees += fee;
  }

  save(writer: SnapshotWriter): void {
    writer.number(this.id);
    if (this.id === 0) return;
    writer.number(this.openTime);
    writer.number(this.openBar);
    writer.number(this.lots);
    writer.number(this.price);
    writer.number(this.greatest);
    writer.number(this.entryLots);
    writer.number(this.entryPrice);
    writer.number(this.exitLots);
    writer.number(this.exitPrice);
    writer.number(this.pnl);
    writer.number(this.fees);
    writer.optionalText(this.tag);
  }

  load(reader: SnapshotReader): void {
    this.id = reader.number();
    if (this.id === 0) return;
    this.openTime = reader.number();
    this.openBar = reader.number();
    this.lots = reader.number();
    this.price = reader.number();
    this.greatest = reader.number();
    this.entryLots = reader.number();
    this.entryPrice = reader.number();
    this.exitLots = reader.number();
    this.exitPrice = reader.number();
    this.pnl = reader.number();
    this.fees = reader.number();
    this.tag = reader.optionalText();
  }
}
