import { type TickColumns, tickColumns } from "../market/tick.ts";

/** All blocks of a stream of single trades as one, copied. */
export function collectTicks(blocks: Iterable<TickColumns>): TickColumns {
  const held = [...blocks];
  const [first] = held;
  if (first === undefined) return tickColumns([]);
  const join = (column: (block: TickColumns) => Float64Array): Float64Array => {
    const joined = new Float64Array(held.reduce((sum, block) => sum + block.length, 0));
    let row = 0;
    for (const block of held) {
      joined.set(column(block), row);
      row += block.length;
    }
    return joined;
  };
  const id = join((block) => block.id);
  const side = Uint8Array.from(join((block) => Float64Array.from(block.side)));
  return {
    kind: "trade",
    ids: first.ids,
    length: id.length,
    id,
    ts: join((block) => block.ts),
    price: join((block) => block.price),
    amount: join((block) => block.amount),
    side,
    firstId: id,
    lastId: id,
  };
}
