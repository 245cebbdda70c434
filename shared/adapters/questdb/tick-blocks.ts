import { type IdScheme, pickTicks, sliceTicks, type TickColumns, type TickKind } from "#shared/market/tick.ts";
import type { Page } from "./pages.ts";
import { tickPage } from "./tick-pages.ts";

const BLOCK_ROWS = 65_536;

/** The ticks of a page in (ts, id) order, in blocks of a bounded size. */
export function* tickBlocks(page: Page, kind: TickKind, ids: IdScheme): Generator<TickColumns, void, undefined> {
  const { id, ts, price, amount, side, firstId, lastId } = tickPage(page);
  const trade = kind === "trade";
  const block = {
    ...{ kind, ids, length: page.length, id, ts, price, amount, side },
    firstId: trade ? id : firstId,
    lastId: trade ? id : lastId,
  };
  const sorted = inIdOrder(block);
  for (let at = 0; at < sorted.length; at += BLOCK_ROWS) {
    yield sliceTicks(sorted, at, Math.min(sorted.length, at + BLOCK_ROWS));
  }
}

/** The server orders by time alone. */
function inIdOrder(block: TickColumns): TickColumns {
  const { ts, id, length } = block;
  let ordered = true;
  for (let i = 1; ordered && i < length; i++) ordered = ts[i] !== ts[i - 1] || id[i]! > id[i - 1]!;
  if (ordered) return block;
  const rows = Uint32Array.from({ length }, (_, row) => row);
  return pickTicks(
    block,
    rows.sort((a, b) => ts[a]! - ts[b]! || id[a]! - id[b]!),
  );
}
