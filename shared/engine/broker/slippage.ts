import { InputError } from "#shared/market/input-error.ts";

/** How much worse than its price an order fills: by a fraction or by an amount, with backtrader's flags. */
export type SlippageSettings = (
  | { readonly perc: number; readonly fixed?: never }
  | { readonly fixed: number; readonly perc?: never }
) & {
  /** Whether fills at the open slip; absent: true. */
  readonly slipOpen?: boolean;
  /** Whether a price that slips out of the bar is taken at the bar's edge, else it does not fill; absent: true. */
  readonly slipMatch?: boolean;
  /** Whether a limit order that slips out of its limit fills at the limit, whatever `slipMatch` says; absent: true. */
  readonly slipLimit?: boolean;
  /** Whether such fills keep the slipped price, outside the bar; absent: false. */
  readonly slipOut?: boolean;
};

/** Moves prices against the order. */
export class Slippage {
  /** Whether fills at the open slip. */
  readonly slipsOpen: boolean;
  private readonly perc: number;
  private readonly fixed: number;
  private readonly match: boolean;
  private readonly limit: boolean;
  private readonly out: boolean;

  /** None where there are no settings. Throws InputError for an amount that cannot be. */
  constructor(settings: SlippageSettings | undefined) {
    const { perc, fixed } = settings ?? { perc: 0 };
    const amount = perc ?? fixed ?? Number.NaN;
    if (
      !(amount >= 0 && amount < (perc === undefined ? Number.POSITIVE_INFINITY : 1)) ||
      (perc !== undefined && fixed !== undefined)
    ) {
      throw new InputError(
        "usage",
        `slippage is ${JSON.stringify(settings)}: give one of perc (a fraction from 0 to below 1) and fixed (a price from 0 on)`,
      );
    }
    this.perc = perc ?? 0;
    this.fixed = fixed ?? 0;
    this.slipsOpen = (settings?.slipOpen ?? true) && amount > 0;
    this.match = settings?.slipMatch ?? true;
    this.limit = settings?.slipLimit ?? true;
    this.out = settings?.slipOut ?? false;
  }

  /**
   * The slipped price, or NaN where the order does not fill. `edge` is the worst price that the bar, or the order's
   * limit, allows.
   */
  slip(price: number, edge: number, buys: boolean, limited: boolean): number {
    const slipped = buys ? price * (1 + this.perc) + this.fixed : price * (1 - this.perc) - this.fixed;
    if (buys ? slipped <= edge : slipped >= edge) return slipped;
    if (!this.match && !(limited && this.limit)) return Number.NaN;
    return this.out ? slipped : edge;
  }
}
