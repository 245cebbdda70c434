import { cutText } from "../market/cut-text.ts";
import { type Order, STATUSES } from "./broker/order.ts";
import type { RoundTrip } from "./broker/round-trip.ts";
import { ResultHash } from "./result-hash.ts";
import type { FillRow, LogRow, OrderRow, OrderStatus, RunEvents, TradeRow } from "./run-events.ts";
import type { SnapshotReader, SnapshotWriter } from "./snapshot.ts";
import { LONGEST_LOG } from "./text-limits.ts";

const NONE = new Float64Array(0);

/**
 * Keeps what a run did until it is drained, counts it, and folds it into two hashes: one over the account after each
 * cycle, one over orders and fills.
 */
export class Recorder {
  /** Clock of the present cycle, ms UTC. */
  time = 0;
  private seq = 0;
  private cycle = 0;
  private readonly cycleHash = new ResultHash();
  private readonly eventHash = new ResultHash();
  private orders: OrderRow[] = [];
  private fills: FillRow[] = [];
  private trades: TradeRow[] = [];
  private logs: LogRow[] = [];
  private length = 0;
  private hashed = 0;
  private capacity = 0;
  private times: Float64Array = NONE;
  private cash: Float64Array = NONE;
  private values: Float64Array = NONE;
  private readonly positions: Float64Array[] = [];

  constructor(feeds: number) {
    for (let i = 0; i < feeds; i++) this.positions.push(NONE);
  }

  /** Makes room for `count` more cycles. */
  reserve(count: number): void {
    const needed = this.length + count;
    if (needed <= this.capacity) return;
    const capacity = Math.max(needed, this.capacity * 2);
    this.times = enlarge(this.times, this.length, capacity);
    this.cash = enlarge(this.cash, this.length, capacity);
    this.values = enlarge(this.values, this.length, capacity);
    for (let i = 0; i < this.positions.length; i++) {
      this.positions[i] = enlarge(this.positions[i]!, this.length, capacity);
    }
    this.capacity = capacity;
  }

  /** The account at the end of a cycle, for which room was made. */
  account(cash: number, value: number): void {
    const at = this.length++;
    this.times[at] = this.time;
    this.cash[at] = cash;
    this.values[at] = value;
  }

  /** Base units held of a feed at the end of the last cycle recorded. */
  position(feed: number, size: number): void {
    this.positions[feed]![this.length - 1] = size;
  }

  /** A status change of an order of a feed. @param size base units of the order @param remaining of what is not filled */
  order(order: Order, status: OrderStatus, feed: string, size: number, remaining: number, note: string | null): void {
    this.eventHash.pair(this.time, order.id);
    this.eventHash.pair(STATUSES.indexOf(status), size);
    const { conditions } = order;
    const row: OrderRow = {
      seq: this.seq++,
      time: this.time,
      order: order.id,
      feed,
      status,
      execType: order.execType,
      size,
      remaining,
      price: conditions === null || Number.isNaN(conditions.price) ? null : conditions.price,
      tag: order.tag,
      note,
    };
    const plain = conditions === null && order.tradeId === 0 && order.bracket === 0 && order.group === 0;
    this.orders.push(plain ? row : { ...row, ...extrasOf(order) });
  }

  fill(order: number, feed: string, size: number, price: number, fee: number, pnl: number, maker: boolean): void {
    this.eventHash.pair(order, size);
    this.eventHash.pair(price, fee);
    const row = { seq: this.seq++, time: this.time, order, feed, size, price, fee, pnl };
    this.fills.push(maker ? { ...row, maker } : row);
  }

  /**
   * A round trip of a feed that closes now.
   * @param exit the order that closes it @param size base units of the greatest position, negative for a short
   */
  trade(trip: RoundTrip, exit: Order, feed: string, size: number, bars: number): void {
    const { id, tradeId, openTime, entryPrice, exitPrice, pnl, fees, tag } = trip;
    const closeTime = this.time;
    const seq = this.seq++;
    const row: TradeRow = {
      seq,
      trade: id,
      feed,
      openTime,
      closeTime,
      size,
      entryPrice,
      exitPrice,
      pnl,
      fees,
      bars,
      tag,
      exitTag: exit.tag,
      exitType: exit.execType,
    };
    this.trades.push(tradeId === 0 ? row : { ...row, tradeId });
  }

  /** A text beyond `LONGEST_LOG` is cut. */
  log(text: string): void {
    // Whatever a strategy without types gives.
    this.logs.push({ seq: this.seq++, time: this.time, text: cutText(String(text), LONGEST_LOG) });
  }

  /** What happened since the last drain. */
  drain(): RunEvents {
    this.hashCycles();
    const length = this.length;
    const { orders, fills, trades, logs } = this;
    const cycles = {
      length,
      time: filled(this.times, length),
      cash: filled(this.cash, length),
      value: filled(this.values, length),
      position: this.positions.map((column) => filled(column, length)),
    };
    const firstCycle = this.cycle;
    this.cycle += length;
    this.length = 0;
    this.hashed = 0;
    if (length > 0) this.capacity = 0;
    this.orders = [];
    this.fills = [];
    this.trades = [];
    this.logs = [];
    return { firstCycle, cycles, orders, fills, trades, logs };
  }

  /** Folds the cycles recorded since the last call. */
  hashCycles(): void {
    this.cycleHash.pairs(this.cash, this.values, this.hashed, this.length);
    this.hashed = this.length;
  }

  /** 32 hex digits over all orders, fills, cash and equity so far. */
  resultHash(): string {
    this.hashCycles();
    const both = new ResultHash();
    both.text(this.cycleHash.digest());
    both.text(this.eventHash.digest());
    return both.digest();
  }

  /** Whether there is anything to drain. */
  get empty(): boolean {
    return this.length === 0 && this.orders.length + this.fills.length + this.trades.length + this.logs.length === 0;
  }

  save(writer: SnapshotWriter): void {
    this.hashCycles();
    writer.number(this.time);
    writer.number(this.seq);
    writer.number(this.cycle + this.length);
    this.cycleHash.save(writer);
    this.eventHash.save(writer);
  }

  restore(reader: SnapshotReader): void {
    this.time = reader.number();
    this.seq = reader.number();
    this.cycle = reader.number();
    this.cycleHash.load(reader);
    this.eventHash.load(reader);
  }
}

/** Fields of an order's rows that are absent where they say nothing. */
function extrasOf({ conditions, tradeId, parent, group }: Order): Partial<OrderRow> {
  const stopLimit = conditions !== null && !Number.isNaN(conditions.stop) && !Number.isNaN(conditions.limit);
  return {
    ...(stopLimit ? { limitPrice: conditions.limit } : null),
    ...(tradeId === 0 ? null : { tradeId }),
    ...(parent === 0 ? null : { parent }),
    ...(group === 0 ? null : { group }),
  };
}

function enlarge(column: Float64Array, length: number, capacity: number): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(capacity);
  // After a drain the old memory belongs to whoever drained; none of it is copied then.
  if (length > 0) larger.set(column.subarray(0, length));
  return larger;
}

function filled(column: Float64Array, length: number): Float64Array {
  return column.length === length ? column : column.subarray(0, length);
}
