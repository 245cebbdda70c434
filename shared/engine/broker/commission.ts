import { InputError } from "#shared/market/input-error.ts";

/** What trading costs and how positions are paid for. Fractions are of size × price, money is in quote currency. */
export type CommissionSettings =
  /** A fraction of the traded value. */
  | ({ readonly type: "percent"; readonly rate: number; readonly makerRate?: number } & CashTerms)
  /** An amount per unit. */
  | ({ readonly type: "fixed"; readonly amount: number } & CashTerms)
  /** An amount per contract; each contract takes `margin` and earns `mult` times the price's move, every cycle. */
  | ({ readonly type: "futures"; readonly amount: number } & MarginTerms)
  /** The same with a fraction of size × price, without `mult`. */
  | ({ readonly type: "futuresPercent"; readonly rate: number; readonly makerRate?: number } & MarginTerms);

type OrderTerms = {
  /** Least that an order with any fill costs, quote currency; absent: 0. */
  readonly minimum?: number;
};

/** Terms of what is paid in full, or on credit: spot, shares. */
type CashTerms = OrderTerms & {
  /** A position takes 1 / leverage of its value from the cash; absent: 1. */
  readonly leverage?: number;
  /** Yearly fraction of the entry value that shorts pay for each day; absent: 0. */
  readonly interest?: number;
  /** Whether longs pay it, too; absent: false. */
  readonly interestLong?: boolean;
};

/** Terms of what is held on margin. */
type MarginTerms = OrderTerms & {
  /** Cash that a contract takes, quote currency. */
  readonly margin: number;
  /** Profit of a contract for each unit of the price. */
  readonly mult: number;
};

/** What a broker takes for an execution. A fill that rested in the book as a limit order pays the maker's rate. */
export class Commission {
  private readonly rate: number;
  private readonly makerRate: number;
  private readonly amount: number;
  /** Least that an order with any fill costs, quote currency. */
  readonly minimum: number;

  /** Throws InputError for rates, amounts and margins that cannot be. */
  constructor(settings: CommissionSettings) {
    checkSettings(settings);
    const percent = settings.type === "percent" || settings.type === "futuresPercent";
    this.rate = percent ? settings.rate : 0;
    this.makerRate = percent ? (settings.makerRate ?? settings.rate) : 0;
    this.amount = percent ? 0 : settings.amount;
    this.minimum = settings.minimum ?? 0;
  }

  /** Quote currency, before any minimum. @param units base units, of either sign @param price quote currency */
  cost(units: number, price: number, maker: boolean): number {
    const size = Math.abs(units);
    return this.amount === 0 ? size * price * (maker ? this.makerRate : this.rate) : size * this.amount;
  }
}

function checkSettings(settings: CommissionSettings): void {
  const kinds: readonly string[] = ["percent", "fixed", "futures", "futuresPercent"];
  if (!kinds.includes(settings.type)) {
    throw new InputError("usage", `commission type is '${settings.type}': use one of ${kinds.join(", ")}`);
  }
  // A maker's rate may be negative: some exchanges pay for resting orders.
  const least = { rate: 0, amount: 0, minimum: 0, interest: 0, makerRate: -1 };
  for (const [name, from] of Object.entries(least)) check(settings, name, (value) => value >= from, `from ${from} on`);
  for (const name of ["leverage", "margin", "mult"]) check(settings, name, (value) => value > 0, "above 0");
}

function check(settings: CommissionSettings, name: string, allows: (value: number) => boolean, what: string): void {
  const value = (settings as unknown as Readonly<Record<string, unknown>>)[name];
  const { type } = settings;
  const optional = !REQUIRED[type].includes(name);
  if (value === undefined && optional) return;
  if (typeof value !== "number" || !Number.isFinite(value) || !allows(value)) {
    throw new InputError("usage", `${name} of the ${type} commission is ${String(value)}: give a number ${what}`);
  }
}

const REQUIRED: Readonly<Record<CommissionSettings["type"], readonly string[]>> = {
  percent: ["rate"],
  fixed: ["amount"],
  futures: ["amount", "margin", "mult"],
  futuresPercent: ["rate", "margin", "mult"],
};
