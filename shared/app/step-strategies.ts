import { cutText } from "../market/cut-text.ts";
import { instrumentKey } from "../market/instrument.ts";
import type { LogRecord } from "../ports/event-log.ts";
import type { LiveRunRegistry, RunRecord } from "../ports/run-registry.ts";
import type { Watchdog, WatchOutcome } from "../ports/watchdog.ts";
import { replayRunOf } from "../wire/replay-keys.ts";
import { CANDLES, REPLAY_CANDLES } from "../wire/topics.ts";
import { DecodedCandles } from "./decoded-candles.ts";
import { letterOf } from "./letters.ts";
import type { SteppedRun } from "./live-run.ts";
import { decodeLiveRun, LIVE_RUN_SCHEMA } from "./live-run-state.ts";
import { LONGEST_WHY, type OpenRunPorts, openRun, RunCodeWaits } from "./open-run.ts";
import { keyFault } from "./record-keys.ts";
import { changeRun, outputOf } from "./run-changes.ts";
import { parsePlan, type RunPlan } from "./run-plan.ts";
import {
  closeStep,
  type OpenedStep,
  OtherSchemaError,
  type Output,
  openStep,
  publish,
  type StagePorts,
} from "./stage.ts";
import { withTradingStart } from "./trading-start.ts";

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

/** A run and what a batch holds for it. */
interface RunStep {
  readonly record: RunRecord;
  readonly plan: RunPlan;
  readonly records: readonly LogRecord[];
}

/**
 * Steps live runs over a batch of topic `candles`, and each run of a replay over its own records of topic
 * `replay-candles`. A strategy that throws, or does not come back, fails its run alone. A run whose code is not there is
 * left as it is, and takes from the store what it missed once it is; likewise one that another version of Millrace wrote. What keeps any other from its step is thrown when
 * all were tried, and with the batch repeated those that have taken it skip it.
 */
export async function stepStrategies(ports: StepStrategiesPorts, records: readonly LogRecord[]): Promise<void> {
  const live = records.filter(({ topic }) => topic === CANDLES);
  const replayed = records.filter(({ topic }) => topic === REPLAY_CANDLES);
  const batch = new DecodedCandles();
  const steps = [
    ...(live.length === 0 ? [] : await paperSteps(ports, live, batch)),
    ...(replayed.length === 0 ? [] : await replaySteps(ports, replayed)),
  ];
  const faults: unknown[] = [];
  for (let at = 0; at < steps.length; at += AT_ONCE) {
    faults.push(...(await stepTogether(ports, steps.slice(at, at + AT_ONCE), batch)));
  }
  if (faults.length > 0) throw faults[0];
}

async function paperSteps(
  ports: StepStrategiesPorts,
  records: readonly LogRecord[],
  batch: DecodedCandles,
): Promise<RunStep[]> {
  const papers = (await ports.runs.running()).filter(({ kind }) => kind === "paper");
  const steps: RunStep[] = [];
  for (const each of await planned(ports, papers)) {
    const instruments = new Set(each.plan.feeds.map(({ feed }) => instrumentKey(feed.instrument)));
    const own = records.filter(({ key }) => instruments.has(key));
    if (own.length > 0) steps.push({ ...(await withTradingStart(ports, each, own, batch)), records: own });
  }
  return steps;
}

/** Runs with their plans. One whose plan cannot be read waits. */
async function planned(
  ports: StepStrategiesPorts,
  records: readonly RunRecord[],
): Promise<Pick<RunStep, "record" | "plan">[]> {
  const readable: Pick<RunStep, "record" | "plan">[] = [];
  for (const record of records) {
    try {
      readable.push({ record, plan: parsePlan(record.definition) });
    } catch (error) {
      const why = cutText(error instanceof Error ? error.message : String(error), LONGEST_WHY);
      const remedy = "upgrade Millrace to the version that registered it, or stop it with that";
      await say(ports, record, `run ${record.run} waits: its definition cannot be read (${why}): ${remedy}`);
    }
  }
  return readable;
}

/** A session's older generations are over: their records are skipped. Keys that can be no session's go to dead letters. */
async function replaySteps(ports: StepStrategiesPorts, records: readonly LogRecord[]): Promise<RunStep[]> {
  const faults = new Map(records.map((record) => [record, keyFault(record.key, true)]));
  const own = Map.groupBy(
    records.filter((record) => faults.get(record) === null),
    ({ key }) => replayRunOf(key),
  );
  const found = await ports.runs.getAll([...own.keys()]);
  const known = new Set(found.map(({ run }) => run));
  const letters = records.flatMap((record): Output[] => {
    const run = replayRunOf(record.key);
    // A run is registered before the first of its records is published.
    const fault = faults.get(record) ?? (known.has(run) ? null : `no run '${run}' is registered`);
    return fault === null ? [] : [letterOf(record, fault)];
  });
  await publish(ports.log, letters);
  const going = found.filter(({ kind, status }) => kind === "replay" && status === "running");
  return (await planned(ports, going)).map((each) => ({ ...each, records: own.get(each.record.run)! }));
}

