import type { Recorder } from "../recorder.ts";
import type { SnapshotReader, SnapshotWriter } from "../snapshot.ts";
import type { Account } from "./account.ts";
import { reduction } from "./margin-check.ts";
import type { Notices } from "./notices.ts";
import type { Order } from "./order.ts";
import { RoundTrip } from "./round-trip.ts";

/** What a fill did to the whole position; lots are signed. */
export interface BookedFill {
  readonly closed: number;
  readonly opened: number;
  readonly closeFee: number;
  readonly openFee: number;
}

/** Books fills on round trips: one for each feed and tradeId, from flat to flat. */
export class TradeBook {
  private last = 0;
  private readonly recorder: Recorder;
  private readonly notices: Notices;

  constructor(recorder: Recorder, notices: Notices) {
    this.recorder = recorder;
    this.notices = notices;
  }

  /**
   * A fill closes its own trade as far as that goes and opens it anew with the rest, whatever it does to the whole
   * position. Where the two differ, which takes several tradeIds, the fees are shared out by lots.
   */
  book(order: Order, account: Account, price: number, fill: BookedFill): void {
    const lots = fill.closed + fill.opened;
    const trip = openTrip(account, order.tradeId);
    const closing = reduction(trip?.lots ?? 0, lots);
    let { closeFee, openFee } = fill;
    if (closing !== fill.closed) {
      const fees = closeFee + openFee;
      closeFee = (fees * closing) / lots;
      openFee = fees - closeFee;
    }
    if (trip !== null && closing !== 0) this.leave(trip, account, order, closing, price, closeFee);
    if (closing !== lots) this.enter(closing === 0 ? trip : null, account, order, lots - closing, price, openFee);
  }

  private leave(trip: RoundTrip, account: Account, order: Order, lots: number, price: number, fee: number): void {
    const pnl = -account.lots.units(lots) * (price - trip.price) * account.financing.mult;
    trip.leave(lots, price, pnl, fee);
    if (trip.lots !== 0) return;
    const { roundTrips } = account;
    if (roundTrips.length === 1) roundTrips.pop();
    else roundTrips.splice(roundTrips.indexOf(trip), 1);
    const bars = account.series.taken - trip.openBar;
    this.recorder.trade(trip, order, account.name, account.lots.units(trip.greatest), bars);
    this.notices.trade(account, trip, "closed");
  }

  private enter(
    open: RoundTrip | null,
    account: Account,
    order: Order,
    lots: number,
    price: number,
    fee: number,
  ): void {
    const trip = open ?? new RoundTrip(++this.last, order.tradeId, this.recorder.time, account.series.taken, order.tag);
    trip.enter(lots, price, fee);
    if (open !== null) return;
    account.roundTrips.push(trip);
    this.notices.trade(account, trip, "opened");
  }

  save(writer: SnapshotWriter, accounts: readonly Account[]): void {
    writer.number(this.last);
    for (const { roundTrips } of accounts) {
      writer.number(roundTrips.length);
      for (const trip of roundTrips) trip.save(writer);
    }
  }

  restore(reader: SnapshotReader, accounts: readonly Account[]): void {
    this.last = reader.number();
    for (const { roundTrips } of accounts) {
      const count = reader.number();
      for (let i = 0; i < count; i++) roundTrips.push(RoundTrip.read(reader));
    }
  }
}

function openTrip(account: Account, tradeId: number): RoundTrip | null {
  const { roundTrips } = account;
  for (let i = 0; i < roundTrips.length; i++) if (roundTrips[i]!.tradeId === tradeId) return roundTrips[i]!;
  return null;
}
