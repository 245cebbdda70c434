import { cutText } from "../market/cut-text.ts";
import { instrumentKey } from "../market/instrument.ts";
import type { LogRecord } from "../ports/event-log.ts";
import type { RunRecord } from "../ports/run-registry.ts";
import { replayRunOf } from "../wire/replay-keys.ts";
import { CANDLES, REPLAY_CANDLES } from "../wire/topics.ts";
import type { DecodedCandles } from "./decoded-candles.ts";
import { letterOf } from "./letters.ts";
import { LONGEST_WHY } from "./open-run.ts";
import { keyFault } from "./record-keys.ts";
import type { RunChangePorts } from "./run-changes.ts";
import { parsePlan } from "./run-plan.ts";
import { say } from "./run-standing.ts";
import { type Output, publish } from "./stage.ts";
import { type PlannedRun, withTradingStart } from "./trading-start.ts";

/** A run and what a batch holds for it. */
export interface RunStep extends PlannedRun {
  readonly records: readonly LogRecord[];
}

/**
 * The runs that a batch is for: of topic `candles` all paper runs of its instruments, of topic `replay-candles` those of
 * its sessions. Runs no code of a strategy. A run whose plan cannot be read waits; records of no run go to dead letters.
 */
export async function runsOfBatch(
  ports: RunChangePorts,
  records: readonly LogRecord[],
  batch: DecodedCandles,
): Promise<RunStep[]> {
  const live = records.filter(({ topic }) => topic === CANDLES);
  const replayed = records.filter(({ topic }) => topic === REPLAY_CANDLES);
  return [
    ...(live.length === 0 ? [] : await paperSteps(ports, live, batch)),
    ...(replayed.length === 0 ? [] : await replaySteps(ports, replayed)),
  ];
}

async function paperSteps(
  ports: RunChangePorts,
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
async function planned(ports: RunChangePorts, records: readonly RunRecord[]): Promise<PlannedRun[]> {
  const readable: PlannedRun[] = [];
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
async function replaySteps(ports: RunChangePorts, records: readonly LogRecord[]): Promise<RunStep[]> {
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
