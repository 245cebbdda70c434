import type { BrokerSettings } from "../engine/run-definition.ts";
import type { CandleColumns } from "../market/candle.ts";
import type { CostBandRow } from "../report/report-input.ts";
import { RunMemory, runOnColumns } from "./run-on-columns.ts";
import type { RunCode, RunPlan } from "./run-plan.ts";

/** Costs beside a run's own: its fee times `fee`, and market orders that fill worse by `slippage`, a fraction. */
interface Costs {
  readonly label: string;
  readonly fee: number;
  readonly slippage: number;
}

const BAND: readonly Costs[] = [
  { label: "no costs", fee: 0, slippage: 0 },
  { label: "half the fee", fee: 0.5, slippage: 0 },
  { label: "as run", fee: 1, slippage: 0 },
  { label: "worse fills", fee: 1, slippage: 0.0005 },
  { label: "twice the fee, worse fills", fee: 2, slippage: 0.001 },
];

/**
 * The same plan under other costs, on the same candles: how much of a result hangs on fees and fills. Null for a plan
 * whose costs are not a single percentage, or that has slippage of its own.
 */
export function costBand(
  plan: RunPlan,
  code: RunCode,
  columns: readonly CandleColumns[],
): readonly CostBandRow[] | null {
  const { commission, slippage } = plan.broker;
  if (columns.length === 0 || commission !== undefined || slippage !== undefined) return null;
  const ownFee = plan.broker.fee ?? plan.feeds[0]!.spec.takerFee;
  const memory = new RunMemory();
  const rows: CostBandRow[] = [];
  for (const { label, fee, slippage: worse } of BAND) {
    const broker = { ...plan.broker, fee: ownFee * fee, ...slippageOf(worse) };
    const { figures } = runOnColumns({ ...plan, broker }, code, columns, memory, () => {});
    if (figures === null) continue;
    const { finalValue, totalReturn, maxDrawdown, sharpe, trades } = figures;
    rows.push({ label, fee: ownFee * fee, slippage: worse, finalValue, totalReturn, maxDrawdown, sharpe, trades });
  }
  return rows;
}

/** Slippage of every fill by a fraction of its price; nothing where it is 0. */
export function slippageOf(fraction: number): Pick<BrokerSettings, "slippage"> {
  if (fraction === 0) return {};
  return { slippage: { perc: fraction, slipOpen: true, slipMatch: true, slipLimit: true, slipOut: false } };
}
