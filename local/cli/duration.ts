import { InputError } from "#shared/market/input-error.ts";
import type { Arguments } from "./command.ts";

const UNITS = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const;
const DURATION = /^(\d+(?:\.\d+)?)([smhdw])$/;

/** A length of time in ms, such as `90d` or `12h`; null where the option is absent. Throws InputError. */
export function durationOf(args: Arguments, name: string): number | null {
  const text = args.value(name);
  if (text === null) return null;
  const match = DURATION.exec(text);
  const ms = match === null ? Number.NaN : Math.round(Number(match[1]) * UNITS[match[2] as keyof typeof UNITS]);
  if (!(ms > 0 && ms <= Number.MAX_SAFE_INTEGER)) {
    throw new InputError(
      "usage",
      `--${name} is '${text}': give a length of time above 0 as a number with s, m, h, d or w, such as 90d or 12h`,
    );
  }
  return ms;
}
