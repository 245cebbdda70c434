import type { CycleColumns, FillRow, LogRow, OrderRow, RunEvents, TradeRow } from "../engine/run-events.ts";
import type { StatedHash } from "../ports/result-store.ts";
import type { RunRecord, RunStatus } from "../ports/run-registry.ts";
import {
  choiceField,
  decodeDouble,
  decodeJson,
  encodeDouble,
  encodeJson,
  integerField,
  listField,
  objectOf,
  PoisonError,
  textField,
} from "./decoded.ts";

/** Version of the records on topic `run-events`. */
export const RUN_EVENTS_VERSION = 1;

/** The cycles of a run that one input record completed. */
export interface RunEventsRecord {
  readonly run: string;
  /** Names of the feeds, in the order of `cycles.position`. */
  readonly feeds: readonly string[];
  readonly events: RunEvents;
}

/** What a live run states at a UTC midnight. */
export interface RunHashRecord extends StatedHash {
  readonly run: string;
}

/** A record of topic `run-events`: what a run did, what it states of that, or what it has become. */
export type RunTopicRecord =
  | ({ readonly kind: "run-events" } & RunEventsRecord)
  | ({ readonly kind: "run-hash" } & RunHashRecord)
  | { readonly kind: "run"; readonly run: RunRecord };

const KINDS: readonly RunTopicRecord["kind"][] = ["run-events", "run-hash", "run"];
const RUN_KINDS: readonly RunRecord["kind"][] = ["backtest", "sweep", "paper", "replay"];
const STATUSES: readonly RunStatus[] = ["running", "stopped", "finished", "failed"];

/** Numbers of the rows that are computed, and so may be what JSON lacks: NaN, an infinity or −0. */
const DOUBLES = {
  orders: ["size", "remaining"],
  fills: ["size", "price", "fee", "pnl"],
  trades: ["size", "entryPrice", "exitPrice", "pnl", "fees"],
} as const;

/** A record as the bytes of topic `run-events`: JSON, cycles in columns. Every double comes back bit for bit. */
export function encodeRunEvents(record: RunEventsRecord): Uint8Array {
  const { firstCycle, cycles, orders, fills, trades, logs } = record.events;
  return encodeJson({
    v: RUN_EVENTS_VERSION,
    kind: "run-events",
    run: record.run,
    feeds: record.feeds,
    firstCycle,
    cycles: {
      time: [...cycles.time],
      cash: Array.from(cycles.cash, encodeDouble),
      value: Array.from(cycles.value, encodeDouble),
      position: cycles.position.map((column) => Array.from(column, encodeDouble)),
    },
    orders: orders.map((row) => ({
      ...row,
      ...doublesOf(row, DOUBLES.orders),
      price: row.price === null ? null : encodeDouble(row.price),
    })),
    fills: fills.map((row) => ({ ...row, ...doublesOf(row, DOUBLES.fills) })),
    trades: trades.map((row) => ({ ...row, ...doublesOf(row, DOUBLES.trades) })),
    logs,
  });
}

/** Most bytes of a record, well below what a topic takes, unless it holds a single cycle and row. */
const MOST_BYTES = 500_000;

/**
 * As `encodeRunEvents`, in as many records as keep each of a size that every topic takes: a catch-up may have years. No
 * row of a cycle comes after it.
 */
export function encodeRunEventsInParts(record: RunEventsRecord): readonly Uint8Array[] {
  const bytes = encodeRunEvents(record);
  if (bytes.length <= MOST_BYTES) return [bytes];
  const halves = halvesOf(record.events);
  return halves === null ? [bytes] : halves.flatMap((events) => encodeRunEventsInParts({ ...record, events }));
}

/** The first and the second half of what a run did: of its cycles, or of the rows of a single cycle. */
function halvesOf(events: RunEvents): readonly [RunEvents, RunEvents] | null {
  const { cycles, firstCycle } = events;
  if (cycles.length > 1) {
    const middle = cycles.length >> 1;
    const last = cycles.time[middle - 1]!;
    const early = (row: { readonly time: number } | TradeRow): boolean =>
      ("time" in row ? row.time : row.closeTime) <= last;
    return [
      { firstCycle, cycles: cut(cycles, 0, middle), ...rowsThat(events, early) },
      {
        firstCycle: firstCycle + middle,
        cycles: cut(cycles, middle, cycles.length),
        ...rowsThat(events, (row) => !early(row)),
      },
    ];
  }
  const rows = [...events.orders, ...events.fills, ...events.trades, ...events.logs].map(({ seq }) => seq);
  if (rows.length < 2) return null;
  const middle = rows.sort((a, b) => a - b)[rows.length >> 1]!;
  // The cycle comes last: where it is stored, all of its rows are.
  return [
    { firstCycle, cycles: cut(cycles, 0, 0), ...rowsThat(events, ({ seq }) => seq < middle) },
    { firstCycle, cycles, ...rowsThat(events, ({ seq }) => seq >= middle) },
  ];
}

