import type { CommissionSettings } from "#shared/engine/broker/commission.ts";
import type { BrokerSettings } from "#shared/engine/run-definition.ts";
import type { ExecType } from "#shared/engine/run-events.ts";
import type { SizerSettings } from "#shared/engine/sizers/sizer.ts";
import type { Timeframe } from "#shared/market/timeframe.ts";

/** Candles of a feed, a column each. `ts` is the last millisecond of a bar, UTC; the rest is in quote or base units. */
export interface CaseBars {
  readonly ts: readonly number[];
  readonly open: readonly number[];
  readonly high: readonly number[];
  readonly low: readonly number[];
  readonly close: readonly number[];
  readonly volume: readonly number[];
}

export interface CaseFeed {
  readonly name: string;
  readonly timeframe: Timeframe;
  /** Every size is a multiple of it, base units. */
  readonly lot: number;
  readonly commission: CommissionSettings;
  /** Absent where the feed is made from another one. */
  readonly bars?: CaseBars;
  /** Name of the feed that this one is made from. */
  readonly resampleOf?: string;
}

/** The simulated broker, in the engine's own words where the format shares them. */
export type CaseBroker = Pick<
  BrokerSettings,
  "cash" | "shortCash" | "cheatOnOpen" | "cheatOnClose" | "slippage" | "filler"
>;

/** One step of a script: an order, a cancel or a target. */
export interface CaseAction {
  /** Number of the cycle, from 1. */
  readonly bar: number;
  readonly op: string;
  readonly when?: "open";
  readonly label?: string;
  readonly feed?: string;
  readonly size?: number;
  readonly execType?: ExecType;
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

export interface CaseStrategySpec {
  readonly kind: "script" | "rule";
  readonly actions?: readonly CaseAction[];
  readonly sizer?: SizerSettings;
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
