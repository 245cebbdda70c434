/** Side of the taker. */
export type Side = "buy" | "sell";

/** How a tick came to us. */
export type TickOrigin = "live" | "repair" | "backfill" | "import" | "replay";

/**
 * What one row is. `trade`: a single trade. `aggregate`: consecutive trades of one taker order at one price, with the
 * ids of its first and last trade. The two have different id spaces: an instrument has one kind, set at first use.
 */
export type TickKind = "trade" | "aggregate";

/**
 * What the ids are. `sequence`: integers that the exchange counts up without holes, which can prove completeness.
 * `hash`: made by us from the row's content where the source has none; they only tell repeats apart.
 */
export type IdScheme = "sequence" | "hash";

/** Codes of the `side` column. */
export const SELL = 0;
export const BUY = 1;
export const UNKNOWN_SIDE = 2;

/** The code of a side; null: unknown. */
export function sideCode(side: Side | null): number {
  return side === null ? UNKNOWN_SIDE : side === "buy" ? BUY : SELL;
}

/**
 * Ticks of one instrument in columns of equal length; row i is one tick. Valid when made: ids are safe integers ≥ 0,
 * `ts` is integer ms UTC, price (quote currency) and amount (base units) are > 0; they and their
 * product are at most `GREATEST_VALUE`.
 */
export interface TickColumns {
  readonly kind: TickKind;
  readonly ids: IdScheme;
  readonly length: number;
  /** The tick's own id: of the trade, or of the aggregate. */
  readonly id: Float64Array;
  readonly ts: Float64Array;
  readonly price: Float64Array;
  readonly amount: Float64Array;
  /** `SELL`, `BUY` or `UNKNOWN_SIDE`. */
  readonly side: Uint8Array;
  /** Id of the first trade; the same array as `id` where kind is `trade`. */
  readonly firstId: Float64Array;
  /** Id of the last trade, inclusive; the same array as `id` where kind is `trade`. */
  readonly lastId: Float64Array;
}

/**
 * Greatest price, amount and product of both that a tick may have: sums of a hundred thousand such ticks still fit the
 * exact sums of a candle, and no market comes near it.
 */
export const GREATEST_VALUE = 1e15;

/** One tick as an object, for edges and tests; streams and stores carry `TickColumns`. */
export interface Tick {
  readonly id: number;
  readonly ts: number;
  readonly price: number;
  readonly amount: number;
  readonly side: Side | null;
  readonly firstId?: number;
  readonly lastId?: number;
}

/** Earliest time a tick may have: 2009-01-01, before there was anything to trade. */
export const EARLIEST_TICK = Date.UTC(2009, 0, 1);

/** Packs ticks into columns. They must be valid (see `TickColumns`). */
export function tickColumns(ticks: readonly Tick[], kind: TickKind = "trade", ids: IdScheme = "sequence"): TickColumns {
  const length = ticks.length;
  const id = new Float64Array(length);
  const ts = new Float64Array(length);
  const price = new Float64Array(length);
  const amount = new Float64Array(length);
  const side = new Uint8Array(length);
  const firstId = kind === "trade" ? id : new Float64Array(length);
  const lastId = kind === "trade" ? id : new Float64Array(length);
  for (const [i, tick] of ticks.entries()) {
    id[i] = tick.id;
    ts[i] = tick.ts;
    price[i] = tick.price;
    amount[i] = tick.amount;
    side[i] = sideCode(tick.side);
    if (kind === "aggregate") {
      firstId[i] = tick.firstId ?? tick.id;
      lastId[i] = tick.lastId ?? tick.id;
    }
  }
  return { kind, ids, length, id, ts, price, amount, side, firstId, lastId };
}

/** Row `i` of `columns` as an object. */
export function tickAt(columns: TickColumns, i: number): Tick {
  const side = columns.side[i] === UNKNOWN_SIDE ? null : columns.side[i] === BUY ? "buy" : "sell";
  const tick = {
    id: columns.id[i]!,
    ts: columns.ts[i]!,
    price: columns.price[i]!,
    amount: columns.amount[i]!,
    side,
  } as const;
  return columns.kind === "trade" ? tick : { ...tick, firstId: columns.firstId[i]!, lastId: columns.lastId[i]! };
}

/** Rows `from` (inclusive) to `to` (exclusive), sharing memory with `columns`. */
export function sliceTicks(columns: TickColumns, from: number, to: number): TickColumns {
  const id = columns.id.subarray(from, to);
  const trade = columns.kind === "trade";
  return {
    kind: columns.kind,
    ids: columns.ids,
    length: id.length,
    id,
    ts: columns.ts.subarray(from, to),
    price: columns.price.subarray(from, to),
    amount: columns.amount.subarray(from, to),
    side: columns.side.subarray(from, to),
    firstId: trade ? id : columns.firstId.subarray(from, to),
    lastId: trade ? id : columns.lastId.subarray(from, to),
  };
}

/** The rows named by `rows`, copied, in that order. */
export function pickTicks(columns: TickColumns, rows: ArrayLike<number>): TickColumns {
  const length = rows.length;
  const pick = (source: Float64Array): Float64Array => {
    const target = new Float64Array(length);
    for (let i = 0; i < length; i++) target[i] = source[rows[i]!]!;
    return target;
  };
  const side = new Uint8Array(length);
  for (let i = 0; i < length; i++) side[i] = columns.side[rows[i]!]!;
  const id = pick(columns.id);
  const trade = columns.kind === "trade";
  return {
    kind: columns.kind,
    ids: columns.ids,
    length,
    id,
    ts: pick(columns.ts),
    price: pick(columns.price),
    amount: pick(columns.amount),
    side,
    firstId: trade ? id : pick(columns.firstId),
    lastId: trade ? id : pick(columns.lastId),
  };
}
