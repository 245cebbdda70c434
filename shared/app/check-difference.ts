import type { FillRow, LogRow, OrderRow, TradeRow } from "../engine/run-events.ts";
import type { RunWitness } from "./check-witness.ts";

/** Where two runs that should be the same part. */
export interface Difference {
  /** Clock of the cycle, ms UTC. */
  readonly time: number;
  /** What differs there, in words. */
  readonly what: string;
}

/**
 * The first difference up to `until` (clock of a cycle, ms UTC, inclusive), or null. Of differences in one cycle that of
 * an indicator comes first, as it may be the cause of the others, then orders, fills, trades, the account and logs.
 */
export function firstDifference(expected: RunWitness, found: RunWitness, until: number): Difference | null {
  const candidates = [
    differingIndicator(expected, found, until),
    differingFailure(expected, found, until),
    differingRow(expected.orders, found.orders, until, ({ time }) => time, orderInWords),
    differingRow(expected.fills, found.fills, until, ({ time }) => time, fillInWords),
    differingRow(expected.trades, found.trades, until, ({ closeTime }) => closeTime, tradeInWords),
    differingAccount(expected, found, until),
    differingRow(expected.logs, found.logs, until, ({ time }) => time, logInWords),
  ];
  let first: Difference | null = null;
  for (const each of candidates) if (each !== null && (first === null || each.time < first.time)) first = each;
  return first;
}

function differingIndicator(expected: RunWitness, found: RunWitness, until: number): Difference | null {
  const { time, values } = expected.indicators;
  for (let i = 0; i < time.length && time[i]! <= until; i++) {
    if (found.indicators.time[i] !== time[i]) {
      if (found.failure !== null && found.failure.time <= time[i]!) return null;
      return { time: time[i]!, what: "the strategy was not called at this bar, or one bar too often before" };
    }
    for (const [name, column] of values) {
      const other = found.indicators.values.get(name)?.[i];
      if (!Object.is(other, column[i])) {
        return { time: time[i]!, what: `indicator ${name} is ${column[i]}, and then ${other ?? "missing"}` };
      }
    }
  }
  return null;
}

function differingFailure({ failure: a }: RunWitness, { failure: b }: RunWitness, until: number): Difference | null {
  if (b !== null && b.time <= until && a?.message !== b.message)
    return { time: b.time, what: `then it fails: ${b.message}` };
  if (a !== null && a.time <= until && b === null) return { time: a.time, what: `then it does not fail: ${a.message}` };
  return null;
}

function differingAccount(
  { cycles: a }: RunWitness,
  { cycles: b, failure }: RunWitness,
  until: number,
): Difference | null {
  for (let i = 0; i < a.length && a.time[i]! <= until; i++) {
    const time = a.time[i]!;
    if (i >= b.length && failure !== null && failure.time <= time) return null;
    if (b.time[i] !== time) return { time, what: "the account was not valued at this bar, or at another one before" };
    for (const [name, x, y] of [
      ["cash", a.cash, b.cash],
      ["value", a.value, b.value],
      ...a.position.map((column, feed) => [`position in feed ${feed + 1}`, column, b.position[feed]!] as const),
    ] as const) {
      if (!Object.is(x[i], y[i])) return { time, what: `${name} is ${x[i]}, and then ${y[i]}` };
    }
  }
  return null;
}

function differingRow<Row>(
  expected: readonly Row[],
  found: readonly Row[],
  until: number,
  timeOf: (row: Row) => number,
  inWords: (row: Row) => string,
): Difference | null {
  for (let i = 0; i < Math.max(expected.length, found.length); i++) {
    const a = expected[i];
    const b = found[i];
    const time = Math.min(a === undefined ? Infinity : timeOf(a), b === undefined ? Infinity : timeOf(b));
    if (!(time <= until)) return null;
    if (a !== undefined && b !== undefined && sameRow(a, b)) continue;
    const words = (row: Row | undefined): string =>
      row === undefined || timeOf(row) !== time ? "nothing of the kind" : inWords(row);
    return { time, what: `${words(a)}, and then ${words(b)}` };
  }
  return null;
}

/** `seq` counts rows of all kinds: what differs there is told of the kind that it comes from. */
function sameRow<Row>(a: Row, b: Row): boolean {
  const names = Object.keys(a as object).filter((name) => name !== "seq") as (keyof Row)[];
  return names.every((name) => Object.is(a[name], b[name]));
}

function orderInWords({ order, feed, status, execType, size, price }: OrderRow): string {
  return `order ${order} on feed ${feed} (${execType} ${size}${price === null ? "" : ` at ${price}`}) is ${status}`;
}

function fillInWords({ order, feed, size, price }: FillRow): string {
  return `order ${order} on feed ${feed} fills ${size} at ${price}`;
}

function tradeInWords({ trade, feed, size, entryPrice, exitPrice }: TradeRow): string {
  return `trade ${trade} on feed ${feed} (${size} from ${entryPrice} to ${exitPrice}) closes`;
}

function logInWords({ text }: LogRow): string {
  return `it logs '${text}'`;
}
