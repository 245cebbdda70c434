import { type TickColumns, tickColumns } from "./tick.ts";

/** All blocks of an instrument's ticks as one, copied. Throws RangeError for blocks of different kinds or id schemes. */
export function collectTicks(blocks: Iterable<TickColumns>): TickColumns {
  const held = [...blocks];
  const [first] = held;
  if (first === undefined) return tickColumns([]);
  const { kind, ids } = first;
  if (held.some((block) => block.kind !== kind || block.ids !== ids)) {
    throw new RangeError("blocks of ticks are joined where their kind and ids are the same");
  }
  const length = held.reduce((sum, block) => sum + block.length, 0);
  const join = <Column extends Float64Array | Uint8Array>(
    joined: Column,
    of: (block: TickColumns) => Column,
  ): Column => {
    let row = 0;
    for (const block of held) {
      joined.set(of(block), row);
      row += block.length;
    }
    return joined;
  };
  const numbers = (of: (block: TickColumns) => Float64Array): Float64Array => join(new Float64Array(length), of);
  const id = numbers((block) => block.id);
  return {
    kind,
    ids,
    length,
    id,
    ts: numbers((block) => block.ts),
    price: numbers((block) => block.price),
    amount: numbers((block) => block.amount),
    side: join(new Uint8Array(length), (block) => block.side),
    firstId: kind === "trade" ? id : numbers((block) => block.firstId),
    lastId: kind === "trade" ? id : numbers((block) => block.lastId),
  };
}
