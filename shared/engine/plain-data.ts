import type { SnapshotReader, SnapshotWriter } from "./snapshot.ts";

const NULL = 0;
const UNDEFINED = 1;
const FALSE = 2;
const TRUE = 3;
const NUMBER = 4;
const TEXT = 5;
const LIST = 6;
const RECORD = 7;

/** A strategy keeps what no snapshot could hold. */
export class PlainDataError extends TypeError {
  override readonly name = "PlainDataError";
}

/** Whether `value` is an object literal's kind of object. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/**
 * Writes plain data: null, undefined, booleans, numbers (NaN, −0 and Infinity kept), texts, arrays and object literals
 * of these. Throws PlainDataError naming the place of anything else, and of an object that is reachable in two ways, which
 * would be two objects after a restore.
 */
export function writePlainData(writer: SnapshotWriter, value: unknown, path: string): void {
  write(writer, value, path, new Set());
}

/** Throws PlainDataError where `value` is not plain data; see `writePlainData`. */
export function checkPlainData(value: unknown, path: string): void {
  check(value, path, new Set());
}

function enter(value: object, path: string, seen: Set<object>): void {
  if (seen.has(value)) throw new PlainDataError(`${path} is an object that is held twice: keep one copy of it`);
  seen.add(value);
}

function refuse(value: unknown, path: string): never {
  const kind = typeof value === "object" ? (value?.constructor?.name ?? "object") : typeof value;
  throw new PlainDataError(
    `${path} is a ${kind}: state may hold null, booleans, numbers, texts, arrays and plain objects of these`,
  );
}

function check(value: unknown, path: string, seen: Set<object>): void {
  if (value === null || value === undefined) return;
  if (typeof value === "number" || typeof value === "string" || typeof value === "boolean") return;
  if (Array.isArray(value)) {
    enter(value, path, seen);
    for (let i = 0; i < value.length; i++) check(value[i], `${path}[${i}]`, seen);
  } else if (isRecord(value)) {
    enter(value, path, seen);
    for (const key of Object.keys(value)) check(value[key], `${path}.${key}`, seen);
  } else refuse(value, path);
}

function write(writer: SnapshotWriter, value: unknown, path: string, seen: Set<object>): void {
  if (value === null) writer.number(NULL);
  else if (value === undefined) writer.number(UNDEFINED);
  else if (typeof value === "boolean") writer.number(value ? TRUE : FALSE);
  else if (typeof value === "number") {
    writer.number(NUMBER);
    writer.number(value);
  } else if (typeof value === "string") {
    writer.number(TEXT);
    writer.text(value);
  } else if (Array.isArray(value)) {
    enter(value, path, seen);
    writer.number(LIST);
    writer.number(value.length);
    for (let i = 0; i < value.length; i++) write(writer, value[i], `${path}[${i}]`, seen);
  } else if (isRecord(value)) {
    enter(value, path, seen);
    const keys = Object.keys(value);
    writer.number(RECORD);
    writer.number(keys.length);
    for (const key of keys) {
      writer.text(key);
      write(writer, value[key], `${path}.${key}`, seen);
    }
  } else refuse(value, path);
}

/** Reads what `writePlainData` wrote. */
export function readPlainData(reader: SnapshotReader): unknown {
  switch (reader.number()) {
    case NULL:
      return null;
    case UNDEFINED:
      return undefined;
    case FALSE:
      return false;
    case TRUE:
      return true;
    case NUMBER:
      return reader.number();
    case TEXT:
      return reader.text();
    case LIST: {
      const count = reader.number();
      const list: unknown[] = [];
      for (let i = 0; i < count; i++) list.push(readPlainData(reader));
      return list;
    }
    case RECORD: {
      const count = reader.number();
      const record: Record<string, unknown> = {};
      for (let i = 0; i < count; i++) {
        const key = reader.text();
        const value = readPlainData(reader);
        if (key === "__proto__") define(record, key, value);
        else record[key] = value;
      }
      return record;
    }
    default:
      throw new RangeError("the snapshot holds data of an unknown kind: it was altered");
  }
}

/** An assignment to this key would set the prototype instead. */
function define(record: Record<string, unknown>, key: string, value: unknown): void {
  Object.defineProperty(record, key, { value, writable: true, enumerable: true, configurable: true });
}
