import type { LogRecord } from "../ports/event-log.ts";
import type { LiveRunRegistry } from "../ports/run-registry.ts";
import type { Watchdog, WatchOutcome } from "../ports/watchdog.ts";
import { DecodedCandles } from "./decoded-candles.ts";
import { EndedRun, type SteppedRun } from "./live-run.ts";
import { decodeLiveRun, LIVE_RUN_SCHEMA } from "./live-run-state.ts";
import { type OpenRunPorts, openRun } from "./open-run.ts";
import { outputOf } from "./run-changes.ts";
import { follow, sayWhy } from "./run-standing.ts";
import { type RunStep, runsOfBatch } from "./runs-of-batch.ts";
import { closeStep, type OpenedStep, type Output, openStep, type StagePorts } from "./stage.ts";
import { StartedBatch } from "./started-batch.ts";

/** Name of the stage in checkpoints. */
export const STEP_STRATEGIES = "step-strategies";

export interface StepStrategiesPorts extends StagePorts, OpenRunPorts {
  readonly runs: LiveRunRegistry;
  readonly watchdog: Watchdog;
}

/** Runs that are stepped at once. */
const AT_ONCE = 32;

/** How many times longer than usual a run gets at most. With 10 s all its tries take 150 s, half of what a batch has. */
export const MOST_PATIENCE = 8;

/**
 * How often a process may end while it steps a run alone, in one batch. What ends processes from outside would have to hit
 * the same run so often while its batch comes again, though it is stepped after all others: by chance hardly ever. What
 * runs into the time-out holds its partition up for as many time-outs, so it is no more than that.
 */
const MOST_DEATHS = 4;

/** What the runs of a batch are stepped with. */
interface Batch {
  readonly decoded: DecodedCandles;
  readonly started: StartedBatch;
  /** What keeps runs from their step, where that is not their own affair. */
  readonly faults: unknown[];
}

/**
 * Steps live runs over a batch of topic `candles`, and each run of a replay over its own records of topic
 * `replay-candles`. A strategy that throws, does not come back, or ends the process, fails its run alone. A run whose code
 * is not there is left as it is, and takes from the store what it missed once it is; likewise one that another version of
 * Millrace wrote. What keeps any other from its step is thrown when all were tried, and with the batch repeated those that
 * have taken it skip it.
 */
export async function stepStrategies(ports: StepStrategiesPorts, records: readonly LogRecord[]): Promise<void> {
  const decoded = new DecodedCandles();
  const steps = await runsOfBatch(ports, records, decoded);
  if (steps.length === 0) return;
  const started = await StartedBatch.begin(ports.checkpoints, records[0]!);
  const batch = { decoded, started, faults: [] };
  let isDone = false;
  try {
    if (started.diedBefore) await stepOneByOne(ports, steps, batch);
    else await stepInChunks(ports, steps, batch);
    isDone = batch.faults.length === 0;
  } finally {
    // Otherwise the next batch's mark takes the place of this one's.
    if (!isDone || started.diedBefore) await started.end();
  }
  if (!isDone) throw batch.faults[0];
}

async function stepInChunks(ports: StepStrategiesPorts, steps: readonly RunStep[], batch: Batch): Promise<void> {
  for (let at = 0; at < steps.length; at += AT_ONCE) await stepTogether(ports, steps.slice(at, at + AT_ONCE), batch);
}

/**
 * Steps some runs. Where one does not come back, those before it are committed, and its own fate is settled, before
 * others are begun: what a function has no time for is done in its next attempt, and not all again.
 */
async function stepTogether(ports: StepStrategiesPorts, steps: readonly RunStep[], batch: Batch): Promise<void> {
  const mark = (): Promise<void> => batch.started.mark("together");
  for (let waiting = steps; waiting.length > 0; ) {
    const again: RunStep[] = [];
    const interrupted: RunStep[] = [];
    const end = async (each: Opening, outcome: WatchOutcome): Promise<void> => {
      if (outcome === "interrupted") interrupted.push(each.step);
      else if (!(await settle(ports, each, outcome, 1, batch))) again.push(each.step);
    };
    const opened = await Promise.all(waiting.map((step) => opening(ports, step, batch, mark)));
    await Promise.all(opened.filter(({ stepped }) => stepped === null).map((each) => end(each, "done")));
    for (let left = opened.filter(({ stepped }) => stepped !== null); left.length > 0; ) {
      await mark();
      const outcomes = ports.watchdog.watch(left.map(({ stepped }) => stepped!.work));
      const called = left.slice(0, outcomes.length);
      await Promise.all(called.map((each, i) => end(each, outcomes[i]!)));
      left = left.slice(outcomes.length);
      for (const step of interrupted.splice(0)) await stepAlone(ports, step, batch);
    }
    waiting = again;
  }
}

/**
 * Steps runs one after the other, as a process died in their batch. Those come last that it died in alone: they get one
 * record at a time, so that what they do before it dies is kept, and fail when it was too often.
 */
async function stepOneByOne(ports: StepStrategiesPorts, steps: readonly RunStep[], batch: Batch): Promise<void> {
  const deathsOf = ({ record }: RunStep): number => batch.started.deathsOf(record.run);
  for (const step of [...steps].sort((a, b) => deathsOf(a) - deathsOf(b))) {
    if (deathsOf(step) >= MOST_DEATHS) await failDeadly(ports, step, batch);
    else if (deathsOf(step) === 0) await stepAlone(ports, step, batch);
    else {
      const before = batch.faults.length;
      for (const record of step.records) {
        await stepAlone(ports, { ...step, records: [record] }, batch);
        // The next one would put the fence behind this one, too.
        if (batch.faults.length > before) break;
      }
    }
  }
}

