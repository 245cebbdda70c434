import { StoredArtefacts } from "#shared/adapters/files/stored-artefacts.ts";
import { VmWatchdog } from "#shared/adapters/vm/vm-watchdog.ts";
import type { PaperRunPorts } from "#shared/app/paper-run.ts";
import type { ServerPlatform } from "./server-platform.ts";

/** What live runs are registered, stopped and resumed with. */
export function liveRunPorts({ store, log, liveRuns, states }: ServerPlatform): PaperRunPorts {
  const { ticks, candles, ranges, checkpoints, results } = store;
  const artefacts = new StoredArtefacts(states);
  return { log, ticks, candles, ranges, checkpoints, results, runs: liveRuns, artefacts, watchdog: new VmWatchdog() };
}
