import { Indicator } from "../engine/indicators/indicator.ts";
import { Run } from "../engine/run.ts";
import type { CycleColumns, FillRow, LogRow, OrderRow, TradeRow } from "../engine/run-events.ts";
import { type AnyStrategy, StrategyBase, type StrategyClass } from "../engine/strategy.ts";
import { StrategyError } from "../engine/strategy-error.ts";
import type { CandleColumns } from "../market/candle.ts";
import { type Rows, RunMemory, takenRows } from "./run-on-columns.ts";
import { definitionOf, type RunPlan } from "./run-plan.ts";

/** Everything that can be seen of a run. */
export interface RunWitness {
  readonly cycles: CycleColumns;
  readonly orders: readonly OrderRow[];
  readonly fills: readonly FillRow[];
  readonly trades: readonly TradeRow[];
  readonly logs: readonly LogRow[];
  /** What the strategy's indicators showed when its hook was called. */
  readonly indicators: IndicatorColumns;
  /** Why the strategy failed, and when (ms UTC); null otherwise. */
  readonly failure: { readonly message: string; readonly time: number } | null;
}

/** Values of indicators by field name, one at each time. */
export interface IndicatorColumns {
  /** Clock of the cycle, ms UTC. */
  readonly time: Float64Array;
  readonly values: ReadonlyMap<string, Float64Array>;
}

/** Which candles a run is given, other than all of them. */
export interface Given {
  readonly columns: readonly CandleColumns[];
  /** Of each feed. */
  readonly rows: readonly Rows[];
}

/** A stretch of a run: what it did, and its state at the end. */
export interface WitnessedLeg {
  readonly witness: RunWitness;
  /** Null after the last leg, and after a failure. */
  readonly snapshot: Uint8Array | null;
}

/** All candles that a plan takes. */
export function allGiven(plan: RunPlan, columns: readonly CandleColumns[]): Given {
  return { columns, rows: columns.map((feed) => takenRows(plan, feed)) };
}

/** Runs a plan over what is given of its candles, to the end. `first`: close time of each feed's first candle. */
export function witnessRun(plan: RunPlan, strategy: StrategyClass, first: readonly number[], given: Given): RunWitness {
  return witnessLeg(plan, strategy, first, given, { snapshot: null, until: null }).witness;
}

/**
 * Goes on with a run from a snapshot (null: from the start) over what is given, which is all that closes up to `until`
 * (ms UTC, inclusive; null: the end), and leaves a snapshot.
 */
export function witnessLeg(
  plan: RunPlan,
  strategy: StrategyClass,
  first: readonly number[],
  given: Given,
  { snapshot, until }: { readonly snapshot: Uint8Array | null; readonly until: number | null },
): WitnessedLeg {
  const trace = new IndicatorTrace();
  const code = { strategy: { strategy: witnessed(strategy, trace) } };
  const run = new Run(definitionOf(plan, code, first));
  if (snapshot !== null) run.restore(snapshot);
  for (const [feed, { from, to }] of given.rows.entries()) {
    if (plan.feeds[feed]!.resampleOf !== undefined) continue;
    run.offer(feed, given.columns[feed]!, from, to);
    if (until === null) run.end(feed);
    else run.tell(feed, until);
  }
  let failure: RunWitness["failure"] = null;
  try {
    run.advance();
  } catch (error) {
    if (!(error instanceof StrategyError)) throw error;
    failure = { message: error.message, time: error.time };
  }
  const memory = new RunMemory();
  memory.begin(given.rows.length);
  memory.take(run.drain());
  const { cycles, orders, fills, trades, logs } = memory.events();
  return {
    witness: { cycles, orders, fills, trades, logs, indicators: trace.columns(), failure },
    snapshot: until === null || failure !== null ? null : run.snapshot(),
  };
}

/** The witness of legs that follow each other. */
export function joinWitnesses(legs: readonly RunWitness[], feeds: number): RunWitness {
  const memory = new RunMemory();
  memory.begin(feeds);
  for (const leg of legs) memory.take({ firstCycle: 0, ...leg });
  const { cycles, orders, fills, trades, logs } = memory.events();
  const names = new Set(legs.flatMap(({ indicators }) => [...indicators.values.keys()]));
  const joined = (columns: readonly Float64Array[]): Float64Array =>
    Float64Array.from(columns.flatMap((column) => [...column]));
  const indicators = {
    time: joined(legs.map((leg) => leg.indicators.time)),
    values: new Map(
      Array.from(names, (name) => [
        name,
        joined(
          legs.map(
            (leg) => leg.indicators.values.get(name) ?? new Float64Array(leg.indicators.time.length).fill(Number.NaN),
          ),
        ),
      ]),
    ),
  };
  return { cycles, orders, fills, trades, logs, indicators, failure: legs.at(-1)?.failure ?? null };
}

const HOOKS = ["prenext", "next"] as const;

/** The strategy with its indicators written down at each call of a hook. It is called, stored and named as before. */
function witnessed(strategy: StrategyClass, trace: IndicatorTrace): StrategyClass {
  class Witnessed extends strategy {}
  const base = strategy.prototype;
  const hooks = base.nextstart === StrategyBase.prototype.nextstart ? HOOKS : [...HOOKS, "nextstart" as const];
  for (const hook of hooks) {
    // The result is passed on: a promise must be refused as it is without a witness.
    const value = function (this: AnyStrategy): unknown {
      trace.see(this);
      return base[hook].call(this) as unknown;
    };
    Object.defineProperty(Witnessed.prototype, hook, { value });
  }
  Object.defineProperty(Witnessed, "name", { value: strategy.name });
  return Witnessed;
}

/** Writes indicators down. */
class IndicatorTrace {
  readonly #time: number[] = [];
  #lines: readonly (readonly [name: string, indicator: Indicator, values: number[]])[] | null = null;

  see(strategy: AnyStrategy): void {
    const time = strategy.time;
    this.#lines ??= Object.entries(strategy).flatMap(([name, value]) =>
      (value as unknown) instanceof Indicator ? [[name, value as Indicator, [] as number[]] as const] : [],
    );
    // nextstart calls next in the same cycle.
    if (this.#time.at(-1) === time) return;
    this.#time.push(time);
    for (const [, indicator, values] of this.#lines) values.push(indicator.now);
  }

  columns(): IndicatorColumns {
    const values = new Map((this.#lines ?? []).map(([name, , column]) => [name, Float64Array.from(column)]));
    return { time: Float64Array.from(this.#time), values };
  }
}
