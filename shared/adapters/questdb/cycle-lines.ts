import type { CycleColumns } from "#shared/engine/run-events.ts";
import { doubleName, LineBuffer, type Lines, linePrefix, microseconds } from "./line-buffer.ts";
import type { RunKey } from "./result-tables.ts";

const ROWS = 20_000;
const CASH = doubleName("cash");
const VALUE = doubleName("value");
const POSITION = doubleName("position");

/** Bits of the column `infinite`: its first value, and for the second shifted by two. */
const PLUS = 1;
const MINUS = 2;
const SECOND = 2;

function infinity(value: number): number {
  return value === Number.POSITIVE_INFINITY ? PLUS : value === Number.NEGATIVE_INFINITY ? MINUS : 0;
}

/** A stored value, the first or second of its row, as it was written: the server keeps an infinity as null. */
export function storedValue(value: number, infinite: number, place: 0 | 1): number {
  const bits = Number.isNaN(infinite) ? 0 : infinite >> (place * SECOND);
  if ((bits & PLUS) !== 0) return Number.POSITIVE_INFINITY;
  return (bits & MINUS) !== 0 ? Number.NEGATIVE_INFINITY : value;
}

/** The account after each cycle, in line protocol. */
export function metricLines({ run, generation }: RunKey, firstCycle: number, cycles: CycleColumns): Generator<Lines> {
  const prefix = linePrefix("portfolio_metrics", { run });
  return batches(cycles.length, (lines, i) => {
    const [cash, value] = [cycles.cash[i]!, cycles.value[i]!];
    lines.start(prefix);
    lines.ascii(`generation=${generation}i,cycle=${firstCycle + i}i`);
    lines.double(CASH, cash);
    lines.double(VALUE, value);
    endLine(lines, infinity(cash) | (infinity(value) << SECOND), cycles.time[i]!);
  });
}

/** The position of one feed after each cycle, in line protocol. */
export function positionLines(
  { run, generation }: RunKey,
  firstCycle: number,
  cycles: CycleColumns,
  feed: number,
): Generator<Lines> {
  const prefix = linePrefix("portfolio_positions", { run });
  const positions = cycles.position[feed]!;
  return batches(cycles.length, (lines, i) => {
    lines.start(prefix);
    lines.ascii(`generation=${generation}i,feed=${feed}i,cycle=${firstCycle + i}i`);
    lines.double(POSITION, positions[i]!);
    endLine(lines, infinity(positions[i]!), cycles.time[i]!);
  });
}

function endLine(lines: LineBuffer, infinite: number, time: number): void {
  lines.ascii(`${infinite === 0 ? "" : `,infinite=${infinite}i`} ${microseconds(time)}\n`);
  lines.end();
}

function* batches(rows: number, add: (lines: LineBuffer, row: number) => void): Generator<Lines> {
  const lines = new LineBuffer();
  for (let at = 0; at < rows; at += ROWS) {
    const end = Math.min(rows, at + ROWS);
    for (let row = at; row < end; row++) add(lines, row);
    yield lines.take();
  }
}
