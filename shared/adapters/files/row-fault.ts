import { GREATEST_VALUE } from "#shared/market/tick.ts";

/** Why a price or an amount is not taken; null if it can be. `value` is what its text was read as. */
export function positiveFault(what: string, text: string, value: number): string | null {
  if (value > 0 && value <= GREATEST_VALUE) return null;
  if (text === "") return `the ${what} is empty`;
  if (Number.isNaN(value)) return `the ${what} '${text}' is no number`;
  if (value > GREATEST_VALUE) return `the ${what} '${text}' is too large: at most ${GREATEST_VALUE} is taken`;
  return `the ${what} '${text}' is not above 0`;
}

/** Why the product of a price and an amount is not taken; null if it is. */
export function productFault(price: number, amount: number): string | null {
  if (price * amount <= GREATEST_VALUE) return null;
  return `price × amount is ${price * amount}, too large: at most ${GREATEST_VALUE} is taken`;
}

/** Why an id is not taken. */
export function idFault(text: string): string {
  if (text === "") return "the id is empty";
  if (/^[0-9]+$/.test(text)) return `the id '${text}' is past 2^53 − 1, the greatest that can be told apart`;
  return `the id '${text}' is no whole number from 0 to 2^53 − 1`;
}

/** Why a side is not taken. */
export function sideFault(text: string): string {
  return `the side '${text}' is none: write buy or sell, or true or false where the column says whether the buyer was the maker`;
}

/** Why a row's symbol is not taken; null if it is. */
export function symbolFault(text: string, symbols: readonly string[]): string | null {
  return symbols.includes(text) ? null : `the row is of '${text}', not of ${symbols[0]}`;
}
