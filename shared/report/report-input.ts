import type { CycleColumns, FillRow, LogRow, OrderRow, TradeRow } from "../engine/run-events.ts";
import type { TearSheet } from "../engine/tear-sheet.ts";
import type { CandleChoice, CandleColumns } from "../market/candle.ts";
import type { Feed, InstrumentSpec } from "../market/instrument.ts";
import type { Interval } from "../market/interval.ts";

/** All that a report shows. Everything in it is data: any text may hold any character. */
export interface ReportInput {
  readonly run: ReportedRun;
  /** Of the first feed's instrument. */
  readonly spec: InstrumentSpec;
  /** Of the first feed. */
  readonly candles: CandleColumns;
  /** Lines to draw over the candles by name, each as long as `candles`; NaN where a line has no value yet. */
  readonly indicators: ReadonlyMap<string, Float64Array>;
  readonly results: ReportedResults;
  /** Null where the run did not come to an end. */
  readonly figures: TearSheet | null;
  readonly quality: DataQuality;
  /** The same run under other costs, or null where nobody asked for it. */
  readonly costBand: readonly CostBandRow[] | null;
  readonly assets: ReportAssets;
}

/** What ran. Times in ms UTC. */
export interface ReportedRun {
  readonly strategy: string;
  readonly run: string;
  readonly kind: "backtest" | "sweep" | "paper" | "replay";
  readonly status: "running" | "stopped" | "finished" | "failed";
  /** Why it failed; null otherwise. */
  readonly error: string | null;
  /** sha256 of everything that decides the result, hex. */
  readonly identity: string;
  /** sha256 of the result, hex; null until finished. */
  readonly resultHash: string | null;
  readonly params: Readonly<Record<string, number | string | boolean>>;
  /** In order; events name feeds by their `name`. */
  readonly feeds: readonly Feed[];
  readonly candleChoice: CandleChoice;
  /** `from` inclusive, `to` exclusive. */
  readonly period: Interval;
  readonly broker: BrokerSettings;
  readonly created: number;
}

export interface BrokerSettings {
  /** At the start, quote currency. */
  readonly cash: number;
  /** Fraction of the traded value. */
  readonly takerFee: number;
  /** Fraction of the traded value. */
  readonly makerFee: number;
  /** Fraction of the price by which market orders fill worse. */
  readonly slippage: number;
}

/** As a result store reads them: all that the run did, in order. */
export interface ReportedResults {
  readonly cycles: CycleColumns;
  readonly orders: readonly OrderRow[];
  readonly fills: readonly FillRow[];
  readonly trades: readonly TradeRow[];
  readonly logs: readonly LogRow[];
}

/** What a window of a feed can be; `empty` is a window proven to be without trades. */
export type WindowQuality = "proven" | "reconciled" | "unknown" | "gap" | "empty";

/** How well the candles of the first feed are known. */
export interface DataQuality {
  /** Windows of the period by quality; each window is counted once. */
  readonly counts: Readonly<Record<WindowQuality, number>>;
  /** The longest stretches of gaps and unknown candles, worst first. */
  readonly worst: readonly QualityStretch[];
}

/** Consecutive windows of one quality. */
export interface QualityStretch extends Interval {
  readonly quality: WindowQuality;
  readonly windows: number;
  /** In words, where one is known. */
  readonly reason: string | null;
}

/** One run of the same strategy over the same candles with other costs. */
export interface CostBandRow {
  /** Such as `pessimistic`. */
  readonly label: string;
  /** Fraction of the traded value. */
  readonly fee: number;
  /** Fraction of the price. */
  readonly slippage: number;
  readonly finalValue: number;
  readonly totalReturn: number;
  readonly maxDrawdown: number;
  readonly sharpe: number | null;
  readonly trades: number;
}

/** Scripts and styles that are put into the page, so that it needs no network. */
export interface ReportAssets {
  /** Defines `LightweightCharts`. */
  readonly lightweightCharts: string;
  /** Defines `uPlot`. */
  readonly uPlot: string;
  readonly uPlotStyle: string;
  /** Draws what `PageData` holds. */
  readonly pageScript: string;
  /** Notices that the licences of the chart libraries ask for. */
  readonly licences: readonly { readonly name: string; readonly text: string }[];
}
