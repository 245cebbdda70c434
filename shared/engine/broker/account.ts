import type { InstrumentSpec } from "#shared/market/instrument.ts";
import type { Series } from "../feeds/series.ts";
import { type Commission, PercentCommission } from "./commission.ts";
import { Lots } from "./lots.ts";
import { Position } from "./position.ts";
import { RoundTrip } from "./round-trip.ts";

/** All that the broker keeps and knows of one feed. */
export class Account {
  readonly name: string;
  readonly index: number;
  readonly spec: InstrumentSpec;
  readonly series: Series;
  readonly lots: Lots;
  readonly commission: Commission;
  readonly position: Position;
  readonly roundTrip = new RoundTrip();

  /** @param fee fraction of the traded value; null for the instrument's taker fee */
  constructor(name: string, index: number, spec: InstrumentSpec, series: Series, fee: number | null) {
    this.name = name;
    this.index = index;
    this.spec = spec;
    this.series = series;
    this.lots = new Lots(spec.amountStep);
    this.commission = new PercentCommission(fee ?? spec.takerFee);
    this.position = new Position(this.lots);
  }
}
