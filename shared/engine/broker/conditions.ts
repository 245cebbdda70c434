import type { SnapshotReader, SnapshotWriter } from "../snapshot.ts";

/** What an order waits for when it is made. Prices in quote currency, times in ms UTC; NaN where it has no such price. */
interface ConditionTerms {
  /** Limit or stop price, for a trailing stop where it starts. */
  readonly price: number;
  readonly stop: number;
  readonly limit: number;
  /** What the limit of a trailing stop-limit stays below its stop. */
  readonly limitOffset: number;
  /** Distance of a trailing stop, or as a fraction of the close; 0 where it has none. */
  readonly trailAmount: number;
  readonly trailPercent: number;
  /** Price at which a market order that cheats on close fills. */
  readonly cheatPrice: number;
  /** Last ms at which it lives, inclusive; Infinity for one without end. */
  readonly valid: number;
  /** From when on a Close order fills: the last ms of a UTC day. */
  readonly sessionEnd: number;
}

/** What an order waits for, and how far that has come. */
export class Conditions implements ConditionTerms {
  readonly price: number;
  readonly limitOffset: number;
  readonly trailAmount: number;
  readonly trailPercent: number;
  readonly cheatPrice: number;
  readonly valid: number;
  readonly sessionEnd: number;
  /** As they are now: a trailing stop moves them. */
  stop: number;
  limit: number;
  /** Whether the stop of a stop-limit was reached. */
  triggered = false;
  /** Whether it has lain in the book as a limit order. */
  rested = false;
  /** A Close order's close of the last bar before the session's end, else NaN. */
  sessionClose = Number.NaN;

  constructor(terms: ConditionTerms) {
    this.price = terms.price;
    this.limitOffset = terms.limitOffset;
    this.trailAmount = terms.trailAmount;
    this.trailPercent = terms.trailPercent;
    this.cheatPrice = terms.cheatPrice;
    this.valid = terms.valid;
    this.sessionEnd = terms.sessionEnd;
    this.stop = terms.stop;
    this.limit = terms.limit;
  }

  get trails(): boolean {
    return this.trailAmount + this.trailPercent > 0;
  }

  save(writer: SnapshotWriter): void {
    for (const name of TERMS) writer.number(this[name]);
    writer.boolean(this.triggered);
    writer.boolean(this.rested);
    writer.number(this.sessionClose);
  }

  static read(reader: SnapshotReader): Conditions {
    const terms = {} as Record<keyof ConditionTerms, number>;
    for (const name of TERMS) terms[name] = reader.number();
    const conditions = new Conditions(terms);
    conditions.triggered = reader.boolean();
    conditions.rested = reader.boolean();
    conditions.sessionClose = reader.number();
    return conditions;
  }
}

/** Fields in the order in which snapshots hold them. */
const TERMS = [
  "price",
  "stop",
  "limit",
  "limitOffset",
  "trailAmount",
  "trailPercent",
  "cheatPrice",
  "valid",
  "sessionEnd",
] as const;
