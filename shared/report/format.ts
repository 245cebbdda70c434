/** U+202F, a thin space at which no line breaks: between thousands and before a unit. */
const THIN_SPACE = "\u202f";
const MINUS = "\u2212";
/** Stands for a value that does not exist; wherever it is shown, its reason is too. */
export const NOTHING = "\u2013";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

function isAbsent(value: number | null): value is null {
  return value === null || Number.isNaN(value);
}

/** `12 345.60` with thin spaces and a true minus sign, never `−0.00`; an en dash for null and NaN. */
export function formatNumber(value: number | null, digits: number): string {
  if (isAbsent(value)) return NOTHING;
  const magnitude = Math.abs(value);
  if (magnitude === Number.POSITIVE_INFINITY) return value < 0 ? `${MINUS}\u221e` : "\u221e";
  if (magnitude >= 1e15) return value.toExponential(3).replace("-", MINUS);
  const [whole = "0", fraction] = magnitude.toFixed(digits).split(".");
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, THIN_SPACE);
  const text = fraction === undefined ? grouped : `${grouped}.${fraction}`;
  return value < 0 && /[1-9]/.test(text) ? MINUS + text : text;
}

/** As `formatNumber`, with a plus sign before what rounds to more than zero. */
export function formatSigned(value: number | null, digits: number): string {
  const text = formatNumber(value, digits);
  return value !== null && value > 0 && /[1-9\u221e]/.test(text) ? `+${text}` : text;
}

/** A fraction as a percentage: 0.1234 is `12.34 %`. */
export function formatPercent(fraction: number | null, digits = 2): string {
  return isAbsent(fraction) ? NOTHING : `${formatNumber(fraction * 100, digits)}${THIN_SPACE}%`;
}

/** As `formatPercent`, with a plus sign before what rounds to more than zero. */
export function formatSignedPercent(fraction: number | null, digits = 2): string {
  return isAbsent(fraction) ? NOTHING : `${formatSigned(fraction * 100, digits)}${THIN_SPACE}%`;
}

/** A value with its unit: `10 000.00 USDT`. */
export function formatWithUnit(value: number | null, digits: number, unit: string): string {
  return isAbsent(value) ? NOTHING : `${formatNumber(value, digits)}${THIN_SPACE}${unit}`;
}

/** Decimal places that a price or amount step needs, at most 12; 8 where the exchange sets no step. */
export function digitsOfStep(step: number): number {
  if (!(step > 0)) return 8;
  for (let digits = 0; digits < 12; digits++)
    if (Math.abs(step - Number(step.toFixed(digits))) < step * 1e-9) return digits;
  return 12;
}

/** Decimal places for sums of an account of this size, in quote currency. */
export function digitsOfMoney(accountValue: number): number {
  const magnitude = Math.abs(accountValue);
  if (magnitude >= 100) return 2;
  return magnitude >= 1 ? 4 : 8;
}

function pad(value: number): string {
  return String(value).padStart(2, "0");
}

/** `2026-03-01`, UTC. */
export function formatDate(time: number | null): string {
  if (isAbsent(time)) return NOTHING;
  const date = new Date(time);
  return `${date.getUTCFullYear()}-${pad(date.getUTCMonth() + 1)}-${pad(date.getUTCDate())}`;
}

/** `2026-03-01 14:05`, UTC; with seconds only where there are any. */
export function formatTime(time: number | null): string {
  if (isAbsent(time)) return NOTHING;
  const date = new Date(time);
  const minutes = `${formatDate(time)} ${pad(date.getUTCHours())}:${pad(date.getUTCMinutes())}`;
  return time % MINUTE === 0 ? minutes : `${minutes}:${pad(date.getUTCSeconds())}`;
}

/** The clock of a cycle is the last millisecond of its bar; people read the bar's end. */
export function barEnd(clock: number): number {
  return (clock + 1) % SECOND === 0 ? clock + 1 : clock;
}

/** The two greatest units of a span in ms: `3 d 4 h`, `12 min`, `0 s`. */
export function formatDuration(span: number | null): string {
  if (isAbsent(span)) return NOTHING;
  const units = [
    [DAY, "d"],
    [HOUR, "h"],
    [MINUTE, "min"],
    [SECOND, "s"],
  ] as const;
  const first = units.findIndex(([length]) => span >= length);
  if (first === -1) return span > 0 ? `${Math.round(span)}${THIN_SPACE}ms` : `0${THIN_SPACE}s`;
  const [length, name] = units[first]!;
  const count = Math.floor(span / length);
  const parts = [`${formatNumber(count, 0)}${THIN_SPACE}${name}`];
  const next = units[first + 1];
  if (next !== undefined && count < 100) {
    const rest = Math.floor((span - count * length) / next[0]);
    if (rest > 0) parts.push(`${rest}${THIN_SPACE}${next[1]}`);
  }
  return parts.join(" ");
}

/** `1 trade`, `2 trades`: a count with its noun. */
export function formatCount(count: number, one: string, many = `${one}s`): string {
  return `${formatNumber(count, 0)}${THIN_SPACE}${count === 1 ? one : many}`;
}
