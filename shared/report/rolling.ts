const DAY = 86_400_000;
const YEAR = 365 * DAY;

/** Points in time with a value each. */
export interface Series {
  /** ms UTC. */
  readonly time: Float64Array;
  readonly values: Float64Array;
}

/** The account over a moving window. `time` is the window's end, ms UTC; values are fractions. */
export interface RollingFigures {
  /** Length of the window in points. */
  readonly window: number;
  /** What a point is. */
  readonly unit: "day" | "bar";
  readonly time: Float64Array;
  /** value / value at the window's start − 1. */
  readonly return: Float64Array;
  /** Standard deviation (sample) of the returns from point to point, a year of 365 days. */
  readonly volatility: Float64Array;
}

/** The last value of each UTC day that has one, at that day's start. */
export function dailyValues(time: Float64Array, values: Float64Array): Series {
  const days: number[] = [];
  const last: number[] = [];
  for (let i = 0; i < time.length; i++) {
    const day = Math.floor(time[i]! / DAY) * DAY;
    if (days.at(-1) !== day) {
      days.push(day);
      last.push(values[i]!);
    } else last[last.length - 1] = values[i]!;
  }
  return { time: Float64Array.from(days), values: Float64Array.from(last) };
}

/**
 * Over 30 days where the run has 60 or more, else over a tenth of its bars (at least 10). Null under 20 bars, where
 * no window would say anything.
 */
export function rollingFigures(time: Float64Array, values: Float64Array): RollingFigures | null {
  const daily = dailyValues(time, values);
  if (daily.values.length >= 60) return roll(daily, 30, "day", 365);
  if (values.length < 20) return null;
  const barLength = (time.at(-1)! - time[0]!) / (time.length - 1);
  return roll({ time, values }, Math.max(10, Math.floor(values.length / 10)), "bar", YEAR / barLength);
}

function roll(series: Series, window: number, unit: "day" | "bar", pointsPerYear: number): RollingFigures {
  const { time, values } = series;
  const length = values.length - window;
  const returns = new Float64Array(length);
  const volatility = new Float64Array(length);
  let sum = 0;
  let squares = 0;
  for (let i = 1; i < values.length; i++) {
    const step = values[i]! / values[i - 1]! - 1;
    sum += step;
    squares += step * step;
    if (i > window) {
      const gone = values[i - window]! / values[i - window - 1]! - 1;
      sum -= gone;
      squares -= gone * gone;
    }
    if (i < window) continue;
    returns[i - window] = values[i]! / values[i - window]! - 1;
    const variance = (squares - (sum * sum) / window) / (window - 1);
    volatility[i - window] = Math.sqrt(Math.max(0, variance) * pointsPerYear);
  }
  return { window, unit, time: time.subarray(window), return: returns, volatility };
}
