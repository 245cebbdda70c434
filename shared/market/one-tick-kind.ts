import { InputError } from "./input-error.ts";
import { type Instrument, instrumentKey } from "./instrument.ts";
import type { IdScheme, TickKind } from "./tick.ts";

/** What the ids of an instrument's ticks mean: set at first use, and the same for good. */
export interface TickIds {
  readonly kind: TickKind;
  readonly ids: IdScheme;
}

/** Throws InputError 'conflict' where ticks are of another kind than those that are held of their instrument. */
export function refuseOtherKind(instrument: Instrument, held: TickIds, ticks: TickIds): void {
  if (held.kind === ticks.kind && held.ids === ticks.ids) return;
  throw new InputError(
    "conflict",
    `${instrumentKey(instrument)} holds ticks of kind '${held.kind}' with '${held.ids}' ids, and these are of kind ` +
      `'${ticks.kind}' with '${ticks.ids}' ids: an instrument has one kind, as their ids mean different things; ` +
      "use the same source, or another store",
  );
}
