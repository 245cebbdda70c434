import type { IdScheme, TickColumns, TickKind, TickOrigin } from "#shared/market/tick.ts";
import { sliceTicks } from "#shared/market/tick.ts";
import type { ResultChunk } from "./result-chunk.ts";

/** Stored as the number of its place; new ones join at the end. */
export const TICK_ORIGINS: readonly TickOrigin[] = ["live", "repair", "backfill", "import", "replay"];

/** Ticks of a block that `TickBlocks` makes. */
const BLOCK_ROWS = 65_536;

/** The columns that `TickBlocks` reads, of `ticks t`. */
export function tickSelection(kind: TickKind): string {
  const columns = "t.id::DOUBLE, t.ts::DOUBLE, t.price, t.amount, t.side";
  return kind === "trade" ? columns : `${columns}, t.first_id::DOUBLE, t.last_id::DOUBLE`;
}

/** Packs chunks of `tickSelection` into blocks of a bounded size. */
export class TickBlocks {
  readonly #kind: TickKind;
  readonly #ids: IdScheme;
  #block: TickColumns | null = null;
  #length = 0;

  constructor(kind: TickKind, ids: IdScheme) {
    this.#kind = kind;
    this.#ids = ids;
  }

  /** The block that this chunk filled, or null. */
  add(chunk: ResultChunk): TickColumns | null {
    const block = this.#block ?? this.#newBlock();
    const at = this.#length;
    block.id.set(chunk.doubles(0), at);
    block.ts.set(chunk.doubles(1), at);
    block.price.set(chunk.doubles(2), at);
    block.amount.set(chunk.doubles(3), at);
    block.side.set(chunk.bytes(4), at);
    if (this.#kind === "aggregate") {
      block.firstId.set(chunk.doubles(5), at);
      block.lastId.set(chunk.doubles(6), at);
    }
    this.#length += chunk.length;
    // The next chunk may be a full vector.
    return this.#length > BLOCK_ROWS - 2_048 ? this.rest() : null;
  }

  /** What is not yet handed out, or null. */
  rest(): TickColumns | null {
    const block = this.#block;
    if (block === null) return null;
    this.#block = null;
    return sliceTicks(block, 0, this.#length);
  }

  #newBlock(): TickColumns {
    const id = new Float64Array(BLOCK_ROWS);
    const trade = this.#kind === "trade";
    this.#length = 0;
    this.#block = {
      kind: this.#kind,
      ids: this.#ids,
      length: BLOCK_ROWS,
      id,
      ts: new Float64Array(BLOCK_ROWS),
      price: new Float64Array(BLOCK_ROWS),
      amount: new Float64Array(BLOCK_ROWS),
      side: new Uint8Array(BLOCK_ROWS),
      firstId: trade ? id : new Float64Array(BLOCK_ROWS),
      lastId: trade ? id : new Float64Array(BLOCK_ROWS),
    };
    return this.#block;
  }
}
