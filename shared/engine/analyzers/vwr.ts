import { exponential } from "#shared/market/exponential.ts";
import { power } from "#shared/market/logarithm.ts";
import type { RunEvents } from "../run-events.ts";
import type { SnapshotReader, SnapshotWriter } from "../snapshot.ts";
import type { AnalyzedRun, Analyzer } from "./analyzer.ts";
import { Moments } from "./moments.ts";
import { NumberList } from "./number-list.ts";
import { Period } from "./period.ts";
import { Returns, type ReturnsOptions } from "./returns.ts";

export interface VwrOptions extends ReturnsOptions {
  /** Exponent of the deviation; 0.2 if absent. */
  readonly tau?: number;
  /** Deviation that leaves nothing of the return, a fraction; 2 if absent. */
  readonly sdevMax?: number;
}

export interface VwrResult {
  /** Percent a year; NaN with less than two differences. */
  readonly vwr: number;
}

/**
 * Variability-weighted return (crystalbull.com): rnorm100 × (1 − (s ÷ sdevMax)^tau), s being the sample deviation of the
 * values' differences from steady growth. As backtrader computes it: values are taken at the first bar of each period and
 * at the end, and the i-th one is compared with the one before it grown i-fold.
 */
export class VWR implements Analyzer<VwrResult> {
  private readonly returns: Returns;
  private readonly period: Period;
  private readonly tau: number;
  private readonly sdevMax: number;
  private readonly noted = new NumberList();
  private key = Number.NEGATIVE_INFINITY;
  private last: number;
  /** Bars since the one that began the period. */
  private later = 0;

  constructor(run: AnalyzedRun, options: VwrOptions = {}) {
    const { tau = 0.2, sdevMax = 2 } = options;
    this.returns = new Returns(run, options);
    this.period = new Period(options, run.timeframe);
    this.tau = tau;
    this.sdevMax = sdevMax;
    this.last = run.cash;
    this.noted.add(run.cash);
  }

  step(events: RunEvents): void {
    this.returns.step(events);
    const { length, time, value } = events.cycles;
    for (let i = 0; i < length; i++) {
      const key = this.period.key(time[i]!);
      this.last = value[i]!;
      this.later++;
      if (key > this.key) {
        this.key = key;
        this.noted.add(this.last);
        this.later = 0;
      }
    }
  }

  result(): VwrResult {
    const { ravg, rnorm100 } = this.returns.result();
    const differences = new Moments();
    const count = this.noted.length + (this.later > 0 ? 1 : 0);
    for (let i = 1; i < count; i++) {
      const end = i < this.noted.length ? this.noted.at(i) : this.last;
      differences.add(end / (this.noted.at(i - 1) * exponential(ravg * i)) - 1);
    }
    const deviation = differences.deviation(true);
    return { vwr: rnorm100 * (1 - power(deviation / this.sdevMax, this.tau)) };
  }

  save(writer: SnapshotWriter): void {
    this.returns.save(writer);
    this.noted.save(writer);
    writer.number(this.key);
    writer.number(this.last);
    writer.number(this.later);
  }

  load(reader: SnapshotReader): void {
    this.returns.load(reader);
    this.noted.load(reader);
    this.key = reader.number();
    this.last = reader.number();
    this.later = reader.number();
  }
}
