import type { TickRecord } from "../aggregation/tick-record.ts";
import { cutText } from "../market/cut-text.ts";
import type { Instrument } from "../market/instrument.ts";
import {
  BUY,
  EARLIEST_TICK,
  GREATEST_VALUE,
  pickTicks,
  SELL,
  type TickColumns,
  type TickOrigin,
  UNKNOWN_SIDE,
} from "../market/tick.ts";
import {
  booleanField,
  choiceField,
  decodeJson,
  encodeJson,
  instrumentField,
  integerField,
  listField,
  PoisonError,
  textField,
} from "./decoded.ts";
import { generationField, type ReplayGeneration } from "./replay-keys.ts";

/** Version of the records on topics `ticks` and `replay-ticks`. */
export const TICKS_VERSION = 1;

const ORIGINS: readonly TickOrigin[] = ["live", "repair", "backfill", "import", "replay"];
const KINDS: readonly TickRecord["kind"][] = ["ticks", "heartbeat", "gap-opened", "gap-closed", "ended"];
/** Lists of numbers, which are nearly all of a record. */
const COLUMNS: ReadonlySet<string> = new Set(["id", "ts", "price", "amount", "first", "last"]);
const SIDES = "sb?";
/** Code of a letter that is none of `SIDES`. */
const NO_SIDE = 255;
/** Exclusive bound of times, ms UTC: what is later was counted in another unit, and would close windows without end. */
const LATEST = Date.UTC(2100, 0, 1);
/** A watermark may stay behind the earliest tick by this, ms. */
const SLACK = 86_400_000;

/** UTF-16 units of a gap's reason that are kept: it goes on to the candles and into a store. */
const LONGEST_REASON = 1_000;

/** A row of a block that is no valid tick. */
export interface BadRow {
  readonly row: number;
  readonly reason: string;
}

/** A record of topic `ticks` or `replay-ticks`. Of a block only the bad rows are left out. */
export interface DecodedTicks {
  readonly instrument: Instrument;
  readonly record: TickRecord;
  readonly badRows: readonly BadRow[];
  /** Null on topic `ticks`. */
  readonly replay: ReplayGeneration | null;
}

/** A record as the bytes of topic `ticks`, or with `replay` of topic `replay-ticks`: JSON, ticks in columns. */
export function encodeTickRecord(
  instrument: Instrument,
  record: TickRecord,
  replay: ReplayGeneration | null = null,
): Uint8Array {
  const { exchange, symbol } = instrument;
  const head = { v: TICKS_VERSION, kind: record.kind, ...replay, exchange, symbol };
  if (record.kind !== "ticks") return encodeJson({ ...head, ...record });
  const { ticks, origin, watermark, previousId } = record;
  const aggregates = ticks.kind === "aggregate";
  return encodeJson({
    ...head,
    origin,
    watermark,
    previousId,
    ...(aggregates ? { tick: "aggregate" } : {}),
    ...(ticks.ids === "hash" ? { ids: "hash" } : {}),
    id: [...ticks.id],
    ts: [...ticks.ts],
    price: [...ticks.price],
    amount: [...ticks.amount],
    side: Array.from(ticks.side, (side) => SIDES[side]).join(""),
    ...(aggregates ? { first: [...ticks.firstId], last: [...ticks.lastId] } : {}),
  });
}

/** The inverse. Throws PoisonError or NewerVersionError. */
export function decodeTickRecord(bytes: Uint8Array | null): DecodedTicks {
  const json = decodeJson(bytes, TICKS_VERSION, COLUMNS);
  const kind = choiceField(json, "kind", KINDS);
  const instrument = instrumentField(json);
  const replay = generationField(json);
  if (kind === "ticks") return { instrument, replay, ...decodeBlock(json) };
  const record = ((): TickRecord => {
    switch (kind) {
      case "heartbeat":
        return { kind, watermark: timeField(json, "watermark") };
      case "gap-opened":
        return { kind, from: timeField(json, "from"), reason: reasonField(json) };
      case "gap-closed":
        return {
          kind,
          from: timeField(json, "from"),
          to: timeField(json, "to"),
          lost: booleanField(json, "lost"),
          reason: reasonField(json),
        };
      case "ended":
        return { kind, at: timeField(json, "at") };
    }
  })();
  return { instrument, record, badRows: [], replay };
}

