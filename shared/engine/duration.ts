const UNITS: Readonly<Record<string, number>> = {
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};
const DURATION = /^([1-9]\d*)([smhdw])$/;

/** A span of time: ms, or a whole number and a unit as in `90s`, `15m`, `4h`, `3d`, `1w`. */
export type Duration = number | `${number}${"s" | "m" | "h" | "d" | "w"}`;

/** The ms of a duration, a whole number from 1 on. Throws RangeError for anything else; `what` names it. */
export function durationMs(duration: Duration, what: string): number {
  const match = typeof duration === "string" ? DURATION.exec(duration) : null;
  const ms = match === null ? duration : Number(match[1]) * UNITS[match[2]!]!;
  if (!Number.isSafeInteger(ms) || (ms as number) < 1) {
    throw new RangeError(`${what} is '${duration}': give whole ms, or a number and a unit such as 90s, 15m, 4h or 3d`);
  }
  return ms as number;
}
