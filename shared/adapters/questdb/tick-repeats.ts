import { BUY, SELL, type TickColumns, UNKNOWN_SIDE } from "#shared/market/tick.ts";
import type { Page } from "./pages.ts";

/** Columns that `TickRepeats` and `tickBlocks` read. */
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
    price: price as Float64Array,
    amount: amount as Float64Array,
    side: Uint8Array.from(side as (string | null)[], sideCode),
    firstId: firstId as Float64Array,
    lastId: lastId as Float64Array,
  };
}

export function sideCode(side: string | null): number {
  return side === null ? UNKNOWN_SIDE : side === "buy" ? BUY : SELL;
}

/** What each row of a block is, before it is stored. */
export interface SortedOut {
  /** Rows to store, or null where that is all of them. */
  readonly fresh: readonly number[] | null;
  readonly repeated: number;
  readonly conflicts: readonly number[];
}

const FRESH = 0;
const REPEATED = 1;
const CONFLICT = 2;

/** Finds the rows of a block that are held or come twice, by id. */
export class TickRepeats {
  readonly #ticks: TickColumns;
  readonly #states: Uint8Array;
  /** The rows of each id. */
  readonly #rows = new Map<number, number[]>();

  constructor(ticks: TickColumns) {
    this.#ticks = ticks;
    this.#states = new Uint8Array(ticks.length);
    for (let row = 0; row < ticks.length; row++) {
      const rows = this.#rows.get(ticks.id[row]!);
      if (rows === undefined) this.#rows.set(ticks.id[row]!, [row]);
      else rows.push(row);
    }
  }

  /** Compares with what is held. */
  compare(page: Page): void {
    const held = tickPage(page);
    const aggregate = this.#ticks.kind === "aggregate";
    for (let i = 0; i < page.length; i++) {
      for (const row of this.#rows.get(held.id[i]!) ?? []) {
        const same =
          page.time[i] === this.#ticks.ts[row] &&
          held.price[i] === this.#ticks.price[row] &&
          held.amount[i] === this.#ticks.amount[row] &&
          held.side[i] === this.#ticks.side[row] &&
          (!aggregate || (held.firstId[i] === this.#ticks.firstId[row] && held.lastId[i] === this.#ticks.lastId[row]));
        this.#states[row] = same ? REPEATED : CONFLICT;
      }
    }
  }

  /** Once all that may be held is compared. */
  finish(): SortedOut {
    for (const [first, ...others] of this.#rows.values()) {
      if (this.#states[first!] !== FRESH) continue;
      for (const row of others) this.#states[row] = sameRow(this.#ticks, first!, row) ? REPEATED : CONFLICT;
    }
    const fresh: number[] = [];
    const conflicts: number[] = [];
    let repeated = 0;
    for (const [row, state] of this.#states.entries()) {
      if (state === FRESH) fresh.push(row);
      else if (state === REPEATED) repeated++;
      else conflicts.push(row);
    }
    return { fresh: fresh.length === this.#ticks.length ? null : fresh, repeated, conflicts };
  }
}

function sameRow(ticks: TickColumns, a: number, b: number): boolean {
  return (
    ticks.ts[a] === ticks.ts[b] &&
    ticks.price[a] === ticks.price[b] &&
    ticks.amount[a] === ticks.amount[b] &&
    ticks.side[a] === ticks.side[b] &&
    ticks.firstId[a] === ticks.firstId[b] &&
    ticks.lastId[a] === ticks.lastId[b]
  );
}
