import { type Side, sideCode } from "#shared/market/tick.ts";
import type { Page } from "./pages.ts";

/** Columns that `tickPage` reads. */
export const TICK_COLUMNS = [
  ["id", "number"],
  ["price", "number"],
  ["amount", "number"],
  ["side", "text"],
  ["first_id", "number"],
  ["last_id", "number"],
] as const;

/** The columns of a page of `TICK_COLUMNS`. */
export interface TickPage {
  readonly id: Float64Array;
  readonly ts: Float64Array;
  readonly price: Float64Array;
  readonly amount: Float64Array;
  readonly side: Uint8Array;
  readonly firstId: Float64Array;
  readonly lastId: Float64Array;
}

export function tickPage(page: Page): TickPage {
  const [id, price, amount, side, firstId, lastId] = page.columns;
  return {
    id: id as Float64Array,
    ts: page.time,
    price: price as Float64Array,
    amount: amount as Float64Array,
    side: Uint8Array.from(side as (Side | null)[], sideCode),
    firstId: firstId as Float64Array,
    lastId: lastId as Float64Array,
  };
}
