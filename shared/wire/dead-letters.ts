import { Buffer } from "node:buffer";
import { encodeJson } from "./decoded.ts";

/** Version of the records on topic `dead-letters`. */
export const DEAD_LETTERS_VERSION = 1;

/** What could not be used, where it came from, and why. */
export interface DeadLetter {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  /** The row of a block, from 0; null for the whole record. */
  readonly row: number | null;
  readonly reason: string;
  /** The raw record; null for a tombstone. */
  readonly value: Uint8Array | null;
}

/** A letter as the bytes of topic `dead-letters`: JSON, the raw record in base64. */
export function encodeDeadLetter(letter: DeadLetter): Uint8Array {
  const value = letter.value === null ? null : Buffer.from(letter.value).toString("base64");
  return encodeJson({ v: DEAD_LETTERS_VERSION, kind: "dead-letter", ...letter, value });
}
