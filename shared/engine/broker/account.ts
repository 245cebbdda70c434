import type { InstrumentSpec } from "#shared/market/instrument.ts";
import type { Series } from "../feeds/series.ts";
import { Commission, type CommissionSettings } from "./commission.ts";
import { type Financing, financingOf } from "./financing.ts";
import { Lots } from "./lots.ts";
import type { Order } from "./order.ts";
import { Position } from "./position.ts";
import { PriceStep } from "./price-step.ts";
import type { RoundTrip } from "./round-trip.ts";

/** All that the broker keeps and knows of one feed. */
export class Account {
  readonly name: string;
  readonly index: number;
  readonly spec: InstrumentSpec;
  readonly series: Series;
  readonly lots: Lots;
  readonly priceStep: PriceStep;
  readonly commission: Commission;
  readonly financing: Financing;
  readonly position: Position;
  /** Whether a position changes the cash without any order: it is marked, or pays interest. */
  readonly carries: boolean;
  /** Whether a position is worth its size × the close, a short too. */
  readonly plain: boolean;
  /** Open ones, in order of opening; at most one for each tradeId. */
  readonly roundTrips: RoundTrip[] = [];

  /** @param shortCash whether a short's proceeds are paid out. Throws InputError for impossible commission settings. */
  constructor(
    name: string,
    index: number,
    spec: InstrumentSpec,
    series: Series,
    commission: CommissionSettings,
    shortCash: boolean,
  ) {
    this.name = name;
    this.index = index;
    this.spec = spec;
    this.series = series;
    this.lots = new Lots(spec.amountStep);
    this.priceStep = new PriceStep(spec.priceStep);
    this.commission = new Commission(commission);
    this.financing = financingOf(commission, shortCash);
    this.position = new Position(this.lots);
    this.plain = this.financing.plain;
    this.carries = this.financing.marked || this.financing.interest > 0;
  }

  /** Part of the portfolio's value that the position is at the last close, besides the cash, quote currency. */
  get worth(): number {
    const { position, series } = this;
    if (this.plain) return position.size * series.close;
    return this.financing.worth(position.size, position.price, series.close);
  }

  /** What a fill of `order` costs: the rate, and with the first fills what the order's minimum asks for on top. */
  charge(order: Order, units: number, price: number, maker: boolean): number {
    const { commission } = this;
    const cost = commission.cost(units, price, maker);
    if (commission.minimum === 0) return cost;
    const before = Math.max(order.plainFees, order.plainFees === 0 ? 0 : commission.minimum);
    order.plainFees += cost;
    return Math.max(order.plainFees, commission.minimum) - before;
  }
}
