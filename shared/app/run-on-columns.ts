import { computeTearSheet, TradeTally, talliedTearSheet } from "../engine/compute-tear-sheet.ts";
import { DataHash } from "../engine/data-hash.ts";
import { Run } from "../engine/run.ts";
import type { CycleColumns, FillRow, LogRow, OrderRow, RunEvents, TradeRow } from "../engine/run-events.ts";
import { StrategyError } from "../engine/strategy-error.ts";
import type { TearSheet } from "../engine/tear-sheet.ts";
import type { CandleColumns, ToldCandles } from "../market/candle.ts";
import { definitionOf, feesOf, type RunClass, type RunPlan } from "./run-plan.ts";

/** Rows of a feed's columns, `from` inclusive, `to` exclusive. */
export interface Rows {
  readonly from: number;
  readonly to: number;
}

/** What a run came to. */
export interface RunOutcome {
  readonly events: RunEvents;
  /** Why it failed; null otherwise. */
  readonly error: string | null;
  /** Null where it failed, as are the figures; these are null too where no bar was traded on. */
  readonly resultHash: string | null;
  readonly figures: TearSheet | null;
}

/** Bars of the first feed between two signs of progress. */
export const STEP = 4_096;

/** The rows that a plan takes of columns which may hold more: from `warmFrom` on, closed by `end`. */
export function takenRows(
  plan: Pick<RunPlan, "warmFrom" | "end">,
  { openTime, closeTime, length }: CandleColumns,
): Rows {
  const from = firstRow(length, (row) => openTime[row]! >= plan.warmFrom);
  const end = plan.end ?? Number.POSITIVE_INFINITY;
  return {
    from,
    to: Math.max(
      from,
      firstRow(length, (row) => closeTime[row]! > end),
    ),
  };
}

