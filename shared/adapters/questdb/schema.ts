/** A table, as one migration creates it. Its first column is the designated time. */
export interface TableSpec {
  readonly name: string;
  /** Name and type of each column, in order. */
  readonly columns: readonly (readonly [name: string, type: string])[];
  /** How much time one partition holds. */
  readonly partition: "DAY" | "MONTH" | "YEAR";
  /** A row replaces the one that has these in common. */
  readonly keys: readonly string[];
}

/** A step of the schema. Once released it never changes: what comes after is a new one. */
export interface Migration {
  readonly number: number;
  readonly name: string;
  readonly creates: readonly TableSpec[];
  readonly adds?: readonly { readonly table: string; readonly column: readonly [name: string, type: string] }[];
}

const INSTRUMENT = [
  ["exchange", "SYMBOL"],
  ["symbol", "SYMBOL"],
] as const;
const RUN = [
  ["run", "SYMBOL"],
  ["generation", "LONG"],
] as const;
const TS = ["ts", "TIMESTAMP"] as const;

const MARKET: readonly TableSpec[] = [
  {
    name: "instruments",
    columns: [TS, ...INSTRUMENT, ["kind", "SYMBOL"], ["ids", "SYMBOL"]],
    partition: "YEAR",
    keys: ["ts", "exchange", "symbol"],
  },
  {
    name: "ticks",
    columns: [
      TS,
      ...INSTRUMENT,
      ["id", "LONG"],
      ["price", "DOUBLE"],
      ["amount", "DOUBLE"],
      ["side", "SYMBOL"],
      ["first_id", "LONG"],
      ["last_id", "LONG"],
      ["origin", "SYMBOL"],
    ],
    partition: "DAY",
    keys: ["ts", "exchange", "symbol", "id"],
  },
  {
    name: "candles",
    columns: [
      TS,
      ...INSTRUMENT,
      ["timeframe", "SYMBOL"],
      ["origin", "SYMBOL"],
      ["revision", "LONG"],
      ["close_ts", "TIMESTAMP"],
      ["open", "DOUBLE"],
      ["high", "DOUBLE"],
      ["low", "DOUBLE"],
      ["close", "DOUBLE"],
      ["volume", "DECIMAL(38,18)"],
      ["quote_volume", "DECIMAL(38,18)"],
      ["buy_volume", "DECIMAL(38,18)"],
      ["trades", "LONG"],
      ["first_id", "LONG"],
      ["last_id", "LONG"],
      ["reason", "SYMBOL"],
      ["completeness", "SYMBOL"],
      ["removed", "BOOLEAN"],
    ],
    partition: "MONTH",
    keys: ["ts", "exchange", "symbol", "timeframe", "origin", "revision"],
  },
  {
    name: "coverage",
    columns: [TS, ...INSTRUMENT, ["to_ts", "TIMESTAMP"], ["kind", "SYMBOL"], ["reason", "VARCHAR"]],
    partition: "YEAR",
    keys: ["ts", "exchange", "symbol", "to_ts", "kind"],
  },
  {
    name: "dirty_ranges",
    columns: [TS, ...INSTRUMENT, ["to_ts", "TIMESTAMP"], ["mark", "LONG"], ["cleared", "BOOLEAN"]],
    partition: "YEAR",
    keys: ["ts", "exchange", "symbol", "to_ts", "mark"],
  },
];

