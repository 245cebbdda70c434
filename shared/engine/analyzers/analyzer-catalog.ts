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

type Kinds = Readonly<Record<string, "number" | "boolean" | "string">>;

const PERIOD: Kinds = { timeframe: "string", compression: "number" };
const RETURNS: Kinds = { ...PERIOD, tann: "number" };
const SHARPE: Kinds = {
  ...PERIOD,
  riskFreeRate: "number",
  factor: "number",
  convertRate: "boolean",
  stddevSample: "boolean",
};

/** Options of those analyzers that have any. */
const OPTIONS: Readonly<Record<string, Kinds>> = {
  Calmar: { ...PERIOD, period: "number" },
  LogReturnsRolling: PERIOD,
  PeriodStats: { ...PERIOD, zeroIsPos: "boolean" },
  PositionsValue: { cash: "boolean" },
  Returns: RETURNS,
  SharpeRatio: { ...SHARPE, annualize: "boolean" },
  SharpeRatio_A: SHARPE,
  TimeDrawDown: PERIOD,
  TimeReturn: PERIOD,
  VWR: { ...RETURNS, tau: "number", sdevMax: "number" },
};

/** Makes the analyzer of that name. Throws InputError for one that does not exist, or options that it does not have. */
export function makeAnalyzer(name: string, run: AnalyzedRun, options: Options): Analyzer<object> {
  const maker = Object.hasOwn(ANALYZERS, name) ? ANALYZERS[name] : undefined;
  if (maker === undefined) {
    throw new InputError("usage", `there is no analyzer '${name}': use one of ${Object.keys(ANALYZERS).join(" ")}`);
  }
  checkOptions(name, options, OPTIONS[name] ?? {});
  return new maker(run, options);
}

function checkOptions(name: string, options: Options, kinds: Kinds): void {
  for (const [option, value] of Object.entries(options)) {
    const kind = Object.hasOwn(kinds, option) ? kinds[option] : undefined;
    if (kind === undefined) {
      const known = Object.keys(kinds);
      throw new InputError(
        "usage",
        `analyzer ${name} has no option '${option}': it has ${known.length === 0 ? "none" : known.join(" ")}`,
      );
    }
    if (typeof value !== kind) {
      const article = kind === "number" ? "a number" : kind === "boolean" ? "true or false" : "a word in quotes";
      throw new InputError("usage", `${option} of analyzer ${name} is ${JSON.stringify(value)}: give ${article}`);
    }
  }
}
