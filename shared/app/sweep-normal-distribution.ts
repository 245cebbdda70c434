import { exponential } from "../market/exponential.ts";
import { logarithm } from "../market/logarithm.ts";

const ROOT_OF_TWO_PI = Math.sqrt(2 * Math.PI);
/** Beyond so many deviations a probability is 0 or 1 to double precision. */
const FAR = 8;

/**
 * Probability that a standard normal variable is at most `x`, to about 1e-15 absolute: the Taylor series of Marsaglia,
 * "Evaluating the Normal Distribution", Journal of Statistical Software 11(4), 2004.
 */
export function normalProbability(x: number): number {
  if (Number.isNaN(x)) return Number.NaN;
  if (x <= -FAR) return 0;
  if (x >= FAR) return 1;
  let sum = x;
  let term = x;
  for (let odd = 3; sum + term !== sum || odd === 3; odd += 2) {
    term *= (x * x) / odd;
    sum += term;
  }
  return 0.5 + (sum * exponential((-x * x) / 2)) / ROOT_OF_TWO_PI;
}

/** Coefficients of PPND16, lowest power first. */
const MIDDLE = [
  [
    3.3871328727963665, 133.14166789178438, 1971.5909503065513, 13731.69376550946, 45921.95393154987, 67265.7709270087,
    33430.57558358813, 2509.0809287301227,
  ],
  [
    1, 42.31333070160091, 687.1870074920579, 5394.196021424751, 21213.794301586597, 39307.89580009271,
    28729.085735721943, 5226.495278852854,
  ],
] as const;
const OUTER = [
  [
    1.4234371107496835, 4.630337846156546, 5.769497221460691, 3.6478483247632045, 1.2704582524523684,
    0.2417807251774506, 0.022723844989269184, 0.0007745450142783414,
  ],
  [
    1, 2.053191626637759, 1.6763848301838038, 0.6897673349851, 0.14810397642748008, 0.015198666563616457,
    0.0005475938084995344, 0.0000000010507500716444169,
  ],
] as const;
const FARTHEST = [
  [
    6.657904643501103, 5.463784911164114, 1.7848265399172913, 0.29656057182850487, 0.026532189526576124,
    0.0012426609473880784, 0.000027115555687434876, 0.00000020103343992922881,
  ],
  [
    1, 0.599832206555888, 0.1369298809227358, 0.014875361290850615, 0.0007868691311456133, 0.000018463183175100548,
    0.0000001421511758316446, 0.0000000000000020442631033899397,
  ],
] as const;

/**
 * The value that a standard normal variable stays below with probability `p`; ∓Infinity for 0 and 1. Rational
 * approximation PPND16 of Wichura, "Algorithm AS 241", Applied Statistics 37 (1988), to about 1e-16 relative.
 */
export function normalQuantile(p: number): number {
  if (!(p >= 0 && p <= 1)) return Number.NaN;
  if (p === 0 || p === 1) return p === 0 ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  const centred = p - 0.5;
  if (Math.abs(centred) <= 0.425) return centred * ratio(MIDDLE, 0.180625 - centred * centred);
  const depth = Math.sqrt(-logarithm(centred < 0 ? p : 1 - p));
  const size = depth <= 5 ? ratio(OUTER, depth - 1.6) : ratio(FARTHEST, depth - 5);
  return centred < 0 ? -size : size;
}

function ratio([above, below]: readonly [readonly number[], readonly number[]], x: number): number {
  return polynomial(above, x) / polynomial(below, x);
}

function polynomial(coefficients: readonly number[], x: number): number {
  let sum = 0;
  for (let i = coefficients.length - 1; i >= 0; i--) sum = sum * x + coefficients[i]!;
  return sum;
}
