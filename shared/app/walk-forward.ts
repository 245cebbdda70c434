import { computeTearSheet } from "../engine/compute-tear-sheet.ts";
import type { TearSheet } from "../engine/tear-sheet.ts";
import { InputError } from "../market/input-error.ts";
import { power } from "../market/logarithm.ts";
import { RunMemory, runOnColumns, takenRows } from "./run-on-columns.ts";
import type { RunPlan } from "./run-plan.ts";
import { planWith, type SweepGround, type SweepPorts, sweep } from "./sweep.ts";
import type { ParameterSet } from "./sweep-grid.ts";
import { compareObjectives, type Objective, objectiveOf } from "./sweep-objective.ts";

/** A stretch to choose parameters on, and the one after it to try them on. ms UTC, each end exclusive. */
export interface WalkForwardWindow {
  readonly trainFrom: number;
  readonly testFrom: number;
  readonly testTo: number;
}

/** What a walk forward is asked for. */
export interface WalkForwardRequest {
  readonly plan: RunPlan;
  readonly sets: readonly ParameterSet[];
  readonly objective: Objective;
  readonly windows: readonly WalkForwardWindow[];
}

/** What became of a window. */
export interface WalkedWindow extends WalkForwardWindow {
  /** The best set of the training stretch; null where none has a value, and nothing was traded. */
  readonly set: ParameterSet | null;
  /** The best set on the training stretch. */
  readonly inSample: TearSheet | null;
  /** The same set on the stretch after it; the account goes on from the window before. */
  readonly outOfSample: TearSheet | null;
  /** Why the strategy failed on the test stretch; null otherwise. */
  readonly error: string | null;
}

/** What a walk forward comes to. */
export interface WalkForward {
  readonly windows: readonly WalkedWindow[];
  /** All test stretches as one account; null where nothing was traded on. */
  readonly outOfSample: TearSheet | null;
  /** Growth a year of the best sets on their training stretches, mean; a fraction. */
  readonly inSampleGrowth: number | null;
  /** Growth a year of the account over all test stretches; a fraction. */
  readonly outOfSampleGrowth: number | null;
  /** The objective of the best sets on their training stretches, mean. */
  readonly inSampleObjective: number | null;
}

const YEAR = 365 * 86_400_000;

/**
 * Windows that follow each other by the length of a test, as many as fit in [from, to). Lengths in ms. Throws InputError
 * where none fits.
 */
export function walkForwardWindows(from: number, to: number, train: number, test: number): WalkForwardWindow[] {
  const windows: WalkForwardWindow[] = [];
  for (let start = from; start + train + test <= to; start += test) {
    windows.push({ trainFrom: start, testFrom: start + train, testTo: start + train + test });
  }
  if (windows.length > 0) return windows;
  const days = (ms: number): string => `${Number((ms / 86_400_000).toFixed(2))} days`;
  throw new InputError(
    "usage",
    `training on ${days(train)} and testing on ${days(test)} needs ${days(train + test)} of candles, and there are ` +
      `${days(to - from)}: shorten --train or --test, or widen the span`,
  );
}

/** The span of the candles that all feeds of a plan have, from its start of trading on. */
export function commonSpan({ columns }: SweepGround, plan: RunPlan): { readonly from: number; readonly to: number } {
  let from = plan.tradeFrom;
  let to = Number.POSITIVE_INFINITY;
  for (const feed of columns) {
    const rows = takenRows(plan, feed);
    from = Math.max(from, feed.openTime[rows.from]!);
    to = Math.min(to, feed.closeTime[rows.to - 1]!);
  }
  return { from, to };
}

/**
 * Chooses the best set on each training stretch and runs it on the stretch after it, with the training stretch as
 * warm-up and the money that the window before ended with: what a person who chose again at each window would have
 * earned (Pardo, "The Evaluation and Optimization of Trading Strategies", 2008). A position held at a test's end is
 * valued at its last close. `progress` is told how many of the training runs are done.
 */
export async function walkForward(
  ports: SweepPorts,
  ground: SweepGround,
  request: WalkForwardRequest,
  now: number,
  progress: (done: number) => void,
): Promise<WalkForward> {
  const best = await chooseSets(ports, ground, request, now, progress);
  if (best.every((choice) => choice === null)) {
    throw new InputError(
      "usage",
      `no set has a ${request.objective} on any training stretch: ratios need 30 days, and the profit factor a loss; ` +
        "lengthen --train, or use --maximize totalReturn",
    );
  }
  return tryOut(ground, request, best);
}

