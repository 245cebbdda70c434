import type { TickRecord } from "../../aggregation/tick-record.ts";
import type { Instrument } from "../../market/instrument.ts";
import { type IdScheme, pickTicks, type TickColumns } from "../../market/tick.ts";
import { windowClose, windowOpen } from "../../market/timeframe.ts";
import type { RangeRegistry } from "../../ports/range-registry.ts";
import type { TickStore } from "../../ports/tick-store.ts";
import { TickRecordCutter } from "../tick-records.ts";
import { lostIn } from "./lost-silence.ts";
import { type TradedWindow, tradedWindows } from "./traded-windows.ts";

export interface InstrumentTicksPorts {
  readonly ticks: TickStore;
  readonly ranges: RangeRegistry;
}

/** How far an instrument's ticks are published. */
export interface TickCursor {
  /** The last tick; null before the first. */
  readonly last: { readonly ts: number; readonly id: number } | null;
  /** What the records say is complete, ms UTC. */
  readonly watermark: number;
  /** Whether the instrument's last record is published. */
  readonly done: boolean;
}

/** What is played of an instrument. */
export interface TickSpan {
  readonly instrument: Instrument;
  /** Ticks from here on, ms UTC, inclusive. */
  readonly from: number;
  /** Up to here, exclusive; null for all that is held. */
  readonly to: number | null;
  /** Whether the stream says in the end that no more comes. */
  readonly ends: boolean;
}

/** A record of an instrument, and where it goes on after it. */
export interface PlayedTicks {
  readonly record: TickRecord;
  /** Event time from which on it tells, ms UTC, exclusive. */
  readonly begins: number;
  readonly cursor: TickCursor;
}

/**
 * Where the ticks of a replay begin, ms UTC: with the minute of the last trade before `open`, the open time of the
 * largest window, so that the first windows are judged as in all of history; at `open` where there is none.
 */
export async function firstTick(ticks: TickStore, instrument: Instrument, open: number): Promise<number> {
  const before = await ticks.before(instrument, open);
  return before === null ? open : windowOpen("1m", before.ts);
}

/**
 * An instrument's stored ticks as the records of a live source, from `cursor` on (null: from the start). What is
 * silent for good is told as heartbeats, and what may have been lost as a gap before time passes over it, so that the
 * live fold judges each window as `rebuild` does. Neither repeats nor another cut change what is folded from them.
 * @param spanOf event time that the next record may hold, ms
 */
export async function* instrumentTicks(
  ports: InstrumentTicksPorts,
  span: TickSpan,
  cursor: TickCursor | null,
  spanOf: () => number,
): AsyncGenerator<PlayedTicks> {
  if (cursor?.done === true) return;
  const extent = await ports.ticks.extent(span.instrument);
  if (extent === null) return;
  const player = new InstrumentPlayer(ports, span, extent.ids, cursor);
  let before: TradedWindow | null = null;
  for await (const window of player.windows()) {
    if (before !== null) yield* player.silence(before, window);
    if (window.openTime >= player.until) return yield* player.finish(player.until);
    yield* player.window(window, spanOf);
    before = window;
  }
  const end = Math.min(player.until, before?.closeTime ?? Number.POSITIVE_INFINITY);
  yield* player.finish(Number.isFinite(end) ? end : span.from);
}

class InstrumentPlayer {
  /** Windows that close up to here are played, ms UTC. */
  readonly until: number;
  readonly #ports: InstrumentTicksPorts;
  readonly #span: TickSpan;
  readonly #ids: IdScheme;
  readonly #resumed: TickCursor["last"];
  readonly #cutter: TickRecordCutter;
  #last: TickCursor["last"];

  constructor(ports: InstrumentTicksPorts, span: TickSpan, ids: IdScheme, cursor: TickCursor | null) {
    this.#ports = ports;
    this.#span = span;
    this.#ids = ids;
    this.until = span.to === null ? Number.POSITIVE_INFINITY : windowOpen("1m", span.to);
    this.#resumed = cursor?.last ?? null;
    this.#last = this.#resumed;
    this.#cutter =
      cursor === null || cursor.last === null
        ? new TickRecordCutter("replay")
        : new TickRecordCutter("replay", {
            previousId: cursor.last.id,
            latest: cursor.last.ts,
            watermark: cursor.watermark,
          });
  }

  /** The minutes that have trades: that of the last tick again, and one after the end, which judges what is before it. */
  async *windows(): AsyncGenerator<TradedWindow> {
    const { ticks } = this.#ports;
    const { instrument } = this.#span;
    const from = this.#resumed === null ? this.#span.from : windowOpen("1m", this.#resumed.ts);
    if (from < this.until) yield* tradedWindows(ticks.read(instrument, from, this.until));
    if (this.until === Number.POSITIVE_INFINITY) return;
    const after = await ticks.atOrAfter(instrument, this.until);
    if (after === null) return;
    const open = windowOpen("1m", after.ts);
    yield* tradedWindows(ticks.read(instrument, open, windowClose("1m", open)));
  }

  async *silence(before: TradedWindow, after: TradedWindow): AsyncGenerator<PlayedTicks> {
    const silent = { from: before.closeTime, to: Math.min(after.openTime, this.until), before, after };
    if (silent.from >= silent.to) return;
    const coverage = await this.#ports.ranges.coverage(this.#span.instrument, silent.from, silent.to);
    for (const { from, to } of lostIn(silent, this.#ids, coverage)) {
      const reason = "stored trades do not tell this silence from lost ones";
      yield this.#played({ kind: "gap-closed", from, to, lost: true, reason });
    }
  }

  *window({ ticks }: TradedWindow, spanOf: () => number): Generator<PlayedTicks> {
    for (const part of ticks) {
      const fresh = this.#fresh(part);
      for (let start = this.#cutter.state.watermark, records = this.#cutter.cut(fresh, spanOf()); ; ) {
        const { done, value: record } = records.next();
        if (done === true) break;
        if (record.kind === "ticks") {
          const row = record.ticks.length - 1;
          this.#last = { ts: record.ticks.ts[row]!, id: record.ticks.id[row]! };
        }
        yield this.#played(record, start);
        start = this.#cutter.state.watermark;
      }
    }
  }

  /** Moves time to `end`, and says that this was all. */
  *finish(end: number): Generator<PlayedTicks> {
    let start = this.#cutter.state.watermark;
    if (this.#last !== null) {
      for (const record of this.#cutter.silentUntil(end)) {
        const done = !this.#span.ends && this.#cutter.state.watermark >= end;
        yield this.#played(record, start, done);
        start = this.#cutter.state.watermark;
      }
    }
    if (this.#span.ends) yield this.#played({ kind: "ended", at: end }, start, true);
  }

  #played(record: TickRecord, begins: number = this.#cutter.state.watermark, done = false): PlayedTicks {
    const { watermark } = this.#cutter.state;
    return { record, begins: Math.min(begins, watermark), cursor: { last: this.#last, watermark, done } };
  }

  /** The ticks of a block that come after the cursor's. */
  #fresh(ticks: TickColumns): TickColumns {
    const resumed = this.#resumed;
    if (resumed === null) return ticks;
    const rows: number[] = [];
    for (let row = 0; row < ticks.length; row++) {
      const ts = ticks.ts[row]!;
      if (ts > resumed.ts || (ts === resumed.ts && ticks.id[row]! > resumed.id)) rows.push(row);
    }
    return rows.length === ticks.length ? ticks : pickTicks(ticks, rows);
  }
}