/** The first row that `fits`, where all after one that does do; else the length. */
function firstRow(length: number, fits: (row: number) => boolean): number {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (fits(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Fingerprint of what a plan takes of its feeds' columns: candles, and how far those tell that others are made from. */
export function hashTaken(plan: RunPlan, columns: readonly ToldCandles[]): string {
  const hash = new DataHash();
  for (const [i, feed] of columns.entries()) {
    const { from, to } = takenRows(plan, feed);
    hash.add(feed, from, to);
    const { name } = plan.feeds[i]!.feed;
    if (plan.feeds.some(({ resampleOf }) => resampleOf === name)) hash.tell(toldBy(plan, feed));
  }
  return hash.digest();
}

/** Up to when (ms UTC, inclusive) columns tell a plan of their windows: gaps in the end complete what is made of a feed. */
function toldBy({ end }: RunPlan, { told }: ToldCandles): number {
  return Math.min(told, end ?? Number.POSITIVE_INFINITY);
}

/**
 * Runs a plan over columns that hold its candles, and perhaps more around them. Every feed must have a row to take,
 * unless it is made from another.
 * A strategy that throws fails the run; what it did before is kept. Events lie in `memory`, until that is used again.
 * `progress` is called every few thousand bars.
 */
export function runOnColumns(
  plan: RunPlan,
  code: RunClass,
  columns: readonly ToldCandles[],
  memory: RunMemory,
  progress: () => void,
): RunOutcome {
  const { error, resultHash } = drive(plan, code, columns, memory, progress);
  const events = memory.events();
  return { events, error, resultHash, figures: error === null ? figuresOf(plan, events, columns[0]!) : null };
}

/** As `runOnColumns`, for the figures alone: twice as quick where a strategy trades much, as no row of it is kept. */
export function figuresOnColumns(
  plan: RunPlan,
  code: RunClass,
  columns: readonly ToldCandles[],
  memory: FigureMemory,
  progress: () => void,
): Omit<RunOutcome, "events"> {
  const { error, resultHash } = drive(plan, code, columns, memory, progress);
  const cycles = memory.cycles();
  if (error !== null || cycles.length === 0) return { error, resultHash, figures: null };
  const input = { cycles, tally: memory.tally, candles: columns[0]!, ...costsOf(plan) };
  return { error, resultHash, figures: talliedTearSheet(input) };
}

function costsOf(plan: RunPlan): { readonly cash: number; readonly fee: number } {
  return { cash: plan.broker.cash, fee: feesOf(plan).taker };
}

/** Takes what a run does, step by step. */
interface Gatherer {
  begin(feeds: number, cycles: number): void;
  take(events: RunEvents): void;
}

function drive(
  plan: RunPlan,
  code: RunClass,
  columns: readonly ToldCandles[],
  memory: Gatherer,
  progress: () => void,
): Pick<RunOutcome, "error" | "resultHash"> {
  const rows = columns.map((feed) => takenRows(plan, feed));
  const run = new Run(
    definitionOf(
      plan,
      code,
      columns.map((feed, i) => feed.closeTime[rows[i]!.from]!),
    ),
  );
  for (let i = 1; i < columns.length; i++) {
    if (plan.feeds[i]!.resampleOf !== undefined) continue;
    run.offer(i, columns[i]!, rows[i]!.from, rows[i]!.to);
    run.tell(i, toldBy(plan, columns[i]!));
    run.end(i);
  }
  memory.begin(columns.length, rows[0]!.to - rows[0]!.from);
  const error = advance(run, { ...rows[0]!, columns: columns[0]!, told: toldBy(plan, columns[0]!) }, memory, progress);
  return { error, resultHash: error === null ? run.resultHash() : null };
}

/** Rows of the first feed, and how far it is told. */
interface FirstFeed extends Rows {
  readonly columns: CandleColumns;
  readonly told: number;
}

/** Runs to the end. Returns why the strategy failed, or null. */
function advance(run: Run, { columns, from, to, told }: FirstFeed, memory: Gatherer, progress: () => void) {
  try {
    for (let row = from; row < to; row += STEP) {
      run.offer(0, columns, row, Math.min(row + STEP, to));
      run.advance();
      memory.take(run.drain());
      progress();
    }
    run.tell(0, told);
    run.end(0);
    run.advance();
    memory.take(run.drain());
    return null;
  } catch (error) {
    if (!(error instanceof StrategyError)) throw error;
    memory.take(run.drain());
    return error.message;
  }
}

/** The figures of what a plan's run did; null where no bar was traded on. `candles` are those of the first feed. */
export function figuresOf(
  plan: RunPlan,
  events: Pick<RunEvents, "cycles" | "fills" | "trades">,
  candles: CandleColumns,
): TearSheet | null {
  if (events.cycles.length === 0) return null;
  return computeTearSheet({ ...events, candles, ...costsOf(plan) });
}

/** Gathers the account of runs, one after another: fresh memory is what a quick run waits for most. */
class CycleMemory {
  #length = 0;
  #time = new Float64Array(0);
  #cash = new Float64Array(0);
  #value = new Float64Array(0);
  #position: Float64Array<ArrayBuffer>[] = [];

  begin(feeds: number, cycles: number): void {
    this.#length = 0;
    while (this.#position.length < feeds) this.#position.push(new Float64Array(this.#time.length));
    this.#position.length = feeds;
    this.#makeRoom(cycles);
  }

  take(cycles: CycleColumns): void {
    this.#makeRoom(this.#length + cycles.length);
    this.#time.set(cycles.time, this.#length);
    this.#cash.set(cycles.cash, this.#length);
    this.#value.set(cycles.value, this.#length);
    for (const [feed, column] of cycles.position.entries()) this.#position[feed]!.set(column, this.#length);
    this.#length += cycles.length;
  }

  #makeRoom(needed: number): void {
    if (needed <= this.#time.length) return;
    const enlarge = (column: Float64Array): Float64Array<ArrayBuffer> => {
      const larger = new Float64Array(this.#length === 0 ? needed : Math.max(needed, column.length * 2));
      larger.set(column.subarray(0, this.#length));
      return larger;
    };
    this.#time = enlarge(this.#time);
    this.#cash = enlarge(this.#cash);
    this.#value = enlarge(this.#value);
    this.#position = this.#position.map(enlarge);
  }

  cycles(): CycleColumns {
    const cut = (column: Float64Array): Float64Array => column.subarray(0, this.#length);
    return {
      length: this.#length,
      time: cut(this.#time),
      cash: cut(this.#cash),
      value: cut(this.#value),
      position: this.#position.map(cut),
    };
  }
}

/** Gathers all that a run does. Used for many runs one after another. */
export class RunMemory implements Gatherer {
  readonly #account = new CycleMemory();
  #orders: OrderRow[] = [];
  #fills: FillRow[] = [];
  #trades: TradeRow[] = [];
  #logs: LogRow[] = [];

  /** Forgets the run before, and makes room for the cycles that the next one will have, or most of them. */
  begin(feeds: number, cycles = 0): void {
    this.#account.begin(feeds, cycles);
    this.#orders = [];
    this.#fills = [];
    this.#trades = [];
    this.#logs = [];
  }

  /** Adds what a run did next. */
  take({ cycles, orders, fills, trades, logs }: RunEvents): void {
    this.#account.take(cycles);
    for (const row of orders) this.#orders.push(row);
    for (const row of fills) this.#fills.push(row);
    for (const row of trades) this.#trades.push(row);
    for (const row of logs) this.#logs.push(row);
  }

  /** All of the run so far. */
  events(): RunEvents {
    return {
      firstCycle: 0,
      cycles: this.#account.cycles(),
      orders: this.#orders,
      fills: this.#fills,
      trades: this.#trades,
      logs: this.#logs,
    };
  }
}

/** Gathers what the figures of a run are made from. Used for many runs one after another. */
export class FigureMemory implements Gatherer {
  readonly #account = new CycleMemory();
  #tally = new TradeTally();

  /** As of `RunMemory`. */
  begin(feeds: number, cycles: number): void {
    this.#account.begin(feeds, cycles);
    this.#tally = new TradeTally();
  }

  /** Adds what a run did next. */
  take(events: RunEvents): void {
    this.#account.take(events.cycles);
    this.#tally.take(events);
  }

  cycles(): CycleColumns {
    return this.#account.cycles();
  }

  get tally(): TradeTally {
    return this.#tally;
  }
}
