import type { TickKind } from "#shared/market/tick.ts";

/** What a column holds. */
export type Role =
  | "id"
  | "ts"
  | "price"
  | "amount"
  | "side"
  | "buyerMaker"
  | "firstId"
  | "lastId"
  | "symbol"
  | "open"
  | "high"
  | "low"
  | "close"
  | "volume"
  | "closeTime"
  | "quoteVolume"
  | "trades"
  | "buyVolume";

/** Which column holds what, by index from 0. */
export type Columns = Readonly<Partial<Record<Role, number>>>;

/** How the lines of a text are to be read. */
export interface CsvLayout {
  readonly kind: TickKind | "candles";
  /** Number of columns that each line must have. */
  readonly width: number;
  readonly columns: Columns;
  /** The first line names the columns. */
  readonly header: boolean;
  /** It is one of Binance's public archive. */
  readonly archive: boolean;
}

/** Names of each role as compared: lower case, letters and digits only. The first that is there counts. */
const TICK_NAMES: Readonly<Partial<Record<Role, readonly string[]>>> = {
  id: ["id", "tradeid", "aggtradeid", "a"],
  ts: ["ts", "time", "timestamp", "transacttime", "tradetime", "datetime", "date", "t"],
  price: ["price", "p"],
  amount: ["amount", "qty", "quantity", "size", "q"],
  side: ["side", "takerside"],
  buyerMaker: ["isbuyermaker", "buyermaker", "m"],
  firstId: ["firsttradeid", "firstid", "f"],
  lastId: ["lasttradeid", "lastid", "l"],
  symbol: ["symbol"],
};

const CANDLE_NAMES: Readonly<Partial<Record<Role, readonly string[]>>> = {
  ts: ["opentime", "ts", "time", "timestamp", "datetime", "date"],
  open: ["open"],
  high: ["high"],
  low: ["low"],
  close: ["close"],
  volume: ["volume", "basevolume"],
  closeTime: ["closetime"],
  quoteVolume: ["quotevolume", "quoteassetvolume"],
  trades: ["trades", "count", "numberoftrades", "tradecount"],
  buyVolume: ["buyvolume", "takerbuyvolume", "takerbuybasevolume", "takerbuybaseassetvolume"],
  symbol: ["symbol"],
};

const TICK_REQUIRED: readonly Role[] = ["ts", "price", "amount"];
const CANDLE_REQUIRED: readonly Role[] = ["ts", "open", "high", "low", "close", "volume"];

/** Binance's layouts as they come without a header, told apart by the shape of a line. */
const ARCHIVE_LAYOUTS: readonly { readonly header: string; readonly shape: RegExp }[] = (() => {
  const whole = "-?[0-9]+";
  const flag = "(?:[Tt]rue|[Ff]alse|TRUE|FALSE)";
  const any = "[^,]*";
  const shape = (...fields: string[]): RegExp => new RegExp(`^${fields.join(",")}$`);
  return [
    {
      header: "id,price,qty,quoteQty,time,isBuyerMaker,isBestMatch",
      shape: shape(any, any, any, any, any, flag, flag),
    },
    { header: "id,price,qty,quote_qty,time,is_buyer_maker", shape: shape(any, any, any, any, any, flag) },
    {
      header: "a,p,q,f,l,T,m,M",
      shape: shape(any, any, any, any, any, any, flag, flag),
    },
    {
      header: "agg_trade_id,price,quantity,first_trade_id,last_trade_id,transact_time,is_buyer_maker",
      shape: shape(any, any, any, whole, whole, whole, flag),
    },
    {
      header:
        "open_time,open,high,low,close,volume,close_time,quote_volume,count,taker_buy_volume,taker_buy_quote_volume,ignore",
      shape: shape(any, any, any, any, any, any, whole, any, any, any, any, any),
    },
  ];
})();

/** The layout of a text without a header by its first lines: the one that most of them have; null if none has any. */
export function headerlessLayout(lines: readonly string[]): CsvLayout | null {
  let best: CsvLayout | null = null;
  let most = 0;
  for (const { header, shape } of ARCHIVE_LAYOUTS) {
    const count = lines.filter((line) => shape.test(line)).length;
    if (count <= most) continue;
    most = count;
    best = { ...(layoutOf(header.split(",")) as CsvLayout), header: false, archive: true };
  }
  return best;
}

/** Whether a line names columns: none of its fields is a number, a time or a truth value, and one is a known name. */
export function isHeader(line: string): boolean {
  const fields = headerFields(line);
  const known = new Set([...Object.values(TICK_NAMES), ...Object.values(CANDLE_NAMES)].flat());
  return (
    fields.every((field) => !/^[-+.]?[0-9]/.test(field) && !/^(?:true|false|nan)$/i.test(field)) &&
    fields.some((field) => known.has(comparable(field)))
  );
}

/** The names in a header line. */
export function headerFields(line: string): string[] {
  return line.split(",").map((field) => field.trim().replace(/^"(.*)"$/, "$1"));
}

/** The layout that these column names make, or what is wrong with them. */
export function layoutOf(names: readonly string[]): CsvLayout | string {
  const compared = names.map(comparable);
  const candles = ["open", "high", "low", "close"].every((name) => compared.includes(name));
  const columns = locate(compared, candles ? CANDLE_NAMES : TICK_NAMES);
  const required = candles ? CANDLE_REQUIRED : TICK_REQUIRED;
  const missing = required.filter((role) => columns[role] === undefined);
  if (missing.length > 0) {
    // The first few names are enough to tell what is meant.
    const wanted = missing.map((role) => ((candles ? CANDLE_NAMES : TICK_NAMES)[role] ?? []).slice(0, 3).join(" or "));
    return `it has no column ${wanted.join(", and none ")}`;
  }
  const aggregate = columns.firstId !== undefined && columns.lastId !== undefined;
  if (aggregate && columns.id === undefined) return "it has columns of first and last trade id, but none of the id";
  const archive = ARCHIVE_LAYOUTS.some(({ header }) => header.split(",").map(comparable).join() === compared.join());
  return {
    kind: candles ? "candles" : aggregate ? "aggregate" : "trade",
    width: names.length,
    columns,
    header: true,
    archive,
  };
}

function locate(
  compared: readonly string[],
  names: Readonly<Partial<Record<Role, readonly string[]>>>,
): Partial<Record<Role, number>> {
  const columns: Partial<Record<Role, number>> = {};
  for (const [role, candidates] of Object.entries(names)) {
    const name = candidates.find((candidate) => compared.includes(candidate));
    if (name !== undefined) columns[role as Role] = compared.indexOf(name);
  }
  return columns;
}

function comparable(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, "");
}
