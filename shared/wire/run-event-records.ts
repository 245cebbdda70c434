import type { CycleColumns, FillRow, LogRow, OrderRow, RunEvents, TradeRow } from "../engine/run-events.ts";
import {
  choiceField,
  decodeJson,
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

/** A record as the bytes of topic `run-events`: JSON, cycles in columns. */
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
      cash: [...cycles.cash],
      value: [...cycles.value],
      position: cycles.position.map((column) => [...column]),
    },
    orders,
    fills,
    trades,
    logs,
  });
}

/** The inverse. Throws PoisonError or NewerVersionError. */
export function decodeRunEvents(bytes: Uint8Array | null): RunEventsRecord {
  const json = decodeJson(bytes, RUN_EVENTS_VERSION);
  choiceField(json, "kind", ["run-events"]);
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
    feeds: listField(json, "feeds").map(String),
    events: {
      firstCycle: integerField(json, "firstCycle"),
      cycles: columns,
      orders: rows<OrderRow>(json, "orders"),
      fills: rows<FillRow>(json, "fills"),
      trades: rows<TradeRow>(json, "trades"),
      logs: rows<LogRow>(json, "logs"),
    },
  };
}

function numbers(json: Readonly<Record<string, unknown>>, name: string): Float64Array {
  return Float64Array.from(listField(json, name), (value) => {
    if (typeof value !== "number") throw new PoisonError(`${name} holds ${JSON.stringify(value)}: numbers are needed`);
    return value;
  });
}

/** Rows that only `step-strategies` writes: their number is checked, their fields are trusted. */
function rows<T extends { readonly seq: number }>(json: Readonly<Record<string, unknown>>, name: string): readonly T[] {
  return listField(json, name).map((value) => {
    integerField(objectOf(value, name), "seq");
    return value as T;
  });
}