function rowsThat(
  { orders, fills, trades, logs }: RunEvents,
  fits: (row: OrderRow | FillRow | TradeRow | LogRow) => boolean,
): Pick<RunEvents, "orders" | "fills" | "trades" | "logs"> {
  return {
    orders: orders.filter(fits),
    fills: fills.filter(fits),
    trades: trades.filter(fits),
    logs: logs.filter(fits),
  };
}

function cut({ time, cash, value, position }: CycleColumns, from: number, to: number): CycleColumns {
  const part = (column: Float64Array): Float64Array => column.subarray(from, to);
  return { length: to - from, time: part(time), cash: part(cash), value: part(value), position: position.map(part) };
}

function doublesOf<Name extends string>(
  row: Readonly<Record<Name, number>>,
  names: readonly Name[],
): Record<string, number | string> {
  return Object.fromEntries(names.map((name) => [name, encodeDouble(row[name])]));
}

/** What a run states, as the bytes of topic `run-events`: JSON. */
export function encodeRunHash({ run, time, resultHash }: RunHashRecord): Uint8Array {
  return encodeJson({ v: RUN_EVENTS_VERSION, kind: "run-hash", run, time, resultHash });
}

/** A run, whenever its record changes, as the bytes of topic `run-events`: JSON. */
export function encodeRunRecord(run: RunRecord): Uint8Array {
  return encodeJson({ v: RUN_EVENTS_VERSION, kind: "run", record: run });
}

/** The inverse of all. Throws PoisonError or NewerVersionError. */
export function decodeRunTopic(bytes: Uint8Array | null): RunTopicRecord {
  const json = decodeJson(bytes, RUN_EVENTS_VERSION);
  const kind = choiceField(json, "kind", KINDS);
  if (kind === "run") return { kind, run: decodeRun(json) };
  return kind === "run-hash" ? { kind, ...decodeHash(json) } : { kind, ...decodeEvents(json) };
}

function decodeHash(json: Readonly<Record<string, unknown>>): RunHashRecord {
  return {
    run: textField(json, "run"),
    time: integerField(json, "time"),
    resultHash: textField(json, "resultHash"),
  };
}

/** Only Millrace writes runs: what a reader acts on is checked, the other fields are trusted. */
function decodeRun(json: Readonly<Record<string, unknown>>): RunRecord {
  const record = objectOf(json["record"], "record");
  for (const name of ["run", "strategy", "definition", "identity"]) textField(record, name);
  integerField(record, "version");
  choiceField(record, "kind", RUN_KINDS);
  choiceField(record, "status", STATUSES);
  integerField(record, "created");
  listField(record, "feeds");
  objectOf(record["params"], "params");
  return record as unknown as RunRecord;
}

function decodeEvents(json: Readonly<Record<string, unknown>>): RunEventsRecord {
  const cycles = objectOf(json["cycles"], "cycles");
  const time = numbers(cycles, "time");
  const columns: CycleColumns = {
    length: time.length,
    time,
    cash: numbers(cycles, "cash"),
    value: numbers(cycles, "value"),
    position: listField(cycles, "position").map((column) => numbers({ column }, "column")),
  };
  for (const column of [columns.cash, columns.value, ...columns.position]) {
    if (column.length !== time.length) throw new PoisonError("the columns of cycles are not equally long");
  }
  return {
    run: textField(json, "run"),
    feeds: listField(json, "feeds").map((name) => textField({ name }, "name")),
    events: {
      firstCycle: integerField(json, "firstCycle"),
      cycles: columns,
      orders: rows<OrderRow>(json, "orders", DOUBLES.orders).map((row) => ({
        ...row,
        price: row.price === null ? null : decodeDouble(row.price, "price"),
      })),
      fills: rows<FillRow>(json, "fills", DOUBLES.fills),
      trades: rows<TradeRow>(json, "trades", DOUBLES.trades),
      logs: rows<LogRow>(json, "logs", []),
    },
  };
}

function numbers(json: Readonly<Record<string, unknown>>, name: string): Float64Array {
  return Float64Array.from(listField(json, name), (value) => decodeDouble(value, name));
}

/** Rows that only `step-strategies` writes: numbers are checked, the other fields are trusted. */
function rows<T extends { readonly seq: number }>(
  json: Readonly<Record<string, unknown>>,
  name: string,
  doubles: readonly string[],
): readonly T[] {
  return listField(json, name).map((value) => {
    const row = objectOf(value, name);
    integerField(row, "seq");
    integerField(row, "time" in row ? "time" : "closeTime");
    const read = Object.fromEntries(doubles.map((field) => [field, decodeDouble(row[field], field)]));
    return { ...row, ...read } as unknown as T;
  });
}