interface Choice {
  readonly set: ParameterSet;
  readonly figures: TearSheet;
}

async function chooseSets(
  ports: SweepPorts,
  ground: SweepGround,
  { plan, sets, objective, windows }: WalkForwardRequest,
  now: number,
  progress: (done: number) => void,
): Promise<(Choice | null)[]> {
  const plans = windows.flatMap(({ trainFrom, testFrom }) =>
    sets.map((set) => planWith({ ...plan, warmFrom: trainFrom, tradeFrom: trainFrom, end: testFrom }, set)),
  );
  const best = new Array<(Choice & { readonly number: number }) | null>(windows.length).fill(null);
  let done = 0;
  for await (const { number, record } of sweep(ports, ground, plans, now)) {
    progress(++done);
    const { figures } = record;
    const value = objectiveOf(objective, figures);
    if (figures === null || value === null) continue;
    const window = Math.floor(number / sets.length);
    const held = best[window] ?? null;
    const better = compareObjectives(objective, value, objectiveOf(objective, held?.figures ?? null));
    // Of equals the first of the grid, whichever was done first.
    if (better < 0 || (better === 0 && held !== null && number < held.number)) {
      best[window] = { number, set: sets[number % sets.length]!, figures };
    }
  }
  return best;
}

function tryOut(ground: SweepGround, request: WalkForwardRequest, best: readonly (Choice | null)[]): WalkForward {
  const account = new StitchedAccount(request.plan, ground);
  const windows = request.windows.map((window, i): WalkedWindow => {
    const choice = best[i] ?? null;
    if (choice === null) return { ...window, set: null, inSample: null, outOfSample: null, error: null };
    const { error, figures } = account.run(window, choice.set);
    return { ...window, set: choice.set, inSample: choice.figures, outOfSample: figures, error };
  });
  const growths = windows.flatMap(({ inSample }) => (inSample === null ? [] : [growthOf(inSample)]));
  const values = windows.flatMap(({ inSample }) => objectiveOf(request.objective, inSample) ?? []);
  const outOfSample = account.figures();
  return {
    windows,
    outOfSample,
    inSampleGrowth: mean(growths),
    outOfSampleGrowth: outOfSample === null ? null : growthOf(outOfSample),
    inSampleObjective: mean(values),
  };
}

function growthOf({ totalReturn, startTime, endTime }: TearSheet): number {
  return totalReturn <= -1 ? -1 : power(1 + totalReturn, YEAR / (endTime - startTime)) - 1;
}

function mean(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** One account that runs through the test stretches one after another. */
class StitchedAccount {
  readonly #plan: RunPlan;
  readonly #ground: SweepGround;
  readonly #memory = new RunMemory();
  readonly #all = new RunMemory();
  #cash: number;

  constructor(plan: RunPlan, ground: SweepGround) {
    this.#plan = plan;
    this.#ground = ground;
    this.#cash = plan.broker.cash;
    this.#all.begin(ground.columns.length);
  }

  run(
    { trainFrom, testFrom, testTo }: WalkForwardWindow,
    set: ParameterSet,
  ): Pick<WalkedWindow, "error"> & {
    readonly figures: TearSheet | null;
  } {
    const { columns, code } = this.#ground;
    const broker = { ...this.#plan.broker, cash: this.#cash };
    const plan = planWith({ ...this.#plan, broker, warmFrom: trainFrom, tradeFrom: testFrom, end: testTo }, set);
    if (this.#cash <= 0) return { error: "the account was lost in an earlier window", figures: null };
    const { events, error, figures } = runOnColumns(plan, code, columns, this.#memory, () => {});
    this.#all.take(events);
    const { cycles } = events;
    if (cycles.length > 0) this.#cash = cycles.value[cycles.length - 1]!;
    return { error, figures };
  }

  figures(): TearSheet | null {
    const { cycles, fills, trades } = this.#all.events();
    if (cycles.length === 0) return null;
    const { cash, fee } = this.#plan.broker;
    return computeTearSheet({
      cycles,
      fills,
      trades,
      candles: this.#ground.columns[0]!,
      cash,
      fee: fee ?? this.#plan.feeds[0]!.spec.takerFee,
    });
  }
}
