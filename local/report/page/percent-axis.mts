import { digitsOfStep, formatPercent } from "#shared/report/format.ts";

/** A tick of a percent axis, with as many decimals as the distance of ticks needs: every 2.5 % they are 2.5, 5.0, 7.5. */
export function percentAxis(value: number, step: number): string {
  return formatPercent(value, digitsOfStep(step * 100));
}
