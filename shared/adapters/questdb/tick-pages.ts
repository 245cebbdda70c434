import { type Side, sideCode, type TickColumns } from "#shared/market/tick.ts";
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

/** The ticks of a page of `TICK_COLUMNS`; first and last ids are NaN where the kind is `trade`. */
export type TickPage = Omit<TickColumns, "kind" | "ids" | "length">;

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
