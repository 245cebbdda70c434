import type { LogRecord } from "../ports/event-log.ts";
import type { RunRecord } from "../ports/run-registry.ts";
import type { DecodedCandles } from "./decoded-candles.ts";
import { changeRun, type RunChangePorts } from "./run-changes.ts";
import { identityOf, parsePlan, type RunPlan, startingAt } from "./run-plan.ts";
import { earliest } from "./warm-start.ts";

/** A run and its plan. */
export interface PlannedRun {
  readonly record: RunRecord;
  readonly plan: RunPlan;
}

/**
 * A paper run with the time that it trades from. One that was started while nothing was known of its instruments
 * (`tradeFrom` 0) trades from where the first live candle opens that comes for it: from then on its record says so, and no
 * history that is imported is traded on. The run as it is for any other, and while none has come.
 * @param records of its instruments
 */
export async function withTradingStart(
  ports: RunChangePorts,
  run: PlannedRun,
  records: readonly LogRecord[],
  batch: DecodedCandles,
): Promise<PlannedRun> {
  if (run.plan.tradeFrom !== 0) return run;
  const from = firstOpen(records, batch);
  if (from === null) return run;
  const record = await changeRun(ports, run.record.run, (held) => {
    if (parsePlan(held.definition).tradeFrom !== 0) return null;
    const definition = startingAt(held.definition, from);
    return { ...held, definition, identity: identityOf(definition) };
  });
  return { record, plan: parsePlan(record.definition) };
}

/** Where the first candle opens, ms UTC, of several the one that closes first; null for none. */
function firstOpen(records: readonly LogRecord[], batch: DecodedCandles): number | null {
  for (const record of records) {
    const first = earliest((batch.of(record)?.candles ?? []).filter(({ revision }) => revision === 0));
    if (first !== undefined) return first.openTime;
  }
  return null;
}
