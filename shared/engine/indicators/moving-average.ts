import type { Line } from "../feeds/line.ts";
import type { Indicator } from "./indicator.ts";

/** The class of a moving average, as indicators that smooth with one take it: `{ movav: EMA }`. */
export type MovingAverage = new (source: Line, options: { readonly period: number }) => Indicator;

/** Settings of an indicator that smooths over a period. */
export interface SmoothedOptions {
  readonly period?: number;
  readonly movav?: MovingAverage;
}
