import { InputError } from "../market/input-error.ts";

/** What has one canonical text. */
export type CanonicalValue =
  | null
  | boolean
  | number
  | string
  | readonly CanonicalValue[]
  | { readonly [key: string]: CanonicalValue | undefined };

/**
 * JSON with keys in code unit order, no white space and the shortest numbers (RFC 8785 in its essentials), so that equal
 * values have equal texts. Keys without a value are left out. −0 is written as 0. Throws InputError for NaN, infinities and lone surrogates, which JSON
 * cannot carry.
 */
export function canonicalJson(value: CanonicalValue): string {
  if (value === null || typeof value === "boolean") return String(value);
  if (typeof value === "number") {
    if (!Number.isFinite(value)) {
      throw new InputError("bad-data", `${value} has no canonical JSON: give a finite number or null`);
    }
    return JSON.stringify(value);
  }
  if (typeof value === "string") {
    if (!value.isWellFormed()) {
      throw new InputError("bad-data", `${JSON.stringify(value)} is half a character: give well-formed text`);
    }
    return JSON.stringify(value);
  }
  if (isList(value)) return `[${value.map(canonicalJson).join(",")}]`;
  const entries = Object.keys(value)
    .sort()
    .flatMap((key) => (value[key] === undefined ? [] : [`${canonicalJson(key)}:${canonicalJson(value[key])}`]));
  return `{${entries.join(",")}}`;
}

function isList(value: readonly CanonicalValue[] | object): value is readonly CanonicalValue[] {
  return Array.isArray(value);
}