function reasonField(json: Readonly<Record<string, unknown>>): string {
  return cutText(textField(json, "reason"), LONGEST_REASON);
}

/** The time at `name`, ms UTC. Throws PoisonError. */
function timeField(json: Readonly<Record<string, unknown>>, name: string): number {
  const time = integerField(json, name);
  if (time >= EARLIEST_TICK - SLACK && time < LATEST) return time;
  throw new PoisonError(`${name} ${time} is no time in ms from 2009 to 2099`);
}

function decodeBlock(json: Readonly<Record<string, unknown>>): Omit<DecodedTicks, "instrument" | "replay"> {
  const kind = json["tick"] === undefined ? "trade" : choiceField(json, "tick", ["trade", "aggregate"]);
  const ids = json["ids"] === undefined ? "sequence" : choiceField(json, "ids", ["sequence", "hash"]);
  const id = column(json, "id");
  const length = id.length;
  const sides = textField(json, "side");
  const columns: TickColumns = {
    kind,
    ids,
    length,
    id,
    ts: column(json, "ts"),
    price: column(json, "price"),
    amount: column(json, "amount"),
    side: sideColumn(sides),
    firstId: kind === "trade" ? id : column(json, "first"),
    lastId: kind === "trade" ? id : column(json, "last"),
  };
  for (const name of ["ts", "price", "amount", "side", "firstId", "lastId"] as const) {
    if (columns[name].length !== length) {
      throw new PoisonError(`${name} has ${columns[name].length} rows and id ${length}: columns must be equally long`);
    }
  }
  const badRows: BadRow[] = [];
  for (let row = 0; row < length; row++) {
    const reason = faultOf(columns, row);
    if (reason !== null) badRows.push({ row, reason });
  }
  const previousId = json["previousId"] === null ? null : integerField(json, "previousId");
  const ticks = badRows.length === 0 ? columns : pickTicks(columns, goodRows(length, badRows));
  const watermark = timeField(json, "watermark");
  const origin = choiceField(json, "origin", ORIGINS);
  return { record: { kind: "ticks", origin, watermark, previousId, ticks }, badRows };
}

function goodRows(length: number, badRows: readonly BadRow[]): number[] {
  const bad = new Set(badRows.map(({ row }) => row));
  return Array.from({ length }, (_, row) => row).filter((row) => !bad.has(row));
}

function column(json: Readonly<Record<string, unknown>>, name: string): Float64Array {
  const values = json[name];
  if (values instanceof Float64Array) return values;
  // What is no number becomes NaN here, and a bad row below.
  return Float64Array.from(listField(json, name), (value) => (typeof value === "number" ? value : Number.NaN));
}

function sideColumn(text: string): Uint8Array {
  const side = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) {
    const letter = text.charCodeAt(i);
    side[i] = letter === 98 ? BUY : letter === 115 ? SELL : letter === 63 ? UNKNOWN_SIDE : NO_SIDE;
  }
  return side;
}

function faultOf(ticks: TickColumns, row: number): string | null {
  const id = ticks.id[row]!;
  const ts = ticks.ts[row]!;
  const price = ticks.price[row]!;
  const amount = ticks.amount[row]!;
  if (!(Number.isSafeInteger(id) && id >= 0)) return `id ${id} is no integer from 0 to 2^53`;
  if (!(Number.isSafeInteger(ts) && ts >= EARLIEST_TICK && ts < LATEST))
    return `ts ${ts} is no time in ms from 2009 to 2099`;
  if (!(price > 0 && price <= GREATEST_VALUE)) return `price ${price} is not above 0 and at most ${GREATEST_VALUE}`;
  if (!(amount > 0 && amount <= GREATEST_VALUE)) return `amount ${amount} is not above 0 and at most ${GREATEST_VALUE}`;
  if (price * amount > GREATEST_VALUE) return `${amount} at ${price} is worth more than ${GREATEST_VALUE}`;
  if (ticks.side[row] === NO_SIDE) return "the side is none of s, b and ?";
  if (ticks.kind === "trade") return null;
  const first = ticks.firstId[row]!;
  const last = ticks.lastId[row]!;
  const ordered = Number.isSafeInteger(first) && Number.isSafeInteger(last) && first >= 0 && last >= first;
  return ordered ? null : `trades ${first} to ${last} are no run of ids`;
}
