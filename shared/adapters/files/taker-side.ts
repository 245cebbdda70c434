import { BUY, SELL, UNKNOWN_SIDE } from "#shared/market/tick.ts";

/** A code that no side has: the field is neither a side nor empty. */
export const NO_SIDE = 255;

const TRUE = Buffer.from("true");
const FALSE = Buffer.from("false");
const LOWER_CASE = 32;
const ZERO = 48;
const ONE = 49;

/** Code of the taker's side by name; `NO_SIDE` for anything else. */
export function parseSide(text: string): number {
  switch (text.toLowerCase()) {
    case "buy":
    case "b":
      return BUY;
    case "sell":
    case "s":
      return SELL;
    case "":
    case "unknown":
      return UNKNOWN_SIDE;
    default:
      return NO_SIDE;
  }
}

/** Code of the taker's side by whether the buyer was the maker (then the taker sold); `NO_SIDE` if it is not told. */
export function parseBuyerMaker(bytes: Buffer, from: number, to: number): number {
  if (to - from === 1) return bytes[from] === ONE ? SELL : bytes[from] === ZERO ? BUY : NO_SIDE;
  if (isWord(bytes, from, to, TRUE)) return SELL;
  return isWord(bytes, from, to, FALSE) ? BUY : NO_SIDE;
}

function isWord(bytes: Buffer, from: number, to: number, word: Buffer): boolean {
  if (to - from !== word.length) return false;
  for (let i = 0; i < word.length; i++) {
    if ((bytes[from + i]! | LOWER_CASE) !== word[i]) return false;
  }
  return true;
}
