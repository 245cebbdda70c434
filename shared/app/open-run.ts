import { cutText } from "../market/cut-text.ts";
import { InputError } from "../market/input-error.ts";
import type { LogRecord } from "../ports/event-log.ts";
import type { ArtefactRun, MakeRun, RunArtefact, RunArtefacts } from "../ports/run-artefacts.ts";
import type { RunRecord } from "../ports/run-registry.ts";
import type { CandlesRecord } from "../wire/candle-records.ts";
import type { DecodedCandles } from "./decoded-candles.ts";
import { EndedRun, LiveRun, type SteppedRun, WaitingRun } from "./live-run.ts";
import { type BegunRun, decodeLiveRun } from "./live-run-state.ts";
import { definitionWith, pinnedCode, type RunPlan } from "./run-plan.ts";
import { candlesMissed, type WarmStart, type WarmStartPorts, WarmUpWaits, warmStart } from "./warm-start.ts";

export interface OpenRunPorts extends WarmStartPorts {
  readonly artefacts: RunArtefacts;
}

/** UTF-16 units of why it waits: the run's record holds them. */
export const LONGEST_WHY = 2_000;

/** The code that a run is pinned to is not there. Other code would give other results, so the run waits for it. */
export class RunCodeWaits extends Error {
  override readonly name = "RunCodeWaits";
}

/**
 * A live run as it goes on from its state (null at the very start) with some records. One of paper trading is warmed from
 * the store, and waits where that is behind the stream; one of a replay is given everything by the stream. Throws
 * RunCodeWaits; a replay, whose records do not come again, fails instead.
 */
export async function openRun(
  ports: OpenRunPorts,
  record: RunRecord,
  plan: RunPlan,
  bytes: Uint8Array | null,
  fresh: readonly LogRecord[],
  batch: DecodedCandles,
): Promise<SteppedRun> {
  const state = decodeLiveRun(bytes);
  if (state.status !== "live") return new EndedRun(state);
  let artefact: RunArtefact;
  try {
    artefact = await loadPinned(ports.artefacts, record);
  } catch (error) {
    if (error instanceof RunCodeWaits && record.kind === "replay") {
      return new EndedRun({ status: "failed", why: error.message });
    }
    throw error;
  }
  const { begun, kept } = state;
  const run = { id: record.run, plan, artefact, kept };
  if (record.kind === "replay") {
    const firstCloses = plan.feeds.map(() => null);
    const start =
      begun === null ? begins(artefact, record, plan, firstCloses) : restores(artefact, record, plan, begun);
    return new LiveRun({ ...run, ...start, missed: new Map() }, batch);
  }
  const records = [...kept, ...fresh];
  const decoded = records.map((each) => batch.of(each));
  try {
    const warm =
      begun === null
        ? await warmStart(
            ports,
            plan,
            decoded.filter((each) => each !== null),
          )
        : null;
    if (begun === null && warm === null) return new WaitingRun(state, batch);
    const start =
      begun === null
        ? begins(artefact, record, plan, warm!.firstCloses, warm!)
        : restores(artefact, record, plan, begun);
    const skipped = await candlesMissed(ports, plan, begun?.told ?? warm!.told, decoded);
    const missed = new Map<LogRecord, CandlesRecord>();
    for (const [i, each] of skipped.entries()) if (each !== null) missed.set(records[i]!, each);
    return new LiveRun({ ...run, ...start, missed }, batch);
  } catch (error) {
    if (error instanceof WarmUpWaits) return new WaitingRun(state, batch);
    throw error;
  }
}

/** The code that a run was registered with. Throws RunCodeWaits where that is not there. */
async function loadPinned(artefacts: RunArtefacts, { run, definition }: RunRecord): Promise<RunArtefact> {
  try {
    return await artefacts.load(pinnedCode(definition));
  } catch (cause) {
    if (!(cause instanceof InputError)) throw cause;
    const remedy = "put the code back as it was, or stop the run and start a new one";
    throw new RunCodeWaits(`run ${run} waits: ${cutText(cause.message, LONGEST_WHY)}; ${remedy}`, { cause });
  }
}

/** How a run begins or goes on, as `LiveStart` has it. */
interface Start {
  readonly begin: () => ArtefactRun;
  readonly firstCloses: readonly (number | null)[];
  readonly clock: number;
  readonly ended: readonly string[];
}

function begins(
  artefact: RunArtefact,
  record: RunRecord,
  plan: RunPlan,
  firstCloses: readonly (number | null)[],
  warm: WarmStart | null = null,
): Start {
  const begin = (): ArtefactRun => {
    const run = makerOf(artefact, record, plan, firstCloses)();
    for (const [i, columns] of (warm?.history ?? []).entries()) {
      if (plan.feeds[i]!.resampleOf !== undefined) continue;
      if (columns.length > 0) run.offer(i, columns, 0, columns.length);
      run.tell(i, warm!.told[i]!);
    }
    return run;
  };
  return { begin, firstCloses, clock: 0, ended: [] };
}

function restores(artefact: RunArtefact, record: RunRecord, plan: RunPlan, begun: BegunRun): Start {
  const { firstCloses, clock, ended, snapshot } = begun;
  const begin = (): ArtefactRun => {
    const run = makerOf(artefact, record, plan, firstCloses)();
    run.restore(snapshot);
    return run;
  };
  return { begin, firstCloses, clock, ended };
}

/** Runs that are described at most: to describe one costs as much as to step it. */
const MOST_KNOWN = 1_000;

const knownOf = new WeakMap<RunArtefact, Map<string, MakeRun>>();

function makerOf(
  artefact: RunArtefact,
  { definition }: RunRecord,
  plan: RunPlan,
  firstCloses: readonly (number | null)[],
): MakeRun {
  const known = knownOf.get(artefact) ?? new Map<string, MakeRun>();
  knownOf.set(artefact, known);
  const key = `${firstCloses.join()} ${definition}`;
  const make = known.get(key) ?? artefact.define(definitionWith(plan, pinnedCode(definition), firstCloses));
  if (known.size >= MOST_KNOWN) known.clear();
  known.set(key, make);
  return make;
}
