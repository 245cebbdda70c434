import type { BrokerSettings } from "../engine/run-definition.ts";
import type { ToldCandles } from "../market/candle.ts";
import type { CostBandRow } from "../report/report-input.ts";
import { RunMemory, runOnColumns } from "./run-on-columns.ts";
import { feesOf, type RunCode, type RunPlan } from "./run-plan.ts";

/** Costs beside a run's own: its fees times `fee`, and market orders that fill worse by `slippage`, a fraction. */
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
export function costBand(plan: RunPlan, code: RunCode, columns: readonly ToldCandles[]): readonly CostBandRow[] | null {
  const { commission, slippage } = plan.broker;
  if (columns.length === 0 || commission !== undefined || slippage !== undefined) return null;
  const memory = new RunMemory();
  const rows: CostBandRow[] = [];
  for (const { label, fee, slippage: worse } of BAND) {
    const other = withCosts(plan, fee, worse);
    const { figures } = runOnColumns(other, code, columns, memory, () => {});
    if (figures === null) continue;
    const { finalValue, totalReturn, maxDrawdown, sharpe, trades } = figures;
    rows.push({
      label,
      fee: feesOf(other).taker,
      slippage: worse,
      finalValue,
      totalReturn,
      maxDrawdown,
      sharpe,
      trades,
    });
  }
  return rows;
}

/** The plan with its fees times `fee`, and fills that are worse by `slippage`. */
function withCosts(plan: RunPlan, fee: number, slippage: number): RunPlan {
  const feeds = plan.feeds.map((planned) => {
    const { takerFee, makerFee } = planned.spec;
    return { ...planned, spec: { ...planned.spec, takerFee: takerFee * fee, makerFee: makerFee * fee } };
  });
  const own = plan.broker.fee === null ? null : plan.broker.fee * fee;
  return { ...plan, feeds, broker: { ...plan.broker, fee: own, ...slippageOf(slippage) } };
}

/** Slippage of every fill by a fraction of its price; nothing where it is 0. */
export function slippageOf(fraction: number): Pick<BrokerSettings, "slippage"> {
  if (fraction === 0) return {};
  return { slippage: { perc: fraction, slipOpen: true, slipMatch: true, slipLimit: true, slipOut: false } };
}
