import { InputError } from "../market/input-error.ts";
import { type Instrument, parseInstrument } from "../market/instrument.ts";
import { parseFlatJson } from "./flat-json.ts";

/** A record that can never be read: it goes to dead letters with this as its reason. */
export class PoisonError extends InputError {
  constructor(reason: string, options?: ErrorOptions) {
    super("bad-data", reason, options);
  }
}

/** A record that a newer Millrace wrote. Not poison: the reader waits until it is upgraded. */
export class NewerVersionError extends Error {
  override readonly name = "NewerVersionError";
}

type Json = Readonly<Record<string, unknown>>;

const decoder = new TextDecoder("utf-8", { fatal: true });
const encoder = new TextEncoder();

/** JSON text of `value` as bytes. */
export function encodeJson(value: unknown): Uint8Array {
  return encoder.encode(JSON.stringify(value));
}

const NO_COLUMNS: ReadonlySet<string> = new Set();

/**
 * Parses a record of a known version; lists of numbers at `columns` may come as columns of doubles. Throws PoisonError
 * for what is no such record, NewerVersionError for a version above `version`.
 */
export function decodeJson(bytes: Uint8Array | null, version: number, columns = NO_COLUMNS): Json {
  if (bytes === null) throw new PoisonError("a tombstone: this topic has none");
  const value = (columns.size === 0 ? null : parseFlatJson(bytes, columns)) ?? parseJson(bytes);
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new PoisonError("not a JSON object");
  const record = value as Json;
  const v = record["v"];
  if (typeof v !== "number" || !Number.isSafeInteger(v) || v < 1) {
    throw new PoisonError(`version ${JSON.stringify(v)} is no version: records start with "v":1`);
  }
  if (v > version) throw new NewerVersionError(`record version ${v} is newer than ${version}: upgrade this reader`);
  return record;
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(decoder.decode(bytes));
  } catch (cause) {
    throw new PoisonError(`not JSON: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}

/** The string at `name`. Throws PoisonError. */
export function textField(record: Json, name: string): string {
  const value = record[name];
  if (typeof value !== "string") throw new PoisonError(`${name} is ${JSON.stringify(value)}: a text is needed`);
  return value;
}

/** The safe integer at `name`. Throws PoisonError. */
export function integerField(record: Json, name: string): number {
  const value = record[name];
  if (!Number.isSafeInteger(value)) throw new PoisonError(`${name} is ${JSON.stringify(value)}: an integer is needed`);
  return value as number;
}

/** The finite number at `name`, or null. Throws PoisonError. */
export function optionalNumberField(record: Json, name: string): number | null {
  const value = record[name] ?? null;
  if (value !== null && (typeof value !== "number" || !Number.isFinite(value))) {
    throw new PoisonError(`${name} is ${JSON.stringify(value)}: a number or null is needed`);
  }
  return value;
}

/** The boolean at `name`. Throws PoisonError. */
export function booleanField(record: Json, name: string): boolean {
  const value = record[name];
  if (typeof value !== "boolean") throw new PoisonError(`${name} is ${JSON.stringify(value)}: true or false is needed`);
  return value;
}

/** The instrument that `exchange` and `symbol` name. Throws PoisonError where no store could hold it. */
export function instrumentField(record: Json): Instrument {
  const key = `${textField(record, "exchange")}:${textField(record, "symbol")}`;
  try {
    return parseInstrument(key);
  } catch (cause) {
    if (!(cause instanceof InputError)) throw cause;
    throw new PoisonError(cause.message, { cause });
  }
}

/** A double for JSON, which has no NaN, infinities and, as it is written here, no −0: these become texts. */
export function encodeDouble(value: number): number | string {
  if (Object.is(value, -0)) return "-0";
  return Number.isFinite(value) ? value : String(value);
}

/** The inverse. Throws PoisonError. */
export function decodeDouble(value: unknown, what: string): number {
  if (typeof value === "number") return value;
  if (value === "NaN" || value === "Infinity" || value === "-Infinity" || value === "-0") return Number(value);
  throw new PoisonError(`${what} is ${JSON.stringify(value)}: a number is needed`);
}

/** The array at `name`. Throws PoisonError. */
export function listField(record: Json, name: string): readonly unknown[] {
  const value = record[name];
  if (!Array.isArray(value)) throw new PoisonError(`${name} is ${JSON.stringify(value)}: a list is needed`);
  return value;
}

/** One of `allowed` at `name`. Throws PoisonError. */
export function choiceField<T extends string>(record: Json, name: string, allowed: readonly T[]): T {
  const value = record[name];
  const found = allowed.find((choice) => choice === value);
  if (found === undefined) {
    throw new PoisonError(`${name} is ${JSON.stringify(value)}: one of ${allowed.join(", ")} is needed`);
  }
  return found;
}

/** `value` as a JSON object. Throws PoisonError. */
export function objectOf(value: unknown, what: string): Json {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new PoisonError(`${what} is ${JSON.stringify(value)}: an object is needed`);
  }
  return value as Json;
}