/** Steps a run with nothing beside it, and ever more time where it is interrupted: in the end with what it had as its fault. */
async function stepAlone(ports: StepStrategiesPorts, step: RunStep, batch: Batch): Promise<void> {
  // Where something is away, what all runs wait for it may be too much for the process: no run is to blame for its death.
  const started = batch.faults.length > 0 ? "together" : { alone: step.record.run };
  const mark = (): Promise<void> => batch.started.mark(started);
  for (let patience = 2; ; ) {
    const each = await opening(ports, step, batch, mark);
    const outcome = each.stepped === null ? "done" : ports.watchdog.watch([each.stepped.work], patience)[0]!;
    if (outcome === "interrupted" && patience < MOST_PATIENCE) patience *= 2;
    else if (await settle(ports, each, outcome, patience, batch)) return;
  }
}

/** Ends a step, notes what keeps it from its end, and resolves to whether that was all: else another was faster. */
async function settle(
  ports: StepStrategiesPorts,
  { step, fault, committed, stepped }: Opening,
  outcome: WatchOutcome,
  patience: number,
  { faults }: Batch,
): Promise<boolean> {
  try {
    if (fault !== null) throw fault;
    if (stepped !== null) return await finish(ports, step, stepped, outcome, patience);
    await follow(ports, step.record, committed);
  } catch (error) {
    await sayWhy(ports, step.record, error).catch((left: unknown) => faults.push(left));
  }
  return true;
}

/** A step whose records are about to be folded. */
interface Stepped {
  readonly opened: OpenedStep & { readonly state: SteppedRun };
  readonly outputs: Output[];
  /** Folds. It never throws. */
  readonly work: () => void;
  fault: unknown;
}

interface Opening {
  readonly step: RunStep;
  readonly fault: unknown;
  /** The state where nothing is to be done. */
  readonly committed: Uint8Array | null;
  readonly stepped: Stepped | null;
}

/** Opens a run that has not taken its records yet, with `open`. */
async function openingBy(
  ports: StepStrategiesPorts,
  step: RunStep,
  open: (state: Uint8Array | null, fresh: readonly LogRecord[]) => Promise<SteppedRun>,
): Promise<Opening> {
  try {
    const opened = await openStep(ports, { ...stateOf(step), open }, step.records);
    if ("committed" in opened) return { step, fault: null, committed: opened.committed, stepped: null };
    const state = opened.state as SteppedRun;
    const outputs: Output[] = [];
    const stepped: Stepped = {
      opened: { ...opened, state },
      outputs,
      fault: null,
      work: () => {
        try {
          for (const record of opened.fresh) outputs.push(...state.fold(record));
        } catch (error) {
          stepped.fault = error;
        }
      },
    };
    return { step, fault: null, committed: null, stepped };
  } catch (fault) {
    return { step, fault, committed: null, stepped: null };
  }
}

/** Opens a run by its code, with `mark` before: the code may end the process from here on. */
function opening(
  ports: StepStrategiesPorts,
  step: RunStep,
  { decoded }: Batch,
  mark: () => Promise<void>,
): Promise<Opening> {
  return openingBy(ports, step, async (state, fresh) => {
    await mark();
    return openRun(ports, step.record, step.plan, state, fresh, decoded);
  });
}

/** Fails a run that ends processes, without its code. */
async function failDeadly(ports: StepStrategiesPorts, step: RunStep, batch: Batch): Promise<void> {
  const deaths = batch.started.deathsOf(step.record.run);
  const open = async (bytes: Uint8Array | null): Promise<SteppedRun> => {
    const state = decodeLiveRun(bytes);
    if (state.status !== "live") return new EndedRun(state);
    const clock = state.begun?.clock ?? 0;
    const after =
      clock === 0 ? "before its first bar" : `after the bar that closed at ${new Date(clock).toISOString()}`;
    const why =
      `strategy ${step.plan.strategy} ended its process ${deaths} times while it was stepped alone, ${after}: it ` +
      "calls process.exit, needs more memory than the function has, or waits for ever in native code";
    return new EndedRun({ status: "failed", why });
  };
  while (!(await settle(ports, await openingBy(ports, step, open), "done", 1, batch)));
}

function stateOf({ record }: RunStep) {
  return { stage: STEP_STRATEGIES, key: record.run, schema: LIVE_RUN_SCHEMA };
}

/** Publishes and commits; resolves to whether that was all. */
async function finish(
  ports: StepStrategiesPorts,
  step: RunStep,
  { opened, outputs, fault }: Stepped,
  outcome: WatchOutcome,
  patience: number,
): Promise<boolean> {
  if (fault !== null) throw fault;
  if (outcome !== "done") opened.state.neverBack(outcome, ports.watchdog.seconds, patience);
  // Who registered it may have died before the stream was told of it.
  const all = opened.version === 0 ? [...outputs, outputOf(step.record)] : outputs;
  const committed = await closeStep(ports, stateOf(step), opened, all);
  if (committed === null) return false;
  await follow(ports, step.record, committed);
  return true;
}
