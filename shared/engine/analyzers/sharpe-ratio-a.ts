import type { AnalyzedRun } from "./analyzer.ts";
import { type SharpeOptions, SharpeRatio } from "./sharpe-ratio.ts";

/** The annualised Sharpe ratio: `SharpeRatio` with `annualize`. */
export class SharpeRatioA extends SharpeRatio {
  constructor(run: AnalyzedRun, options: Omit<SharpeOptions, "annualize"> = {}) {
    super(run, { ...options, annualize: true });
  }
}
