import { InputError } from "#shared/market/input-error.ts";
import { type Interval, joinIntervals } from "#shared/market/interval.ts";
import type { Arguments, OptionSpec } from "./command.ts";
import { formatTime } from "./table.ts";

/** Options for a span of time. */
export const SPAN_OPTIONS: Readonly<Record<string, OptionSpec>> = {
  from: { value: "TIME", help: "from here on, inclusive: 2024-08-08, 2024-08-08T12:30:00Z or ms; UTC" },
  to: { value: "TIME", help: "up to here, exclusive" },
};

/** The span between --from and --to; everything where they are absent. Throws InputError. */
export function spanOf(args: Arguments): Interval {
  const from = args.time("from");
  const to = args.time("to");
  if (from !== null && to !== null && from >= to) {
    throw new InputError(
      "usage",
      `--from ${new Date(from).toISOString()} is not before --to ${new Date(to).toISOString()}: swap them, or widen the span`,
    );
  }
  return { from: from ?? 0, to: to ?? LAST_TIME };
}

/** What is held, in words: `from 2024-08-08 00:00:00 to 2024-08-09 00:00:00 UTC`. */
export function heldSpans(held: readonly Interval[]): string {
  const spans = joinIntervals(held).map(({ from, to }) => `from ${formatTime(from)} to ${formatTime(to)}`);
  return `${spans.join(" and ")} UTC`;
}

/** The last time that a date can hold. */
export const LAST_TIME = 8.64e15;
