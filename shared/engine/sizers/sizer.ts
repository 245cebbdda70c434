import { InputError } from "#shared/market/input-error.ts";

/** Decides the size of orders that name none; names are backtrader's. */
export type SizerSettings =
  /** `stake` base units. */
  | { readonly type: "fixedSize" | "fixedSizeTarget"; readonly stake: number }
  /** `stake`, or twice that while a position is held. */
  | { readonly type: "fixedReverser"; readonly stake: number }
  /**
   * When flat `percents` percent of the cash at the last price, in a position its size. `Int` truncates to whole units,
   * the others only to the amount step.
   */
  | { readonly type: "percentSizer" | "percentSizerInt" | "allInSizer" | "allInSizerInt"; readonly percents?: number };

/** What a sizer looks at. */
interface Sized {
  /** Quote currency. */
  readonly cash: number;
  /** Base units held, negative for a short. */
  readonly held: number;
  /** Last price, quote currency. */
  readonly price: number;
}

const DEFAULT_PERCENTS = { percentSizer: 20, percentSizerInt: 20, allInSizer: 100, allInSizerInt: 100 } as const;

/** Throws InputError for a stake or percentage that cannot be. */
export function checkSizer(settings: SizerSettings): void {
  const amount = "stake" in settings ? settings.stake : percentsOf(settings);
  if (!(amount > 0 && amount < Number.POSITIVE_INFINITY)) {
    throw new InputError(
      "usage",
      `the sizer is ${JSON.stringify(settings)}: give fixedSize, fixedReverser or fixedSizeTarget a stake above 0, ` +
        "percentSizer, percentSizerInt, allInSizer or allInSizerInt percents above 0",
    );
  }
}

/** Base units, ≥ 0; not yet rounded to the amount step. */
export function sizedUnits(settings: SizerSettings, { cash, held, price }: Sized): number {
  if ("stake" in settings) return settings.type === "fixedReverser" && held !== 0 ? 2 * settings.stake : settings.stake;
  if (held !== 0) return Math.abs(held);
  const units = Math.max(0, (cash * (percentsOf(settings) / 100)) / price);
  return settings.type === "percentSizerInt" || settings.type === "allInSizerInt" ? Math.trunc(units) : units;
}

function percentsOf(settings: Exclude<SizerSettings, { readonly stake: number }>): number {
  return settings.percents ?? DEFAULT_PERCENTS[settings.type] ?? Number.NaN;
}
