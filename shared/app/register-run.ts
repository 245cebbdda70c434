import { InputError } from "../market/input-error.ts";
import type { RunArtefacts } from "../ports/run-artefacts.ts";
import type { RunRecord } from "../ports/run-registry.ts";
import type { Watchdog } from "../ports/watchdog.ts";
import { liveRunRecord } from "./live-run-record.ts";
import { type RunChangePorts, registerRun } from "./run-changes.ts";
import { definitionWith, pinnedCode, type RunCode, type RunPlan } from "./run-plan.ts";

export interface RegisterRunPorts extends RunChangePorts {
  readonly artefacts: RunArtefacts;
  readonly watchdog: Watchdog;
}

/**
 * Registers a live run, pinned to its code, which has to be where `artefacts` finds it. Throws InputError for a plan that cannot run, and where the code is not there.
 */
export async function registerLiveRun(
  ports: RegisterRunPorts,
  plan: RunPlan,
  code: RunCode,
  terms: Parameters<typeof liveRunRecord>[2],
): Promise<RunRecord> {
  const record = liveRunRecord(plan, code, terms);
  await checkRuns(ports, plan, record.definition);
  await registerRun(ports, record);
  return record;
}

/** Throws unless the pinned code makes a run of the plan. */
async function checkRuns({ artefacts, watchdog }: RegisterRunPorts, plan: RunPlan, definition: string): Promise<void> {
  const pin = pinnedCode(definition);
  const artefact = await artefacts.load(pin);
  const make = artefact.define(
    definitionWith(
      plan,
      pin,
      plan.feeds.map(() => null),
    ),
  );
  let fault: unknown = null;
  const [outcome] = watchdog.watch([
    () => {
      try {
        make();
      } catch (error) {
        fault = error;
      }
    },
  ]);
  if (outcome !== "done") {
    const { seconds } = watchdog;
    throw new InputError(
      "bad-data",
      `strategy ${plan.strategy} was not made within ${seconds} s: its fields loop for ever`,
    );
  }
  if (fault !== null) throw fault;
}
