import type { Instrument } from "#shared/market/instrument.ts";
import { BUY, SELL, type TickColumns, type TickOrigin, UNKNOWN_SIDE } from "#shared/market/tick.ts";
import { doubleName, LineBuffer, type Lines, linePrefix, microseconds } from "./line-buffer.ts";

/** Rows of a request at most: about 2.5 MB. */
const ROWS = 20_000;

const PRICE = doubleName("price");
const AMOUNT = doubleName("amount");

/** Ticks in line protocol. */
export function* tickLines(
  { exchange, symbol }: Instrument,
  ticks: TickColumns,
  origin: TickOrigin,
): Generator<Lines, void, undefined> {
  const prefixes: Buffer[] = [];
  for (const [code, side] of [
    [SELL, "sell"],
    [BUY, "buy"],
    [UNKNOWN_SIDE, null],
  ] as const) {
    prefixes[code] = linePrefix("ticks", { exchange, symbol, side, origin });
  }
  const aggregate = ticks.kind === "aggregate";
  const lines = new LineBuffer();
  for (let at = 0; at < ticks.length; at += ROWS) {
    const end = Math.min(ticks.length, at + ROWS);
    for (let i = at; i < end; i++) {
      lines.start(prefixes[ticks.side[i]!]!);
      lines.ascii(`id=${ticks.id[i]}i`);
      lines.double(PRICE, ticks.price[i]!);
      lines.double(AMOUNT, ticks.amount[i]!);
      const trades = aggregate ? `,first_id=${ticks.firstId[i]}i,last_id=${ticks.lastId[i]}i` : "";
      lines.ascii(`${trades} ${microseconds(ticks.ts[i]!)}\n`);
      lines.end();
    }
    yield lines.take();
  }
}
