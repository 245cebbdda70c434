import { InputError } from "../market/input-error.ts";

/** Bytes of UTF-8 that a key (of a checkpoint, of a run) has at most: what every store takes. It has at least one. */
export const LONGEST_KEY = 512;

/** Whether every store takes this key. */
export function fitsKey(key: string): boolean {
  return key !== "" && key.length <= LONGEST_KEY && new TextEncoder().encode(key).length <= LONGEST_KEY;
}

/** Throws InputError 'usage' for a key that not every store takes. */
export function checkKey(key: string): void {
  if (fitsKey(key)) return;
  throw new InputError("usage", `the key '${shownKey(key)}' has not 1 to ${LONGEST_KEY} bytes: choose a shorter name`);
}

/** A key as a message shows it: of a long one the beginning. */
export function shownKey(key: string): string {
  return key.length <= 100 ? key : `${key.slice(0, 100)}…`;
}
