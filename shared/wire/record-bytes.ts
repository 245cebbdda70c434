import { DEAD_LETTERS } from "./topics.ts";

/** Greatest record, alone in its batch and with what Kafka adds, bytes: 1 MiB, as Kafka itself has it. */
export const RECORD_BYTES = 1_048_588;

/**
 * Greatest letter, counted likewise. A letter holds any record of another topic whole: a value in base64 takes 4/3 of its
 * bytes, and a key as JSON text up to six times as many.
 */
export const LETTER_BYTES = 8_388_608;

/** Greatest record of a topic, alone in its batch and with what Kafka adds, bytes. */
export function greatestRecordBytes(topic: string): number {
  return topic === DEAD_LETTERS ? LETTER_BYTES : RECORD_BYTES;
}
