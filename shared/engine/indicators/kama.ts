import type { Line } from "../feeds/line.ts";
import { Indicator } from "./indicator.ts";
import { Absolute } from "./line-arithmetic.ts";
import { Momentum } from "./momentum.ts";
import { SMA } from "./sma.ts";
import { SumN } from "./sum-n.ts";

/** How fast Kaufman's average may move. */
export interface KamaOptions {
  readonly period?: number;
  /** Period of the EMA that it is while prices move straight. */
  readonly fast?: number;
  /** Period of the EMA that it is while prices move to and fro. */
  readonly slow?: number;
}

/**
 * Kaufman's adaptive moving average (Kaufman 1995): y = y′·(1 − a) + x·a with a = (e·(f − s) + s)², where f and s are
 * 2 / (fast + 1) and 2 / (slow + 1), and the efficiency e = |x − x₋ₙ| / Σₙ|x − x₋₁|, 0 where nothing moved. The first
 * value is the mean of the last `period`. Minimum period: period + 1.
 */
export class KAMA extends Indicator {
  readonly source: Line;
  private readonly direction: Line;
  private readonly volatility: Line;
  private readonly mean: Line;
  private readonly fastest: number;
  private readonly slowest: number;
  private value = Number.NaN;

  constructor(source: Line, { period = 30, fast = 2, slow = 30 }: KamaOptions = {}) {
    const direction = new Absolute(new Momentum(source, { period }));
    const volatility = new SumN(new Absolute(new Momentum(source, { period: 1 })), { period });
    const mean = new SMA(source, { period });
    super([source, direction, volatility, mean], 1);
    this.source = source;
    this.direction = direction;
    this.volatility = volatility;
    this.mean = mean;
    this.fastest = 2 / (fast + 1);
    this.slowest = 2 / (slow + 1);
  }

  override step(): number {
    const { slowest } = this;
    const volatility = this.volatility.now;
    const efficiency = volatility === 0 ? 0 : this.direction.now / volatility;
    const root = efficiency * (this.fastest - slowest) + slowest;
    const weight = root * root;
    const value = Number.isNaN(this.value) ? this.mean.now : this.value * (1 - weight) + this.source.now * weight;
    if (!Number.isNaN(value)) this.value = value;
    return value;
  }
}
