import { normalProbability, normalQuantile } from "./sweep-normal-distribution.ts";

/** Euler–Mascheroni constant. */
const EULER = 0.5772156649015329;
const DAYS_A_YEAR = 365;

/** How much of the best Sharpe ratio of a sweep is more than the luck of having tried many sets. */
export interface DeflatedSharpe {
  /** How many sets were tried. */
  readonly trials: number;
  /** Annualised Sharpe ratio that the best of as many sets without any skill is expected to show. */
  readonly expectedByLuck: number;
  /** Probability that the true Sharpe ratio is above that: below 0.95, the best set may well be luck. */
  readonly probability: number;
}

/**
 * The deflated Sharpe ratio of Bailey & López de Prado, "The Deflated Sharpe Ratio: Correcting for Selection Bias,
 * Backtest Overfitting, and Non-Normality", Journal of Portfolio Management 40(5), 2014. With per-day ratios:
 *
 *     SR₀ = √V · ((1 − γ) Φ⁻¹(1 − 1/N) + γ Φ⁻¹(1 − 1/(N·e)))
 *     DSR = Φ((SR − SR₀) √(T − 1) / √(1 − γ₃ SR + (γ₄ − 1)/4 · SR²))
 *
 * where V is the variance of the N sets' ratios, γ the Euler–Mascheroni constant, and SR, γ₃, γ₄, T the ratio, skewness,
 * kurtosis and number of the chosen set's daily returns. Sets of one sweep resemble each other, so that N overstates
 * how many were independent: the figure is on the careful side. Null where the returns or the sets say nothing.
 *
 * @param returns daily returns of the chosen set, fractions
 * @param sharpes annualised Sharpe ratios (365 days) of all sets, the chosen one included
 */
export function deflatedSharpe(returns: Float64Array, sharpes: readonly number[]): DeflatedSharpe | null {
  const trials = sharpes.length;
  const days = returns.length;
  const moments = momentsOf(returns);
  if (trials < 2 || days < 3 || moments === null) return null;
  const year = Math.sqrt(DAYS_A_YEAR);
  const mean = sharpes.reduce((sum, sharpe) => sum + sharpe, 0) / trials;
  const variance = sharpes.reduce((sum, sharpe) => sum + (sharpe - mean) * (sharpe - mean), 0) / (trials - 1);
  const deviation = Math.sqrt(variance) / year;
  const expected =
    deviation * ((1 - EULER) * normalQuantile(1 - 1 / trials) + EULER * normalQuantile(1 - 1 / (trials * Math.E)));
  const { sharpe, skewness, kurtosis } = moments;
  const spread = 1 - skewness * sharpe + ((kurtosis - 1) / 4) * sharpe * sharpe;
  if (!(spread > 0)) return null;
  const probability = normalProbability(((sharpe - expected) * Math.sqrt(days - 1)) / Math.sqrt(spread));
  return { trials, expectedByLuck: expected * year, probability };
}

interface Moments {
  /** Per day. */
  readonly sharpe: number;
  readonly skewness: number;
  /** 3 for a normal distribution. */
  readonly kurtosis: number;
}

function momentsOf(returns: Float64Array): Moments | null {
  const count = returns.length;
  let mean = 0;
  for (const value of returns) mean += value / count;
  let second = 0;
  let third = 0;
  let fourth = 0;
  for (const value of returns) {
    const distance = value - mean;
    const square = distance * distance;
    second += square / count;
    third += (square * distance) / count;
    fourth += (square * square) / count;
  }
  if (!(second > 0)) return null;
  return {
    sharpe: mean / Math.sqrt((second * count) / (count - 1)),
    skewness: third / (second * Math.sqrt(second)),
    kurtosis: fourth / (second * second),
  };
}
