import { InputError } from "#shared/market/input-error.ts";
import type { AnalyzedRun, Analyzer } from "./analyzer.ts";
import { AnnualReturn } from "./annual-return.ts";
import { Calmar } from "./calmar.ts";
import { DrawDown } from "./draw-down.ts";
import { GrossLeverage } from "./gross-leverage.ts";
import { LogReturnsRolling } from "./log-returns-rolling.ts";
import { PeriodStats } from "./period-stats.ts";
import { PositionsValue } from "./positions-value.ts";
import { Returns } from "./returns.ts";
import { SharpeRatio } from "./sharpe-ratio.ts";
import { SharpeRatioA } from "./sharpe-ratio-a.ts";
import { SQN } from "./sqn.ts";
import { TimeDrawDown } from "./time-draw-down.ts";
import { TimeReturn } from "./time-return.ts";
import { TradeAnalyzer } from "./trade-analyzer.ts";
import { Transactions } from "./transactions.ts";
import { VWR } from "./vwr.ts";

type Options = Readonly<Record<string, unknown>>;
type Maker = new (run: AnalyzedRun, options: Options) => Analyzer<object>;

/** Analyzers under backtrader's class names. */
export const ANALYZERS: Readonly<Record<string, Maker>> = {
  AnnualReturn,
  Calmar,
  DrawDown,
  GrossLeverage,
  LogReturnsRolling,
  PeriodStats,
  PositionsValue,
  Returns,
  SharpeRatio,
  SharpeRatio_A: SharpeRatioA,
  SQN,
  TimeDrawDown,
  TimeReturn,
  TradeAnalyzer,
  Transactions,
  VWR,
};

/** Makes the analyzer of that name. Throws InputError for one that does not exist. */
export function makeAnalyzer(name: string, run: AnalyzedRun, options: Options): Analyzer<object> {
  const maker = Object.hasOwn(ANALYZERS, name) ? ANALYZERS[name] : undefined;
  if (maker === undefined) {
    throw new InputError("usage", `there is no analyzer '${name}': use one of ${Object.keys(ANALYZERS).join(" ")}`);
  }
  return new maker(run, options);
}
