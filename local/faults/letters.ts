import type { LogRecord } from "#shared/ports/event-log.ts";
import type { Poison, Publication } from "./scenario.ts";

/** What is said of a record in dead letters, in one line without the end of its reason. */
function lineOf(topic: string, partition: number, offset: number, row: number | null): string {
  return `${topic} partition ${partition} offset ${offset}${row === null ? "" : ` row ${row}`}`;
}

/**
 * How dead letters differ from what should be there: one of each poison record, wherever the log took it and however
 * often, with its place and reason; and no other. A letter may come more than once.
 */
export function letterDifferences(
  publications: readonly Publication[],
  records: readonly LogRecord[],
  letters: readonly LogRecord[],
): readonly string[] {
  const poison = new Map<string, Poison>();
  for (const { topic, key, value, poison: told } of publications) {
    if (told !== null) poison.set(nameOf(topic, key, value), told);
  }
  const expected = new Map<string, string>();
  for (const { topic, partition, offset, key, value } of records) {
    const told = poison.get(nameOf(topic, key, value));
    if (told !== undefined) expected.set(lineOf(topic, partition, offset, told.row), told.reason);
  }
  const found = new Map<string, string>();
  for (const { value } of letters) {
    const { topic, partition, offset, row, reason } = JSON.parse(new TextDecoder().decode(value!)) as {
      readonly [name in "topic" | "reason"]: string;
    } & { readonly [name in "partition" | "offset"]: number } & { readonly row: number | null };
    found.set(lineOf(topic, partition, offset, row), reason);
  }
  const missing = [...expected].filter(([line, reason]) => !found.get(line)?.includes(reason));
  const madeUp = [...found].filter(([line]) => !expected.has(line));
  return [
    ...missing.map(([line, reason]) => `dead letters do not say of ${line}: ${reason}; but: ${found.get(line)}`),
    ...madeUp.map(([line, reason]) => `dead letters say of ${line}: ${reason}`),
  ];
}

function nameOf(topic: string, key: string, value: Uint8Array | null): string {
  return `${topic} ${key} ${value === null ? "a tombstone" : new TextDecoder().decode(value)}`;
}
