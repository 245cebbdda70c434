import type { FillRow, LogRow, OrderRow, TradeRow } from "#shared/engine/run-events.ts";
import { FILL_FIELDS, LOG_FIELDS, ORDER_FIELDS, TRADE_FIELDS } from "#shared/wire/result-fields.ts";
import type { RowWriter } from "./row-lines.ts";
import { type StoredTable, timeOf, writeColumns, writeSymbols } from "./stored-table.ts";

/** The current results of a run, as its rows name them. */
export interface RunKey {
  readonly run: string;
  readonly generation: number;
}

export const ORDERS: StoredTable<OrderRow> = { name: "orders", fields: ORDER_FIELDS, time: "time" };
export const FILLS: StoredTable<FillRow> = { name: "fills", fields: FILL_FIELDS, time: "time" };
export const TRADES: StoredTable<TradeRow> = {
  name: "trades",
  fields: TRADE_FIELDS,
  time: "closeTime",
  named: { openTime: "open_ts" },
};
export const LOGS: StoredTable<LogRow> = { name: "logs", fields: LOG_FIELDS, time: "time" };

/** How rows of a run are written. */
export function resultWriter<Row>({ run, generation }: RunKey, table: StoredTable<Row>): RowWriter<Row> {
  return {
    table: table.name,
    time: (row) => timeOf(table, row),
    write(line, row) {
      line.symbol("run", run);
      writeSymbols(line, table, row);
      line.intColumn("generation", generation);
      writeColumns(line, table, row);
    },
  };
}