/**
 * Steps some runs; returns what kept those that could not be stepped. Where one does not come back, those before it are
 * committed, and its own fate is settled, before others are begun: what a function has no time for is done in its next
 * attempt, and not all again.
 */
async function stepTogether(
  ports: StepStrategiesPorts,
  steps: readonly RunStep[],
  batch: DecodedCandles,
): Promise<unknown[]> {
  const faults: unknown[] = [];
  for (let waiting = steps; waiting.length > 0; ) {
    const again: RunStep[] = [];
    const interrupted: RunStep[] = [];
    const end = async (each: Opening, outcome: WatchOutcome): Promise<void> => {
      if (outcome === "interrupted") interrupted.push(each.step);
      else if (!(await settle(ports, each, outcome, 1, faults))) again.push(each.step);
    };
    const opened = await Promise.all(waiting.map((step) => opening(ports, step, batch)));
    await Promise.all(opened.filter(({ stepped }) => stepped === null).map((each) => end(each, "done")));
    for (let left = opened.filter(({ stepped }) => stepped !== null); left.length > 0; ) {
      const outcomes = ports.watchdog.watch(left.map(({ stepped }) => stepped!.work));
      const called = left.slice(0, outcomes.length);
      await Promise.all(called.map((each, i) => end(each, outcomes[i]!)));
      left = left.slice(outcomes.length);
      for (const step of interrupted.splice(0)) await stepAlone(ports, step, batch, faults);
    }
    waiting = again;
  }
  return faults;
}

/**
 * Steps a run that was interrupted, though maybe for no fault of its own: with nothing beside it and ever more time, in
 * the end with what it had as its fault.
 */
async function stepAlone(
  ports: StepStrategiesPorts,
  step: RunStep,
  batch: DecodedCandles,
  faults: unknown[],
): Promise<void> {
  for (let patience = 2; ; ) {
    const each = await opening(ports, step, batch);
    const outcome = each.stepped === null ? "done" : ports.watchdog.watch([each.stepped.work], patience)[0]!;
    if (outcome === "interrupted" && patience < MOST_PATIENCE) patience *= 2;
    else if (await settle(ports, each, outcome, patience, faults)) return;
  }
}

/** Ends a step, notes what keeps it from its end, and resolves to whether that was all: else another was faster. */
async function settle(
  ports: StepStrategiesPorts,
  { step, fault, committed, stepped }: Opening,
  outcome: WatchOutcome,
  patience: number,
  faults: unknown[],
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

/** Records what keeps a run from its steps where that is its own affair; throws anything else on. */
async function sayWhy(ports: StepStrategiesPorts, record: RunRecord, error: unknown): Promise<void> {
  if (error instanceof RunCodeWaits) return say(ports, record, error.message);
  if (!(error instanceof OtherSchemaError)) throw error;
  // The records of a replay do not come again.
  if (record.kind === "replay") return fail(ports, record, error.message);
  await say(ports, record, `run ${record.run} waits: ${error.message}`);
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

async function opening(ports: StepStrategiesPorts, step: RunStep, batch: DecodedCandles): Promise<Opening> {
  try {
    const opened = await openStep(ports, stageKeyOf(ports, step.record, step.plan, batch), step.records);
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

function stageKeyOf(ports: OpenRunPorts, record: RunRecord, plan: RunPlan, batch: DecodedCandles) {
  return {
    stage: STEP_STRATEGIES,
    key: record.run,
    schema: LIVE_RUN_SCHEMA,
    open: (state: Uint8Array | null, fresh: readonly LogRecord[]) => openRun(ports, record, plan, state, fresh, batch),
  };
}

/** Publishes and commits; resolves to whether that was all. */
async function finish(
  ports: StepStrategiesPorts,
  { record, plan }: RunStep,
  { opened, outputs, fault }: Stepped,
  outcome: WatchOutcome,
  patience: number,
): Promise<boolean> {
  if (fault !== null) throw fault;
  if (outcome !== "done") opened.state.neverBack(outcome, ports.watchdog.seconds, patience);
  const key = stageKeyOf(ports, record, plan, new DecodedCandles());
  // Who registered it may have died before the stream was told of it.
  const all = opened.version === 0 ? [...outputs, outputOf(record)] : outputs;
  const committed = await closeStep(ports, key, opened, all);
  if (committed === null) return false;
  await follow(ports, record, committed);
  return true;
}

/** Records what has become of a run by its step. */
async function follow(ports: StepStrategiesPorts, record: RunRecord, committed: Uint8Array | null): Promise<void> {
  const state = decodeLiveRun(committed);
  if (state.status === "failed") await fail(ports, record, state.why);
  else await say(ports, record, null);
}

/** Records why a running run has failed. */
async function fail(ports: StepStrategiesPorts, record: RunRecord, why: string): Promise<void> {
  await changeRun(ports, record.run, (held) =>
    held.status === "running" ? { ...held, status: "failed", error: why } : null,
  );
}

/** Records what a running run waits for. */
async function say(ports: StepStrategiesPorts, record: RunRecord, why: string | null): Promise<void> {
  if (record.error === why) return;
  await changeRun(ports, record.run, (held) => (held.status === "running" ? { ...held, error: why } : null));
}
