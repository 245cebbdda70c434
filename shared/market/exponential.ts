const { LN2 } = Math;
const TERMS = 14;

/**
 * e^x for |x| ≤ 700, to 1e-14 relative, from + − × ÷ only: `Math.exp` may differ between machines in its last bits.
 * Taylor series around the nearest multiple of ln 2.
 */
export function exponential(x: number): number {
  const doublings = Math.round(x / LN2);
  const rest = x - doublings * LN2;
  let sum = 1;
  for (let term = TERMS; term > 0; term--) sum = 1 + (sum * rest) / term;
  const factor = doublings < 0 ? 0.5 : 2;
  for (let i = Math.abs(doublings); i > 0; i--) sum *= factor;
  return sum;
}
