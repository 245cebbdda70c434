import type { Candle, CandleOrigin, ChosenCandles } from "#shared/market/candle.ts";
import { type Instrument, instrumentKey } from "#shared/market/instrument.ts";
import type { Interval } from "#shared/market/interval.ts";
import { TIMEFRAMES, type Timeframe } from "#shared/market/timeframe.ts";
import { WindowChoice } from "#shared/market/window-choice.ts";
import type { CandleExtent, CandleQuery, CandleStore } from "#shared/ports/candle-store.ts";
import type { RangeRegistry } from "#shared/ports/range-registry.ts";
import { type CandleLine, candleLines, candleRequest } from "./candle-lines.ts";
import { CANDLE_COLUMNS, candlesOf } from "./candle-pages.ts";
import { CHOSEN_COLUMNS, ChosenColumns } from "./chosen-columns.ts";
import { type PageQuery, pagesByTime } from "./pages.ts";
import type { Server } from "./server.ts";
import { isInstrument, text, time } from "./sql-text.ts";

/** Rows of a page, and the most candles of a block of `read`. */
const PAGE_ROWS = 16_384;
const COLUMN_PAGE_ROWS = 65_536;

type Series = { readonly instrument: Instrument; readonly timeframe: Timeframe } & Interval;

/** Candles in QuestDB, which deletes no rows: one that is no more is marked `removed`, which every reader leaves out. */
export class QuestdbCandleStore implements CandleStore {
  readonly #server: Server;
  readonly #ranges: RangeRegistry;

  /** `ranges` tells which windows are dirty. */
  constructor(server: Server, ranges: RangeRegistry) {
    this.#server = server;
    this.#ranges = ranges;
  }

  async put(candles: readonly Candle[]): Promise<void> {
    await this.#server.lines.write("candles", candleLines(candles));
  }

  async replace(series: Series & { readonly origin: CandleOrigin }, candles: readonly Candle[]): Promise<void> {
    const where = `${seriesOf(series)} AND origin = ${text(series.origin)}`;
    const held = new Map<number, Candle[]>();
    for await (const page of this.#pages({ where, from: series.from, to: series.to })) {
      for (const candle of candlesOf(instrumentKey(series.instrument), series.timeframe, page)) {
        held.set(candle.openTime, [...(held.get(candle.openTime) ?? []), candle]);
      }
    }
    await this.#server.lines.writeAtomically("candles", candleRequest(replacement(held, candles)));
  }

  async *read(query: CandleQuery): AsyncGenerator<readonly Candle[], void, undefined> {
    const choice = new WindowChoice(query.choice, await this.#ranges.dirty(query.instrument));
    yield* this.#chosen(query, "", choice);
  }

  async *readOrigin(
    query: Omit<CandleQuery, "choice">,
    origin: CandleOrigin,
  ): AsyncGenerator<readonly Candle[], void, undefined> {
    // Within one origin the greatest revision is the choice.
    yield* this.#chosen(query, ` AND origin = ${text(origin)}`, new WindowChoice("best", []));
  }

  async columns(query: CandleQuery): Promise<ChosenCandles> {
    const columns = new ChosenColumns(new WindowChoice(query.choice, await this.#ranges.dirty(query.instrument)));
    const within = { where: closedBy(query), from: query.from, to: query.to };
    const asked = { columns: CHOSEN_COLUMNS, rows: COLUMN_PAGE_ROWS };
    for await (const page of this.#pages(within, asked)) columns.add(page);
    return columns.finish();
  }

  async extents(instrument: Instrument | null): Promise<readonly CandleExtent[]> {
    await this.#server.wal.pass(["candles"]);
    const of = instrument === null ? "" : ` AND ${isInstrument(instrument)}`;
    const rows = await this.#server.sql.rows(
      `SELECT exchange, symbol, timeframe, origin, min(ts), max(close_ts), count_distinct(ts) FROM candles
        WHERE NOT removed${of} GROUP BY exchange, symbol, timeframe, origin`,
    );
    const extents = rows.map(([exchange, symbol, timeframe, origin, from, to, count]) => ({
      instrument: { exchange: exchange as string, symbol: symbol as string },
      timeframe: timeframe as Timeframe,
      origin: origin as CandleOrigin,
      from: from as number,
      to: to as number,
      count: count as number,
    }));
    const place = ({ timeframe, origin }: CandleExtent): string =>
      `${String(TIMEFRAMES.indexOf(timeframe)).padStart(3)} ${origin}`;
    return extents.sort((a, b) => {
      const [one, other] = [`${instrumentKey(a.instrument)} ${place(a)}`, `${instrumentKey(b.instrument)} ${place(b)}`];
      return one < other ? -1 : 1;
    });
  }

  async *#chosen(
    query: Omit<CandleQuery, "choice">,
    filter: string,
    choice: WindowChoice,
  ): AsyncGenerator<readonly Candle[], void, undefined> {
    const name = instrumentKey(query.instrument);
    const within = { where: `${closedBy(query)}${filter}`, from: query.from, to: query.to };
    for await (const page of this.#pages(within)) {
      const block: Candle[] = [];
      for (const candle of candlesOf(name, query.timeframe, page)) {
        const offered = choice.offer(candle.openTime, candle.closeTime, candle.origin, candle.revision);
        if (offered === "better") block[block.length - 1] = candle;
        else if (offered === "next") block.push(candle);
      }
      yield block;
    }
  }

  /** All candidates, those of a window in one page. */
  async *#pages(
    { where, from, to }: { readonly where: string } & Interval,
    asked: Pick<PageQuery, "columns" | "rows"> = { columns: CANDLE_COLUMNS, rows: PAGE_ROWS },
  ) {
    await this.#server.wal.pass(["candles"]);
    yield* pagesByTime(this.#server.http, { table: "candles", where: `${where} AND NOT removed`, ...asked }, from, to);
  }
}

function seriesOf({ instrument, timeframe }: Omit<CandleQuery, "choice">): string {
  return `${isInstrument(instrument)} AND timeframe = ${text(timeframe)}`;
}

function closedBy(query: Omit<CandleQuery, "choice">): string {
  return `${seriesOf(query)} AND close_ts <= ${time(Math.floor(query.to))}`;
}

/** What to write so that of one origin only `candles` are left where `held`, all revisions of each window, is there. */
function replacement(held: ReadonlyMap<number, readonly Candle[]>, candles: readonly Candle[]): CandleLine[] {
  const lines: CandleLine[] = [];
  const kept = new Set<Candle>();
  for (const candle of candles) {
    const stored = greatestRevision(held.get(candle.openTime) ?? []);
    if (stored !== null && sameContent(stored, candle)) kept.add(stored);
    else lines.push({ candle: { ...candle, revision: stored === null ? 0 : stored.revision + 1 }, removed: false });
  }
  for (const revisions of held.values()) {
    for (const candle of revisions) if (!kept.has(candle)) lines.push({ candle, removed: true });
  }
  return lines;
}

function greatestRevision(candles: readonly Candle[]): Candle | null {
  return candles.reduce<Candle | null>(
    (best, candle) => (best === null || candle.revision > best.revision ? candle : best),
    null,
  );
}

/** Equal in all but the revision. */
function sameContent(a: Candle, b: Candle): boolean {
  return (Object.keys(a) as (keyof Candle)[]).every((field) => field === "revision" || a[field] === b[field]);
}
