import { DECIMAL_PLACES, type Decimal } from "#shared/market/decimal.ts";

const ZERO = 48;
const POINT = 46;

/** 10^0 … 10^22: the powers of ten that a double holds exactly. */
const POWERS_OF_TEN = Float64Array.from({ length: 23 }, (_, exponent) => Number(`1e${exponent}`));

const NUMBER = /^[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?$/;
const PLAIN_DECIMAL = /^([0-9]*)\.?([0-9]*)(?:[eE]([+-]?[0-9]{1,4}))?$/;

/** The characters of bytes[from, to) without white space around them. */
export function textOf(bytes: Buffer, from: number, to: number): string {
  return bytes.toString("utf8", from, to).trim();
}

/**
 * The double nearest to the decimal number in bytes[from, to); NaN if it is none, an infinity if it is too large.
 * An integer below 2^53 divided by a power of ten up to 10^22 is rounded once, so it needs no slower path
 * (W. D. Clinger, "How to read floating point numbers accurately", 1990).
 */
export function parseNumber(bytes: Buffer, from: number, to: number): number {
  let mantissa = 0;
  let at = from;
  for (; at < to; at++) {
    const digit = bytes[at]! - ZERO;
    if (digit < 0 || digit > 9) break;
    mantissa = mantissa * 10 + digit;
  }
  if (at === from) return parseUnusualNumber(bytes, from, to);
  if (at === to) return mantissa <= Number.MAX_SAFE_INTEGER ? mantissa : parseUnusualNumber(bytes, from, to);
  if (bytes[at] !== POINT) return parseUnusualNumber(bytes, from, to);
  let places = 0;
  let zeros = 0;
  for (at++; at < to; at++) {
    const digit = bytes[at]! - ZERO;
    if (digit === 0) {
      zeros++;
      continue;
    }
    if (digit < 0 || digit > 9 || zeros > 20) return parseUnusualNumber(bytes, from, to);
    places += zeros + 1;
    mantissa = mantissa * POWERS_OF_TEN[zeros + 1]! + digit;
    zeros = 0;
  }
  if (mantissa > Number.MAX_SAFE_INTEGER || places > 22) return parseUnusualNumber(bytes, from, to);
  return mantissa / POWERS_OF_TEN[places]!;
}

function parseUnusualNumber(bytes: Buffer, from: number, to: number): number {
  const text = textOf(bytes, from, to);
  return NUMBER.test(text) ? Number(text) : Number.NaN;
}

/** The integer in bytes[from, to), digits only; NaN for anything else and past 2^53 − 1. */
export function parseWholeNumber(bytes: Buffer, from: number, to: number): number {
  let value = 0;
  for (let at = from; at < to; at++) {
    const digit = bytes[at]! - ZERO;
    if (digit < 0 || digit > 9) return Number.NaN;
    value = value * 10 + digit;
  }
  return from < to && value <= Number.MAX_SAFE_INTEGER ? value : Number.NaN;
}

/**
 * The decimal that `text` writes, digits past 1e-18 rounded half away from zero; null if it is no number, negative, or
 * 1e20 and more, which a stored sum cannot hold.
 */
export function parseDecimalText(text: string): Decimal | null {
  const match = PLAIN_DECIMAL.exec(text);
  if (match === null) return null;
  const [, whole = "", fraction = "", exponentText = "0"] = match;
  const digits = (whole + fraction).replace(/^0+/, "");
  if (whole.length + fraction.length === 0) return null;
  if (digits === "") return 0n;
  const shift = DECIMAL_PLACES + Number(exponentText) - fraction.length;
  if (digits.length + shift > 38) return null;
  if (shift >= 0) return BigInt(digits) * 10n ** BigInt(shift);
  if (digits.length + shift < 0) return 0n;
  const divisor = 10n ** BigInt(-shift);
  const scaled = (BigInt(digits) * 2n + divisor) / (divisor * 2n);
  return scaled < 10n ** 38n ? scaled : null;
}
