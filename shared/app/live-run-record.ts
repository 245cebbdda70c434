import type { RunRecord } from "../ports/run-registry.ts";
import { describePlan, feedNames, identityOf, type RunCode, type RunPlan, resolvedParams } from "./run-plan.ts";

/**
 * The first record of a live run of a plan, pinned to its code. `now`: ms UTC.
 * @param idOf the run's id, made from its identity
 */
export function liveRunRecord(
  plan: RunPlan,
  code: RunCode,
  {
    kind,
    idOf,
    now,
  }: { readonly kind: "paper" | "replay"; readonly idOf: (identity: string) => string; readonly now: number },
): RunRecord {
  const definition = describePlan(plan, code, null);
  const identity = identityOf(definition);
  return {
    run: idOf(identity),
    version: 1,
    kind,
    strategy: plan.strategy,
    feeds: feedNames(plan),
    params: resolvedParams(plan, code),
    definition,
    identity,
    created: now,
    status: "running",
    error: null,
    resultHash: null,
    until: null,
    figures: null,
  };
}
