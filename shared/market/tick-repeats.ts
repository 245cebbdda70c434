import type { TickColumns } from "./tick.ts";

/** What the rows of a block of ticks are, before it is stored. */
export interface SortedOut {
  /** Rows to store, or null where that is all of them. */
  readonly fresh: readonly number[] | null;
  /** How many are held already, or came before in the block. */
  readonly repeated: number;
  /** Rows whose id another tick has. */
  readonly conflicts: readonly number[];
}

/** All rows are to be stored. */
export const ALL_FRESH: SortedOut = { fresh: null, repeated: 0, conflicts: [] };

/** Least and greatest id, both inclusive. */
export interface IdRange {
  readonly least: number;
  readonly greatest: number;
}

/** All of a tick but its id, in columns. */
export interface TickContents extends Pick<TickColumns, "ts" | "price" | "amount" | "side"> {
  /** Null where the kind is `trade`, as in `lastId`. */
  readonly firstId: Float64Array | null;
  readonly lastId: Float64Array | null;
}

/** The range of some ids, of which there is one at least, and whether each is greater than the one before. */
export function idRange(ids: Float64Array): IdRange & { readonly rising: boolean } {
  let least = ids[0]!;
  let greatest = ids[0]!;
  let rising = true;
  for (let i = 1; i < ids.length; i++) {
    const id = ids[i]!;
    if (id <= greatest) rising = false;
    if (id > greatest) greatest = id;
    if (id < least) least = id;
  }
  return { least, greatest, rising };
}

const FRESH = 0;
const REPEATED = 1;
const CONFLICT = 2;

/**
 * Sorts out the rows of a block whose ids are held, or come twice: one equal to what is held, or to the first row of its
 * id in the block, is repeated; another is in conflict.
 */
export class TickRepeats {
  readonly #ticks: TickColumns;
  readonly #states: Uint8Array;

  constructor(ticks: TickColumns) {
    this.#ticks = ticks;
    this.#states = new Uint8Array(ticks.length);
  }

  /** Compares a row with the held tick of its id, row `at` of `held`. */
  compare(row: number, held: TickContents, at: number): void {
    this.#states[row] = isSame(this.#ticks, row, held, at) ? REPEATED : CONFLICT;
  }

  /** Once each row whose id is held is compared. */
  sortedOut(): SortedOut {
    const ticks = this.#ticks;
    // Rising ids come once each.
    const firstRows = idRange(ticks.id).rising ? null : new Map<number, number>();
    const fresh: number[] = [];
    const conflicts: number[] = [];
    let repeated = 0;
    for (let row = 0; row < ticks.length; row++) {
      let state = this.#states[row]!;
      if (state === FRESH && firstRows !== null) {
        const first = firstRows.get(ticks.id[row]!);
        if (first === undefined) firstRows.set(ticks.id[row]!, row);
        else state = isSame(ticks, row, ticks, first) ? REPEATED : CONFLICT;
      }
      if (state === FRESH) fresh.push(row);
      else if (state === REPEATED) repeated++;
      else conflicts.push(row);
    }
    return { fresh: fresh.length === ticks.length ? null : fresh, repeated, conflicts };
  }
}

function isSame(ticks: TickColumns, row: number, other: TickContents, at: number): boolean {
  return (
    other.ts[at] === ticks.ts[row] &&
    other.price[at] === ticks.price[row] &&
    other.amount[at] === ticks.amount[row] &&
    other.side[at] === ticks.side[row] &&
    (ticks.kind === "trade" || (other.firstId?.[at] === ticks.firstId[row] && other.lastId?.[at] === ticks.lastId[row]))
  );
}
