import type { Listener } from "./broker/notices.ts";
import type { OrderEvent } from "./broker/order.ts";
import type { TradeEvent } from "./broker/round-trip.ts";
import type { Series } from "./feeds/series.ts";
import type { SnapshotReader, SnapshotWriter } from "./snapshot.ts";
import { type AnyStrategy, StrategyBase } from "./strategy.ts";
import type { Hook } from "./strategy-error.ts";
import { refuseThenable } from "./strategy-instance.ts";

/** Nothing but prenext was called; nextstart was, and may be again; next is called from now on. */
const EARLY = 0;
const STARTED = 1;
const RUNNING = 2;

/** Calls a strategy's hooks: which of prenext, nextstart and next a cycle is for, and what is being called. */
export class StrategyCaller implements Listener {
  /** What was called last. */
  hook: Hook = "next";
  private phase = EARLY;
  private readonly strategy: AnyStrategy;
  private readonly series: readonly Series[];
  private readonly minPeriods: readonly number[];

  /** @param series those of the strategy's feeds, after construction */
  constructor(strategy: AnyStrategy, series: readonly Series[]) {
    this.strategy = strategy;
    this.series = series;
    this.minPeriods = series.map(({ minPeriod }) => minPeriod);
  }

  /** The one call that each cycle makes. */
  turn(): void {
    const result: unknown = this.phase === RUNNING ? this.callNext() : this.callEarly(this.strategy);
    if (result !== undefined) refuseThenable(result);
  }

  private callNext(): unknown {
    this.hook = "next";
    return this.strategy.next();
  }

  /** Until every minimum period is exceeded: prenext, then nextstart on each cycle at the exact minimum. */
  private callEarly(strategy: AnyStrategy): unknown {
    const missing = this.missingBars();
    if (missing > 0) {
      this.hook = "prenext";
      return strategy.prenext();
    }
    const started = this.phase === STARTED;
    this.phase = missing < 0 ? RUNNING : STARTED;
    const overridden = strategy.nextstart !== StrategyBase.prototype.nextstart;
    if ((missing < 0 && started) || !overridden) return this.callNext();
    this.hook = "nextstart";
    return strategy.nextstart();
  }

  /** Bars that the feed furthest behind still needs; 0 on the cycles of its last one, below 0 after. */
  private missingBars(): number {
    let missing = Number.NEGATIVE_INFINITY;
    for (let i = 0; i < this.series.length; i++) {
      missing = Math.max(missing, this.minPeriods[i]! - this.series[i]!.taken);
    }
    return missing;
  }

  /** A cycle before trading starts. */
  warmUp(): void {
    this.hook = "prenext";
    const result: unknown = this.strategy.prenext();
    if (result !== undefined) refuseThenable(result);
  }

  /** Before the bars of a cycle are traded. */
  open(): void {
    const early = this.phase === EARLY;
    this.hook = early ? "prenextOpen" : "nextOpen";
    const result: unknown = early ? this.strategy.prenextOpen() : this.strategy.nextOpen();
    if (result !== undefined) refuseThenable(result);
  }

  /** @param time ms UTC */
  ring(time: number): void {
    this.hook = "notifyTimer";
    const result: unknown = this.strategy.notifyTimer(time);
    if (result !== undefined) refuseThenable(result);
  }

  heardOrder(event: OrderEvent): void {
    this.hook = "notifyOrder";
    const result: unknown = this.strategy.notifyOrder(event);
    if (result !== undefined) refuseThenable(result);
  }

  heardTrade(event: TradeEvent): void {
    this.hook = "notifyTrade";
    const result: unknown = this.strategy.notifyTrade(event);
    if (result !== undefined) refuseThenable(result);
  }

  save(writer: SnapshotWriter): void {
    writer.number(this.phase);
  }

  restore(reader: SnapshotReader): void {
    this.phase = reader.number();
  }
}