const RESULTS: readonly TableSpec[] = [
  {
    name: "runs",
    columns: [
      TS,
      ["run", "VARCHAR"],
      ["created", "TIMESTAMP"],
      ["kind", "SYMBOL"],
      ["strategy", "SYMBOL"],
      ["feeds", "VARCHAR"],
      ["params", "VARCHAR"],
      ["definition", "VARCHAR"],
      ["identity", "VARCHAR"],
      ["status", "SYMBOL"],
      ["error", "VARCHAR"],
      ["result_hash", "VARCHAR"],
      ["figures", "VARCHAR"],
    ],
    partition: "YEAR",
    keys: ["ts", "run"],
  },
  {
    name: "result_runs",
    columns: [TS, ["run", "SYMBOL"], ["generation", "LONG"], ["feeds", "VARCHAR"]],
    partition: "YEAR",
    keys: ["ts", "run"],
  },
  {
    name: "orders",
    columns: [
      TS,
      ...RUN,
      ["seq", "LONG"],
      ["order_id", "LONG"],
      ["feed", "SYMBOL"],
      ["status", "SYMBOL"],
      ["exec_type", "SYMBOL"],
      ["size", "DOUBLE"],
      ["remaining", "DOUBLE"],
      ["price", "DOUBLE"],
      ["tag", "VARCHAR"],
      ["note", "VARCHAR"],
      ["limit_price", "DOUBLE"],
      ["trade_id", "LONG"],
      ["parent", "LONG"],
      ["order_group", "LONG"],
    ],
    partition: "YEAR",
    keys: ["ts", "run", "generation", "seq"],
  },
  {
    name: "fills",
    columns: [
      TS,
      ...RUN,
      ["seq", "LONG"],
      ["order_id", "LONG"],
      ["feed", "SYMBOL"],
      ["size", "DOUBLE"],
      ["price", "DOUBLE"],
      ["fee", "DOUBLE"],
      ["pnl", "DOUBLE"],
      ["maker", "BOOLEAN"],
    ],
    partition: "YEAR",
    keys: ["ts", "run", "generation", "seq"],
  },
  {
    name: "trades",
    columns: [
      TS,
      ...RUN,
      ["seq", "LONG"],
      ["trade", "LONG"],
      ["feed", "SYMBOL"],
      ["open_ts", "TIMESTAMP"],
      ["size", "DOUBLE"],
      ["entry_price", "DOUBLE"],
      ["exit_price", "DOUBLE"],
      ["pnl", "DOUBLE"],
      ["fees", "DOUBLE"],
      ["bars", "LONG"],
      ["tag", "VARCHAR"],
      ["exit_tag", "VARCHAR"],
      ["exit_type", "SYMBOL"],
      ["trade_id", "LONG"],
    ],
    partition: "YEAR",
    keys: ["ts", "run", "generation", "seq"],
  },
  {
    name: "portfolio_metrics",
    columns: [TS, ...RUN, ["cycle", "LONG"], ["cash", "DOUBLE"], ["value", "DOUBLE"], ["infinite", "LONG"]],
    partition: "MONTH",
    keys: ["ts", "run", "generation", "cycle"],
  },
  {
    name: "portfolio_positions",
    columns: [TS, ...RUN, ["feed", "LONG"], ["cycle", "LONG"], ["position", "DOUBLE"], ["infinite", "LONG"]],
    partition: "MONTH",
    keys: ["ts", "run", "generation", "feed", "cycle"],
  },
  {
    name: "logs",
    columns: [TS, ...RUN, ["seq", "LONG"], ["text", "VARCHAR"]],
    partition: "YEAR",
    keys: ["ts", "run", "generation", "seq"],
  },
];

const RESULT_HASHES: TableSpec = {
  name: "result_hashes",
  columns: [TS, ...RUN, ["result_hash", "VARCHAR"]],
  partition: "YEAR",
  keys: ["ts", "run", "generation"],
};

/** Says which migrations were applied: the one table that is there before the first. */
export const MIGRATIONS_TABLE: TableSpec = {
  name: "schema_migrations",
  columns: [TS, ["number", "LONG"], ["name", "VARCHAR"], ["applied", "TIMESTAMP"]],
  partition: "YEAR",
  keys: ["ts", "number"],
};

export const MIGRATIONS: readonly Migration[] = [
  { number: 1, name: "first tables", creates: [...MARKET, ...RESULTS] },
  { number: 2, name: "results that count", creates: [], adds: [{ table: "runs", column: ["until", "TIMESTAMP"] }] },
  { number: 3, name: "hashes that live runs state", creates: [RESULT_HASHES] },
];

/** The tables that `migrations` leave. */
export function tablesAfter(migrations: readonly Migration[]): readonly TableSpec[] {
  const tables = new Map<string, TableSpec>([[MIGRATIONS_TABLE.name, MIGRATIONS_TABLE]]);
  for (const { creates, adds = [] } of migrations) {
    for (const table of creates) tables.set(table.name, table);
    for (const { table, column } of adds) {
      const held = tables.get(table)!;
      tables.set(table, { ...held, columns: [...held.columns, column] });
    }
  }
  return [...tables.values()];
}

/** Creates the table where it is not there: two may ask at once. */
export function createStatement({ name, columns, partition, keys }: TableSpec): string {
  const list = columns.map(([column, type]) => `${column} ${type}`).join(", ");
  return (
    `CREATE TABLE IF NOT EXISTS ${name} (${list}) TIMESTAMP(${columns[0]![0]}) PARTITION BY ${partition} WAL ` +
    `DEDUP UPSERT KEYS(${keys.join(", ")})`
  );
}
