const { LN2, SQRT2 } = Math;
const TERMS = 12;
const scratch = new Float64Array(1);
const halves = new Uint32Array(scratch.buffer);
const SUBNORMAL = 2 ** -1022;

/**
 * ln x to 1e-15 relative or absolute, from + − × ÷ only: the engine's own may differ between machines in its last bits.
 * −Infinity at 0, NaN below. With x = m · 2ᵉ and s = (m − 1) / (m + 1): ln x = e · ln 2 + 2 · (s + s³/3 + s⁵/5 + …).
 */
export function naturalLogarithm(x: number): number {
  if (x === 0) return Number.NEGATIVE_INFINITY;
  if (!(x > 0) || x === Number.POSITIVE_INFINITY) return x > 0 ? x : Number.NaN;
  if (x < SUBNORMAL) return naturalLogarithm(x * 2 ** 60) - 60 * LN2;
  scratch[0] = x;
  let exponent = (halves[1]! >>> 20) - 1023;
  halves[1] = (halves[1]! & 0xfffff) | (1023 << 20);
  let mantissa = scratch[0];
  if (mantissa > SQRT2) {
    mantissa /= 2;
    exponent++;
  }
  const s = (mantissa - 1) / (mantissa + 1);
  const square = s * s;
  let sum = 0;
  for (let term = TERMS; term >= 0; term--) sum = sum * square + 1 / (2 * term + 1);
  return exponent * LN2 + 2 * s * sum;
}
