import { groupOf, READERS, STREAM_FUNCTIONS } from "#functions/topology.ts";
import { aggregate } from "#shared/app/aggregate.ts";
import { archive } from "#shared/app/archive.ts";
import { type ReplayListener, ReplayTask } from "#shared/app/replay/play-replays.ts";
import type { PlayReplaysPorts, ReplayFiles } from "#shared/app/replay/replay-ports.ts";
import { finishReplayRun, stopReplayRun } from "#shared/app/replay-run.ts";
import { stepStrategies } from "#shared/app/step-strategies.ts";
import type { Clock } from "#shared/ports/clock.ts";
import type { StreamPorts } from "./stream-host.ts";
import { Crash, type MemoryPorts } from "./test-chain.ts";

/** A clock that moves when somebody sleeps. */
export class TestClock implements Clock {
  #now: number;

  constructor(now: number) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  async sleep(ms: number): Promise<void> {
    this.#now += ms;
  }
}

const NO_FILES: ReplayFiles = {
  open: async () => {
    throw new Error("no files here");
  },
  remove: async () => {},
  forget: async () => {},
};

export function replayPorts(ports: StreamPorts, files: ReplayFiles = NO_FILES): PlayReplaysPorts {
  const { ticks, candles, ranges, checkpoints, log, runs } = ports;
  return {
    ...{ ticks, candles, ranges, checkpoints, log, runs, files },
    readers: READERS,
    replayRuns: {
      finish: (run, store) => finishReplayRun(ports, run, store),
      stop: (run, store) => stopReplayRun(ports, run, store),
    },
  };
}

export const SILENT: ReplayListener = { played: () => {}, waits: () => {}, forgotten: () => {} };

/** Of tasks that are killed by a crash, and by faults that nobody planned. */
const STRICT: ReplayListener = {
  ...SILENT,
  waits: (_, error) => {
    throw error;
  },
};

/** One round of each function: at most one batch each. Whether there was any. */
export async function serveOnce(ports: StreamPorts): Promise<boolean> {
  let worked = false;
  for (const each of STREAM_FUNCTIONS) {
    const records = await ports.log.poll(groupOf(each), each.topic, each.batchSize);
    if (records.length === 0) continue;
    worked = true;
    if (each.name === "aggregate") await aggregate(ports, records);
    else if (each.name === "archive") await archive(ports, records);
    else await stepStrategies(ports, records);
    await ports.log.commit(groupOf(each), records);
  }
  return worked;
}

/** Calls `work`, again after each crash as a new process would. */
async function throughCrashes<T>(work: () => Promise<T>, onCrash: () => void = () => {}): Promise<T> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof Crash)) throw error;
      onCrash();
    }
  }
}

/** Plays all sessions, the functions at work beside them, until none goes on; `each` is called before every round. */
export async function playAll(
  ports: StreamPorts,
  clock: TestClock,
  each: (round: number) => Promise<boolean>,
  files: ReplayFiles = NO_FILES,
): Promise<void> {
  const fresh = (): ReplayTask => new ReplayTask(replayPorts(ports, files), clock, STRICT);
  let task = fresh();
  for (let round = 0; await each(round); round++) {
    const wait = await throughCrashes(
      () => task.round(),
      () => {
        task = fresh();
      },
    );
    const worked = await throughCrashes(() => serveOnce(ports));
    await clock.sleep(worked ? Math.min(wait, 1) : wait);
    if (round > 20_000) throw new Error("the sessions do not come to an end");
  }
  await task.close();
}

export type { MemoryPorts };
