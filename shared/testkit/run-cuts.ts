import { expect } from "vitest";
import { Run } from "#shared/engine/run.ts";
import type { RunDefinition } from "#shared/engine/run-definition.ts";
import type { RunEvents } from "#shared/engine/run-events.ts";
import type { CandleColumns } from "#shared/market/candle.ts";

/** A run and all its candles, a column set a feed. */
export interface PreparedRun {
  readonly definition: RunDefinition;
  readonly columns: readonly CandleColumns[];
}

/** One step of a run in pieces. */
export interface CutStep {
  /** The feed that gets bars, and how many at most. */
  readonly feed: number;
  readonly bars: number;
  /** Whether the feed is also told up to just before its next bar. */
  readonly tell: boolean;
  /** Whether the run is restored into a fresh instance after the step. */
  readonly cut: boolean;
}

/** All that a run did, as text that tells −0 and NaN apart. */
export function describeEvents(events: readonly RunEvents[]): string {
  const text = (value: unknown): string =>
    JSON.stringify(value, (_key, item: unknown) =>
      typeof item === "number" && (Object.is(item, -0) || !Number.isFinite(item))
        ? `#${Object.is(item, -0) ? "-0" : item}`
        : item,
    );
  const cycles = events.flatMap(({ firstCycle, cycles: { length, time, cash, value, position } }) =>
    Array.from({ length }, (_, i) => [
      firstCycle + i,
      time[i],
      cash[i],
      value[i],
      ...position.map((column) => column[i]),
    ]),
  );
  return [
    text(cycles),
    text(events.flatMap((event) => event.orders)),
    text(events.flatMap((event) => event.fills)),
    text(events.flatMap((event) => event.trades)),
    text(events.flatMap((event) => event.logs)),
  ].join("\n");
}

/** A run over all its candles in one go. */
export function runWhole({ definition, columns }: PreparedRun): {
  readonly events: string;
  readonly hash: string;
  readonly end: Uint8Array;
} {
  const run = new Run(definition);
  for (const [feed, candles] of columns.entries()) {
    run.offer(feed, candles, 0, candles.length);
    run.end(feed);
  }
  run.advance();
  const events = describeEvents([run.drain()]);
  return { events, hash: run.resultHash(), end: run.snapshot() };
}

/**
 * Fails unless a run in pieces, kept in memory or restored into fresh instances from snapshots, does what the whole one
 * does, with equal bytes of snapshots at each cut and at the end.
 */
export function expectSameInCuts(prepared: PreparedRun, steps: readonly CutStep[]): void {
  const whole = runWhole(prepared);
  let restarted = new Run(prepared.definition);
  const kept = new Run(prepared.definition);
  const restartedEvents: RunEvents[] = [];
  const keptEvents: RunEvents[] = [];
  const offered = prepared.columns.map(() => 0);
  const take = (step: CutStep): void => {
    offerStep(restarted, prepared, [...offered], step);
    offerStep(kept, prepared, offered, step);
    restartedEvents.push(restarted.drain());
    keptEvents.push(kept.drain());
    if (!step.cut) return;
    const bytes = restarted.snapshot();
    expect(Buffer.compare(bytes, kept.snapshot())).toBe(0);
    restarted = new Run(prepared.definition);
    restarted.restore(bytes);
    expect(Buffer.compare(restarted.snapshot(), bytes)).toBe(0);
  };
  for (const step of steps) take(step);
  for (const feed of offered.keys()) take({ feed, bars: Number.POSITIVE_INFINITY, tell: false, cut: true });
  expect(describeEvents(restartedEvents)).toBe(whole.events);
  expect(describeEvents(keptEvents)).toBe(whole.events);
  expect(restarted.resultHash()).toBe(whole.hash);
  expect(Buffer.compare(restarted.snapshot(), whole.end)).toBe(0);
}

function offerStep(run: Run, { columns }: PreparedRun, offered: number[], { feed, bars, tell }: CutStep): void {
  const candles = columns[feed]!;
  const from = offered[feed]!;
  const to = Math.min(candles.length, from + bars);
  run.offer(feed, candles, from, to);
  offered[feed] = to;
  if (to === candles.length) run.end(feed);
  else if (tell) run.tell(feed, candles.closeTime[to]! - 1);
  // Cycle by cycle, which is another cut.
  if (tell) while (run.next < Number.POSITIVE_INFINITY) run.advance(run.next);
  run.advance();
}
