/**
 * Exact sums: a decimal number as an integer count of 1e-18, the scale of DECIMAL(38, 18) in both databases. Integer
 * addition is associative, so the order of trades never changes a bit.
 */
export type Decimal = bigint;

export const DECIMAL_PLACES = 18;
const UNIT = 10n ** 18n;
/** Exclusive bound of DECIMAL(38, 18). */
const LIMIT = 10n ** 38n;

/** The decimal that `value` prints as (its shortest form), digits past 1e-18 rounded half away from zero. */
export function toDecimal(value: number): Decimal {
  if (Number.isSafeInteger(value)) return BigInt(value) * UNIT;
  const [mantissa = "0", exponentText = "0"] = value.toExponential().split("e");
  const exponent = Number(exponentText);
  const negative = mantissa.startsWith("-");
  const [whole = "0", fraction = ""] = mantissa.replace("-", "").split(".");
  const digits = BigInt(whole + fraction);
  const shift = DECIMAL_PLACES + exponent - fraction.length;
  let scaled: bigint;
  if (shift >= 0) scaled = digits * 10n ** BigInt(shift);
  else {
    const divisor = 10n ** BigInt(-shift);
    scaled = (digits * 2n + divisor) / (divisor * 2n);
  }
  return negative ? -scaled : scaled;
}

/** The product of two decimals, rounded half away from zero to 1e-18. */
export function multiplyDecimals(a: Decimal, b: Decimal): Decimal {
  const product = a * b;
  const half = product < 0n ? -UNIT / 2n : UNIT / 2n;
  return (product + half) / UNIT;
}

/** The double nearest to the exact value: one rounding. */
export function decimalToNumber(value: Decimal): number {
  return Number(`${value}e-18`);
}

/** Throws RangeError when a sum no longer fits DECIMAL(38, 18), i.e. from 1e20 on. */
export function checkDecimal(value: Decimal, what: string): Decimal {
  if (value >= LIMIT || value <= -LIMIT) {
    throw new RangeError(`${what} is ${decimalToNumber(value)}, past the 1e20 that a stored sum can hold`);
  }
  return value;
}
