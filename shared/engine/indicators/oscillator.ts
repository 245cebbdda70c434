import { Subtract } from "./line-arithmetic.ts";

/**
 * source − average, around 0: `new Oscillator(close, new SMA(close, { period }))` is backtrader's SMAOscillator. Minimum
 * period: the greater of the two.
 */
export class Oscillator extends Subtract {}
