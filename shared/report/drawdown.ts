/** One fall below a peak. */
export interface Drawdown {
  /** When the peak was, ms UTC. */
  readonly peakTime: number;
  /** When the value was least, ms UTC. */
  readonly troughTime: number;
  /** When the peak was reached again, ms UTC; null if it never was. */
  readonly recoveryTime: number | null;
  /** The fall, as a positive fraction of the peak. */
  readonly depth: number;
}

/** value / highest value so far − 1 at each point: 0 at a peak, negative below it. NaN stays NaN. */
export function underwater(values: Float64Array): Float64Array {
  const result = new Float64Array(values.length);
  let peak = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (value > peak) peak = value;
    result[i] = value / peak - 1;
  }
  return result;
}

/** The `count` deepest drawdowns, deepest first; `time` are the times of `values`, ms UTC. */
export function worstDrawdowns(time: Float64Array, values: Float64Array, count: number): Drawdown[] {
  const found: Drawdown[] = [];
  let peak = 0;
  let trough = 0;
  const note = (recoveryTime: number | null): void => {
    const depth = 1 - values[trough]! / values[peak]!;
    if (depth > 0) found.push({ peakTime: time[peak]!, troughTime: time[trough]!, recoveryTime, depth });
  };
  for (let i = 1; i < values.length; i++) {
    if (values[i]! >= values[peak]!) {
      note(time[i]!);
      peak = i;
      trough = i;
    } else if (values[i]! < values[trough]!) trough = i;
  }
  if (values.length > 0) note(null);
  return found.sort((a, b) => b.depth - a.depth).slice(0, count);
}
