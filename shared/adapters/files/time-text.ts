import { EARLIEST_TICK } from "#shared/market/tick.ts";
import { textOf } from "./number-text.ts";

const ZERO = 48;
const DAY = 86_400_000;

const ISO =
  /^([0-9]{4})-([0-9]{2})-([0-9]{2})(?:[Tt ]([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:[.,]([0-9]{1,9}))?)?)?(?: ?(Z|z|UTC|[+-][0-9]{2}(?::?[0-9]{2})?))?$/;

/** The latest time that a row may have when it is read at `now`: a day on, as clocks of exchanges run ahead. ms UTC. */
export function latestTime(now: number): number {
  return now + DAY;
}

/**
 * Time in ms UTC of bytes[from, to), rounded down to a whole ms; NaN if it is no time. Epochs are told apart by their
 * number of digits, which from 2001 to 2286 is unambiguous: 13 are ms, 16 µs, 19 ns. Anything else must be ISO 8601
 * with a date; without a zone it is UTC. The range is not checked.
 */
export function parseTime(bytes: Buffer, from: number, to: number): number {
  const length = to - from;
  if (length !== 13 && length !== 16 && length !== 19) return parseIsoTime(textOf(bytes, from, to));
  let value = 0;
  const end = from + 13;
  for (let at = from; at < end; at++) {
    const digit = bytes[at]! - ZERO;
    if (digit < 0 || digit > 9) return parseIsoTime(textOf(bytes, from, to));
    value = value * 10 + digit;
  }
  for (let at = end; at < to; at++) {
    const digit = bytes[at]! - ZERO;
    if (digit < 0 || digit > 9) return parseIsoTime(textOf(bytes, from, to));
  }
  return value;
}

function parseIsoTime(text: string): number {
  const match = ISO.exec(text);
  if (match === null) return Number.NaN;
  const [year, month, day, hour, minute, second] = [1, 2, 3, 4, 5, 6].map((group) => Number(match[group] ?? 0));
  const milliseconds = Number((match[7] ?? "").padEnd(3, "0").slice(0, 3));
  if (hour! > 23 || minute! > 59 || second! > 59) return Number.NaN;
  const utc = Date.UTC(year!, month! - 1, day!, hour!, minute!, second!, milliseconds);
  const date = new Date(utc);
  if (date.getUTCMonth() !== month! - 1 || date.getUTCDate() !== day!) return Number.NaN;
  return utc - zoneOffset(match[8] ?? "Z");
}

/** ms that the zone's clocks run ahead of UTC. */
function zoneOffset(zone: string): number {
  if (!/^[+-]/.test(zone)) return 0;
  const hours = Number(zone.slice(1, 3));
  const minutes = Number(zone.slice(3).replace(":", "") || "0");
  return (zone.startsWith("-") ? -1 : 1) * (hours * 60 + minutes) * 60_000;
}

/** Why a field is not taken as a time; `time` is what `parseTime` made of it, `latest` the latest allowed, ms UTC. */
export function timeFault(text: string, time: number, latest: number): string {
  if (text === "") return "the time is empty";
  if (!Number.isNaN(time)) {
    const allowed = `${isoTime(EARLIEST_TICK)} to ${isoTime(latest)}`;
    return `the time '${text}' is ${isoTime(time)}: allowed is ${allowed}, a day after now`;
  }
  if (/^[0-9]{9,10}(?:\.[0-9]*)?$/.test(text)) {
    return `the time '${text}' is in seconds, too coarse to order trades: write ms, µs, ns or ISO 8601`;
  }
  return `the time '${text}' is none: write epoch ms (13 digits), µs (16), ns (19) or ISO 8601`;
}

function isoTime(time: number): string {
  const date = new Date(time);
  return Number.isNaN(date.getTime()) ? `${time} ms` : date.toISOString();
}

/** Whether `time` (ms UTC) is one that a row may have. */
export function isPlausibleTime(time: number, latest: number): boolean {
  return time >= EARLIEST_TICK && time <= latest;
}
