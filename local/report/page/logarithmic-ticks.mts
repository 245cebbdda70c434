/**
 * Round values between `min` and `max` for a logarithmic axis: even steps within a decade, else 1, 2, 5 of each. None
 * where there is no positive span.
 */
export function logarithmicTicks(min: number, max: number): number[] {
  const ticks: number[] = [];
  if (!(min > 0 && max > min)) return ticks;
  if (max / min < 10) {
    const step = roundUp((max - min) / 5);
    for (let count = Math.ceil(min / step); count * step <= max; count++) ticks.push(count * step);
    return ticks;
  }
  for (let decade = 10 ** Math.floor(Math.log10(min)); decade <= max; decade *= 10) {
    ticks.push(...[decade, 2 * decade, 5 * decade].filter((tick) => tick >= min && tick <= max));
  }
  return ticks;
}

/** The least of 1, 2, 5 times a power of ten that is not less than `value`. */
function roundUp(value: number): number {
  const decade = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 5, 10].map((factor) => factor * decade).find((step) => step >= value) ?? 10 * decade;
}
