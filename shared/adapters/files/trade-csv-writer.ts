import { createWriteStream } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { basename } from "node:path";
import { PassThrough, Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import { InputError } from "#shared/market/input-error.ts";
import { BUY, type TickColumns, UNKNOWN_SIDE } from "#shared/market/tick.ts";
import { plainNumber } from "./plain-number.ts";
import { writeZip } from "./zip-writer.ts";

/** Rows that are turned into text at a time. */
const ROWS = 8_192;

/**
 * Writes ticks in the layout of Binance's public archive of trades (id, price, qty, quoteQty, time in ms, isBuyerMaker,
 * isBestMatch; no header), packed as the name asks: `.csv`, `.csv.gz` or `.zip`. The file appears when it is complete,
 * in place of one of that name. Throws InputError 'bad-data' for what the layout has no place for: aggregates, unknown
 * sides, and 4 GiB and more in a zip.
 */
export async function writeTradesCsv(
  path: string,
  blocks: AsyncIterable<TickColumns> | Iterable<TickColumns>,
): Promise<void> {
  const draft = `${path}.${process.pid}.new`;
  const text = Readable.from(csvText(blocks));
  try {
    if (path.endsWith(".zip")) await writeZip(draft, basename(path).replace(/\.zip$/, ".csv"), text);
    else {
      const packed = path.endsWith(".gz") ? createGzip() : new PassThrough();
      await pipeline(text, packed, createWriteStream(draft));
    }
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}

async function* csvText(blocks: AsyncIterable<TickColumns> | Iterable<TickColumns>): AsyncGenerator<Buffer> {
  for await (const ticks of blocks) {
    if (ticks.kind !== "trade") {
      throw new InputError("bad-data", "the layout of trades has no place for aggregates: write single trades");
    }
    for (let from = 0; from < ticks.length; from += ROWS) {
      yield Buffer.from(csvRows(ticks, from, Math.min(from + ROWS, ticks.length)));
    }
  }
}

function csvRows(ticks: TickColumns, from: number, to: number): string {
  let text = "";
  for (let row = from; row < to; row++) {
    const side = ticks.side[row]!;
    if (side === UNKNOWN_SIDE) {
      throw new InputError("bad-data", `trade ${ticks.id[row]} has no side, which the layout of trades asks for`);
    }
    const price = ticks.price[row]!;
    const amount = ticks.amount[row]!;
    const maker = side === BUY ? "False" : "True";
    text += `${ticks.id[row]},${plainNumber(price)},${plainNumber(amount)},${plainNumber(price * amount)},${ticks.ts[row]},${maker},True\n`;
  }
  return text;
}
