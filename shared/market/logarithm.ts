import { exponential } from "./exponential.ts";

const { LN10, SQRT1_2 } = Math;
/** ln 2 in two parts, the first with so few bits that its multiples up to 1,100 are exact. */
const LN2_HIGH = 0.6931471803691238;
const LN2_LOW = 1.9082149292705877e-10;
/** Odd powers of the series, beyond which a term is under 1e-17 of the sum. */
const TERMS = 12;
const EXPONENT_BIAS = 1023;
const SUBNORMAL_SCALE = 2 ** 54;

const number = new Float64Array(1);
const halves = new Uint32Array(number.buffer);

/**
 * The natural logarithm to 4e-16 relative, from + − × ÷ only: `Math.log` may differ between machines in its last bits.
 * −Infinity for 0, NaN below. With x = 2^k × m, m in [√½, √2), and s = (m − 1) ÷ (m + 1):
 * ln x = k ln 2 + 2 (s + s³/3 + s⁵/5 + …).
 */
export function logarithm(x: number): number {
  if (!(x > 0)) return x === 0 ? Number.NEGATIVE_INFINITY : Number.NaN;
  if (x === Number.POSITIVE_INFINITY) return x;
  let scaled = 0;
  number[0] = x;
  if (halves[1]! >>> 20 === 0) {
    number[0] = x * SUBNORMAL_SCALE;
    scaled = 54;
  }
  let k = (halves[1]! >>> 20) - EXPONENT_BIAS;
  halves[1] = (halves[1]! & 0xfffff) | (EXPONENT_BIAS << 20);
  let m = number[0]!;
  if (m * SQRT1_2 >= 1) {
    m /= 2;
    k++;
  }
  k -= scaled;
  const f = m - 1;
  const s = f / (2 + f);
  const square = s * s;
  let series = 0;
  for (let term = TERMS; term > 0; term--) series = (series + 1 / (2 * term + 1)) * square;
  // 2s = f − s f, which keeps the leading digits exact.
  return k * LN2_HIGH + (f - (s * (f - 2 * series) - k * LN2_LOW));
}

/** The decimal logarithm, made from `logarithm`. */
export function decimalLogarithm(x: number): number {
  return logarithm(x) / LN10;
}

/**
 * base^exponent for base ≥ 0, to about 1e-14 relative while the result lies within e^±700, made from `logarithm` and
 * `exponential`. NaN for a negative base; 1 for exponent 0.
 */
export function power(base: number, exponent: number): number {
  if (exponent === 0 || base === 1) return 1;
  if (base === 0) return exponent > 0 ? 0 : Number.POSITIVE_INFINITY;
  return exponential(exponent * logarithm(base));
}
