import type { Account } from "./account.ts";
import type { Order } from "./order.ts";

/** Why an order may not go on. */
export interface Refusal {
  readonly status: "Margin" | "Rejected";
  readonly note: string;
}

/**
 * The trial account of one round of submitted orders: each is executed in full at its check price, with pnl taken as 0,
 * on top of those accepted before it. Orders that wait already reserve nothing.
 */
export class MarginCheck {
  private cash: number;
  private readonly lots: number[];
  private readonly accounts: readonly Account[];
  private readonly allowShort: boolean;

  constructor(cash: number, accounts: readonly Account[], allowShort: boolean) {
    this.cash = cash;
    this.accounts = accounts;
    this.lots = accounts.map((account) => account.position.lots);
    this.allowShort = allowShort;
  }

  /** Takes the order into the trial account, or says why not and leaves it unchanged. */
  admit(order: Order): Refusal | null {
    const account = this.accounts[order.feed]!;
    const held = this.lots[order.feed]!;
    const after = held + order.lots;
    if (after < 0 && order.lots < 0 && !this.allowShort) return SHORT_REFUSED;
    const price = order.checkPrice;
    const units = account.lots.units(order.lots);
    const cash = this.cash - units * price - account.commission.cost(units, price);
    if (cash < 0) {
      return { status: "Margin", note: `needs ${-cash} ${account.spec.quote} more than the cash there is` };
    }
    this.cash = cash;
    this.lots[order.feed] = after;
    return null;
  }
}

export const SHORT_REFUSED: Refusal = {
  status: "Rejected",
  note: "sells more than is held, and short selling is not allowed in this run",
};
