const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** Share of trading at each UTC hour's start, mean 1: quiet in the Asian night, busiest when New York opens. */
const HOURS = [
  1.05, 0.98, 0.86, 0.75, 0.66, 0.64, 0.7, 0.82, 0.93, 0.95, 0.92, 0.95, 1.08, 1.36, 1.62, 1.55, 1.38, 1.2, 1.08, 1.02,
  0.95, 0.88, 0.82, 0.85,
];
const WEEKDAY = 1.08;
const WEEKEND = 0.8;

/** How busy a market usually is at `ts` (ms UTC), mean 1 over a week. */
export function usualActivity(ts: number): number {
  const hours = (ts % DAY) / HOUR;
  const hour = Math.floor(hours);
  const now = HOURS[hour]!;
  const next = HOURS[(hour + 1) % 24]!;
  // Day 0 of the epoch was a Thursday.
  const weekday = (Math.floor(ts / DAY) + 4) % 7;
  return (now + (next - now) * (hours - hour)) * (weekday === 0 || weekday === 6 ? WEEKEND : WEEKDAY);
}
