import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { VmWatchdog } from "#shared/adapters/vm/vm-watchdog.ts";
import { playReplays, type ReplayListener, ReplayTask } from "#shared/app/replay/play-replays.ts";
import type { PlayReplaysPorts, ReplayStore } from "#shared/app/replay/replay-ports.ts";
import { finishReplayRun, stopReplayRun } from "#shared/app/replay-run.ts";
import { readStreamSettings } from "#shared/config/stream-settings.ts";
import { InputError } from "#shared/market/input-error.ts";
import type { RunArtefacts } from "#shared/ports/run-artefacts.ts";
import { READERS } from "../topology.ts";
import { openDynamodb } from "../wiring/dynamodb.ts";
import { openEventLog } from "../wiring/event-log.ts";
import { openQuestdb } from "../wiring/questdb.ts";
import { DuckdbReplayFiles } from "../wiring/replay-files.ts";

// The task that plays replay sessions. It ends itself when it gets SIGTERM, and may be killed at any time.

/** Runs of replays keep no records, so that to end one needs none of its code. */
const artefacts: RunArtefacts = {
  load: async ({ strategy }) => {
    throw new InputError("not-found", `this task has no artefact of strategy '${strategy}'`);
  },
};

const clock = {
  now: () => Date.now(),
  sleep: async (ms: number): Promise<void> => {
    await sleep(ms);
  },
};

/** One JSON line: what CloudWatch and the host's log files hold. */
function tell(level: "INFO" | "ERROR", message: string, details: Readonly<Record<string, unknown>>): void {
  process.stdout.write(
    `${JSON.stringify({ level, time: new Date().toISOString(), task: "replay", message, ...details })}\n`,
  );
}

const listener: ReplayListener = {
  played({ session, generation, phase, paused, speed, at, published, error }, records) {
    const told = { session, generation, phase, paused, speed: Number.isFinite(speed) ? speed : "max" };
    tell("INFO", "played", { ...told, records, published, at: new Date(at).toISOString(), error });
  },
  waits(session, error) {
    tell("ERROR", "waits", { session, error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  },
  forgotten(session) {
    tell("INFO", "forgotten", { session });
  },
};

const settings = readStreamSettings(process.env);
const { checkpoints, runs, close: closeTables } = openDynamodb(settings);
const [log, store] = await Promise.all([openEventLog(settings), openQuestdb(settings)]);
const { ticks, candles, ranges, results } = store;
// Where states are in a bucket, what is imported lasts as long as the task's machine.
const folder =
  "folder" in settings.state
    ? join(settings.state.folder, "replay")
    : await mkdtemp(join(tmpdir(), "millrace-replay-"));
const ending = { ...{ checkpoints, runs, log, results, artefacts }, watchdog: new VmWatchdog() };
const readsOf = (from: ReplayStore): ReplayStore => ({ ticks: from.ticks, candles: from.candles, ranges: from.ranges });
const ports: PlayReplaysPorts = {
  ...{ ticks, candles, ranges, checkpoints, log, runs },
  readers: READERS,
  files: new DuckdbReplayFiles(folder),
  replayRuns: {
    finish: (run, from) => finishReplayRun({ ...ending, ...readsOf(store) }, run, from),
    stop: (run, from) => stopReplayRun({ ...ending, ...readsOf(store) }, run, from),
  },
};

let stopped = false;
process.once("SIGTERM", () => {
  stopped = true;
});
await playReplays(new ReplayTask(ports, clock, listener), clock, () => stopped);
await Promise.all([log.close(), store.close()]);
closeTables();
// An import that was broken off may take a while to end, and is made whole by the next task.
process.exit();
