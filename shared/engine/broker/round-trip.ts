import type { SnapshotReader, SnapshotWriter } from "../snapshot.ts";

/** A round trip as a strategy is told of it: just opened, or closed. Money in quote currency. */
export interface TradeEvent {
  /** Counted from 1 over the run. */
  readonly id: number;
  readonly feed: string;
  /** Of the orders that it is made of. */
  readonly tradeId: number;
  readonly status: "opened" | "closed";
  /** Base units held of it now, negative for a short: 0 when closed. */
  readonly size: number;
  /** Average price of what is held, or was: an increase moves it, a reduction does not. */
  readonly price: number;
  /** size × price, or the margin that it takes. */
  readonly value: number;
  readonly fees: number;
  /** Before and after fees. */
  readonly pnl: number;
  readonly netPnl: number;
  /** Bars of the feed from the first entry on. */
  readonly bars: number;
}

/** An open round trip of a feed: from flat to flat, or to the other side. */
export class RoundTrip {
  readonly id: number;
  readonly tradeId: number;
  readonly openTime: number;
  readonly openBar: number;
  readonly tag: string | null;
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

  constructor(id: number, tradeId: number, openTime: number, openBar: number, tag: string | null) {
    this.id = id;
    this.tradeId = tradeId;
    this.openTime = openTime;
    this.openBar = openBar;
    this.tag = tag;
  }

  /** An increase by `lots` (signed) at `price`. */
  enter(lots: number, price: number, fee: number): void {
    const total = this.entryLots + lots;
    this.entryPrice = (this.entryPrice * this.entryLots + price * lots) / total;
    this.entryLots = total;
    this.price = this.lots === 0 ? price : (this.price * this.lots + price * lots) / (this.lots + lots);
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
    writer.number(this.tradeId);
    writer.number(this.openTime);
    writer.number(this.openBar);
    writer.optionalText(this.tag);
    for (const name of NUMBERS) writer.number(this[name]);
  }

  static read(reader: SnapshotReader): RoundTrip {
    const [id, tradeId] = [reader.number(), reader.number()];
    const [openTime, openBar] = [reader.number(), reader.number()];
    const trip = new RoundTrip(id, tradeId, openTime, openBar, reader.optionalText());
    for (const name of NUMBERS) trip[name] = reader.number();
    return trip;
  }
}

/** Fields in the order in which snapshots hold them. */
const NUMBERS = [
  "lots",
  "price",
  "greatest",
  "entryLots",
  "entryPrice",
  "exitLots",
  "exitPrice",
  "pnl",
  "fees",
] as const;
