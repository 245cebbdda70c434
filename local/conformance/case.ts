/** Candles of a feed, a column each. `ts` is the last millisecond of a bar, UTC; the rest is in quote or base units. */
export interface CaseBars {
  readonly ts: readonly number[];
  readonly open: readonly number[];
  readonly high: readonly number[];
  readonly low: readonly number[];
  readonly close: readonly number[];
  readonly volume: readonly number[];
}

/** What trading a feed costs, as the README of the cases describes it. */
export interface CaseCommission {
  readonly type: "percent" | "fixed" | "futures" | "futuresPercent";
  readonly rate?: number;
  readonly amount?: number;
  readonly margin?: number;
  readonly mult?: number;
  readonly leverage?: number;
  readonly interest?: number;
  readonly interestLong?: boolean;
}

export interface CaseFeed {
  readonly name: string;
  readonly timeframe: string;
  /** Every size is a multiple of it, base units. */
  readonly lot: number;
  readonly commission: CaseCommission;
  /** Absent where the feed is made from another one. */
  readonly bars?: CaseBars;
  /** Name of the feed that this one is made from. */
  readonly resampleOf?: string;
}

export interface CaseSlippage {
  readonly perc?: number;
  readonly fixed?: number;
  readonly slipOpen: boolean;
  readonly slipMatch: boolean;
  readonly slipLimit: boolean;
  readonly slipOut: boolean;
}

export interface CaseFiller {
  readonly type: "fixedSize" | "fixedBarPerc" | "barPointPerc";
  readonly size?: number;
  readonly perc?: number;
  readonly minMov?: number;
}

export interface CaseBroker {
  readonly cash: number;
  readonly shortCash?: boolean;
  readonly cheatOnOpen?: boolean;
  readonly cheatOnClose?: boolean;
  readonly slippage?: CaseSlippage;
  readonly filler?: CaseFiller;
}

/** One step of a script: an order, a cancel or a target. */
export interface CaseAction {
  /** Number of the cycle, from 1. */
  readonly bar: number;
  readonly op: string;
  readonly when?: "open";
  readonly label?: string;
  readonly feed?: string;
  readonly size?: number;
  readonly execType?: string;
  readonly price?: number;
  readonly priceLimit?: number;
  readonly trailAmount?: number;
  readonly trailPercent?: number;
  /** ms UTC, inclusive. */
  readonly valid?: number;
  readonly oco?: string;
  readonly tradeId?: number;
  /** Label of the order to cancel, or what an order leads to. */
  readonly target?: string | number;
  readonly stopPrice?: number;
  readonly limitPrice?: number;
  readonly stopTrailAmount?: number;
  readonly stopPriceLimit?: number;
  readonly noStop?: boolean;
  readonly noLimit?: boolean;
}

export interface CaseSizer {
  readonly type: string;
  readonly stake?: number;
  readonly percents?: number;
}

export interface CaseStrategySpec {
  readonly kind: "script" | "rule";
  readonly actions?: readonly CaseAction[];
  readonly sizer?: CaseSizer;
  readonly rule?: string;
  readonly params?: Readonly<Record<string, unknown>>;
}

export interface CaseIndicator {
  readonly id: string;
  readonly type: string;
  readonly input: readonly string[];
  readonly params: Readonly<Record<string, unknown>>;
  /** Lines that are not recorded. */
  readonly skipLines?: readonly string[];
}

export interface CaseAnalyzer {
  readonly id: string;
  readonly type: string;
  readonly params: Readonly<Record<string, unknown>>;
}

/** One question: what does a strategy do on these candles with this broker? */
export interface ConformanceCase {
  readonly name: string;
  readonly family: string;
  readonly feeds: readonly CaseFeed[];
  readonly broker: CaseBroker;
  readonly strategy: CaseStrategySpec;
  readonly indicators?: readonly CaseIndicator[];
  readonly analyzers?: readonly CaseAnalyzer[];
  /** What backtrader did; only where the case is kept with its answer. */
  readonly expect?: unknown;
}
