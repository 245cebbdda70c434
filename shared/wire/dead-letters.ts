import { Buffer } from "node:buffer";
import { decodeJson, encodeJson, integerField, PoisonError, textField } from "./decoded.ts";

/** Version of the records on topic `dead-letters`. */
export const DEAD_LETTERS_VERSION = 1;

/** What could not be used, where it came from, and why. */
export interface DeadLetter {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  /** Of the raw record. */
  readonly key: string;
  /** The row of a block, from 0; null for the whole record. */
  readonly row: number | null;
  /** Its first 1,000 characters. */
  readonly reason: string;
  /** The raw record; null for a tombstone. */
  readonly value: Uint8Array | null;
}

/** What is wrong is told in fewer; a reason may repeat what the record holds. */
const REASON_LENGTH = 1_000;

/** A letter as the bytes of topic `dead-letters`: JSON, the raw record in base64. */
export function encodeDeadLetter(letter: DeadLetter): Uint8Array {
  const value = letter.value === null ? null : Buffer.from(letter.value).toString("base64");
  const reason = letter.reason.slice(0, REASON_LENGTH);
  return encodeJson({ v: DEAD_LETTERS_VERSION, kind: "dead-letter", ...letter, reason, value });
}

/** The inverse. Throws PoisonError or NewerVersionError. */
export function decodeDeadLetter(bytes: Uint8Array | null): DeadLetter {
  const json = decodeJson(bytes, DEAD_LETTERS_VERSION);
  if (json["kind"] !== "dead-letter") throw new PoisonError(`kind is ${JSON.stringify(json["kind"])}: no dead letter`);
  return {
    topic: textField(json, "topic"),
    partition: integerField(json, "partition"),
    offset: integerField(json, "offset"),
    key: textField(json, "key"),
    row: json["row"] === null ? null : integerField(json, "row"),
    reason: textField(json, "reason"),
    value: json["value"] === null ? null : new Uint8Array(Buffer.from(textField(json, "value"), "base64")),
  };
}
