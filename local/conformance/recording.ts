import type { OrderEvent, OrderId } from "#shared/engine/broker/order.ts";
import type { TradeEvent } from "#shared/engine/broker/round-trip.ts";

/** One call of notifyOrder. */
export interface OrderRecord {
  readonly bar: number;
  readonly label: string;
  readonly status: string;
  readonly size: number;
  readonly executed: Readonly<Record<"price" | "size" | "value" | "comm" | "pnl" | "remSize", number>>;
}

/** One call of notifyTrade. */
export interface TradeRecord {
  readonly bar: number;
  readonly feed: string;
  readonly tradeId: number;
  readonly status: string;
  readonly size: number;
  readonly price: number;
  readonly value: number;
  readonly commission: number;
  readonly pnl: number;
  readonly pnlComm: number;
  readonly barLen: number;
}

/** What a strategy was told and saw, and the names that a case gives to its orders. */
export class Recording {
  readonly orders: OrderRecord[] = [];
  readonly trades: TradeRecord[] = [];
  readonly cash: number[] = [];
  readonly value: number[] = [];
  readonly position: Record<string, number[]> = {};
  /** Cycles that are over. */
  cycle = 0;
  firstNext: number | null = null;
  nextCalls = 0;
  /** Warm cycles in a row, up to the last one, that found a position of the first feed. */
  held = 0;
  created = 0;
  private readonly ids = new Map<string, OrderId>();
  private readonly labels = new Map<OrderId, string>();
  private readonly alive = new Map<string, OrderId>();

  constructor(feeds: readonly string[]) {
    for (const feed of feeds) this.position[feed] = [];
  }

  /** Names an order, by default after how many were made; an action that made none names none. */
  add(id: OrderId | null, label?: string): void {
    if (id === null) return;
    this.created++;
    const name = label ?? `#${this.created}`;
    this.ids.set(name, id);
    this.labels.set(id, name);
    this.alive.set(name, id);
  }

  /** The order of that name; undefined where none was made. */
  order(label: string): OrderId | undefined {
    return this.ids.get(label);
  }

  /** Names of the orders whose end was not notified, in order of creation. */
  get live(): readonly string[] {
    return [...this.alive.keys()];
  }

  heardOrder(event: OrderEvent): void {
    const label = this.labels.get(event.id);
    if (label === undefined) throw new Error(`order ${event.id} was made by nobody`);
    if (event.done) this.alive.delete(label);
    const { price, size, value, fee, pnl } = event.executed;
    this.orders.push({
      bar: this.cycle + 1,
      label,
      status: event.status,
      size: event.size,
      executed: { price, size, value, comm: fee, pnl, remSize: event.remaining },
    });
  }

  heardTrade(event: TradeEvent): void {
    const { feed, tradeId, status, size, price, value, fees, pnl, netPnl, bars } = event;
    this.trades.push({
      bar: this.cycle + 1,
      feed,
      tradeId,
      status,
      size,
      price,
      value,
      commission: fees,
      pnl,
      pnlComm: netPnl,
      barLen: bars,
    });
  }

  /** Writes down a cycle as the strategy sees it; `warm` if next or nextstart was called. */
  turn(cash: number, value: number, positions: readonly number[], warm: boolean): void {
    this.cycle++;
    if (warm) {
      this.firstNext ??= this.cycle;
      this.nextCalls++;
      this.held = positions[0] === 0 ? 0 : this.held + 1;
    }
    this.cash.push(cash);
    this.value.push(value);
    for (const [i, column] of Object.values(this.position).entries()) column.push(positions[i]!);
  }
}
