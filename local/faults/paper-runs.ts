import { planOf } from "#local/embedded/test-chain.ts";
import { publishArtefact } from "#local/strategies/artefact.ts";
import { strategyRoots } from "#local/strategies/catalog.ts";
import { liveRunPorts } from "#local/up/live-run-ports.ts";
import type { ServerPlatform } from "#local/up/server-platform.ts";
import { type PaperRunPorts, startPaperRun, stopPaperRun } from "#shared/app/paper-run.ts";
import { loadCode, type RunPlan } from "#shared/app/run-plan.ts";
import { feedKey, instrumentKey } from "#shared/market/instrument.ts";
import type { RunRecord } from "#shared/ports/run-registry.ts";
import { ENDING, FIRST, LOSING, MARKET_FROM } from "./market.ts";
import { until } from "./until.ts";

/** How long the last results of a run may take to be stored, ms. */
const STORED_MS = 60_000;

const MINUTE = 60_000;
const first = feedKey({ name: "data", instrument: FIRST, timeframe: "1m" });

/** Runs on one feed, on two feeds of one instrument, on instruments in two partitions, and on one that ends. */
export function plansOfRuns(): readonly RunPlan[] {
  const warmFrom = MARKET_FROM - MINUTE;
  return [
    planOf("sma-cross", [first], warmFrom),
    planOf("trend-filter", [first, `slow=${instrumentKey(FIRST)}@5m`], warmFrom, warmFrom + 8 * MINUTE),
    planOf("trend-filter", [`${instrumentKey(LOSING)}@1m`, `slow=${instrumentKey(FIRST)}@3m`], warmFrom),
    planOf("sma-cross", [`${instrumentKey(ENDING)}@1m`], warmFrom),
  ];
}

/** Starts the runs on servers, as its command does. */
export async function startRuns(platform: ServerPlatform): Promise<readonly RunRecord[]> {
  const records: RunRecord[] = [];
  for (const plan of plansOfRuns()) {
    const code = await loadCode(platform.catalog, plan.strategy);
    await publishArtefact(platform.states, strategyRoots(process.env), code);
    records.push(await startPaperRun(liveRunPorts(platform), plan, code, records.length));
  }
  return records;
}

/** Stops runs; what they then state as their results, by run. */
export async function stopRuns(ports: PaperRunPorts, runs: readonly RunRecord[]): Promise<Map<string, RunRecord>> {
  const stopped = new Map<string, RunRecord>();
  for (const { run } of runs) {
    await until(`stop run ${run}`, STORED_MS, async () => {
      stopped.set(run, await stopPaperRun(ports, run));
      return true;
    });
  }
  return stopped;
}
