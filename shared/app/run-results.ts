import type { CycleColumns } from "../engine/run-events.ts";
import type { ResultStore, RunResults, StatedHash } from "../ports/result-store.ts";
import type { RunRecord } from "../ports/run-registry.ts";

/**
 * Results of a run, those that count: what a step had published that was lost, as the run was stopped before it was
 * committed, is left out (`RunRecord.until`).
 */
export async function runResults(
  results: Pick<ResultStore, "read">,
  { run, until }: Pick<RunRecord, "run" | "until">,
): Promise<RunResults> {
  const all = await results.read(run);
  return until === null ? all : resultsBefore(all, until);
}

/** What a live run has stated at UTC midnights, as far as that counts in the same way. */
export async function statedHashes(
  results: Pick<ResultStore, "readHashes">,
  { run, until }: Pick<RunRecord, "run" | "until">,
): Promise<readonly StatedHash[]> {
  const all = await results.readHashes(run);
  return until === null ? all : all.filter(({ time }) => time < until);
}

function resultsBefore({ cycles, orders, fills, trades, logs }: RunResults, until: number): RunResults {
  const early = ({ time }: { readonly time: number }): boolean => time < until;
  return {
    cycles: cyclesBefore(cycles, until),
    orders: orders.filter(early),
    fills: fills.filter(early),
    trades: trades.filter(({ closeTime }) => closeTime < until),
    logs: logs.filter(early),
  };
}

/** A run's clock never goes back. */
function cyclesBefore({ length, time, cash, value, position }: CycleColumns, until: number): CycleColumns {
  let end = length;
  while (end > 0 && time[end - 1]! >= until) end--;
  const cut = (column: Float64Array): Float64Array => column.subarray(0, end);
  return { length: end, time: cut(time), cash: cut(cash), value: cut(value), position: position.map(cut) };
}
