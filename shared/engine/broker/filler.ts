import { InputError } from "#shared/market/input-error.ts";
import type { Series } from "../feeds/series.ts";
import type { Lots } from "./lots.ts";

/** How much of an order a bar fills at most, never more than its volume; the rest waits for further bars. */
export type FillerSettings =
  /** Up to `size` base units; absent: the bar's whole volume. */
  | { readonly type: "fixedSize"; readonly size?: number }
  /** Up to `perc` percent of the bar's volume. */
  | { readonly type: "fixedBarPerc"; readonly perc: number }
  /** Up to `perc` percent of the volume of each price level, `minMov` apart, of the bar; 0: one level. */
  | { readonly type: "barPointPerc"; readonly perc: number; readonly minMov: number };

/** Tells how many lots a bar can fill. Without settings it fills all. */
export class Filler {
  private readonly settings: FillerSettings | null;

  /** Throws InputError for amounts that cannot be. */
  constructor(settings: FillerSettings | undefined) {
    this.settings = settings ?? null;
    if (settings !== undefined && !isPossible(settings)) {
      throw new InputError(
        "usage",
        `the volume filler is ${JSON.stringify(settings)}: give fixedSize a size above 0 or none, fixedBarPerc perc ` +
          "above 0, barPointPerc perc above 0 and minMov from 0 on",
      );
    }
  }

  /** Whole lots, signed like `remaining` and at most that; 0 where the bar has no volume left for the order. */
  fill(remaining: number, series: Series, lots: Lots): number {
    if (this.settings === null) return remaining;
    const most = Math.min(lots.count(this.share(this.settings, series)), Math.abs(remaining));
    return remaining > 0 ? most : -most + 0;
  }

  private share(settings: FillerSettings, series: Series): number {
    const volume = series.volume;
    if (settings.type === "fixedSize") return Math.min(volume, settings.size ?? volume);
    if (settings.type === "fixedBarPerc") return (volume * settings.perc) / 100;
    const { minMov, perc } = settings;
    const levels = minMov === 0 ? 1 : Math.floor((series.high - series.low + minMov) / minMov);
    return ((volume / levels) * perc) / 100;
  }
}

function isPossible(settings: FillerSettings): boolean {
  const positive = (amount: number): boolean => amount > 0 && amount < Number.POSITIVE_INFINITY;
  switch (settings.type) {
    case "fixedSize":
      return settings.size === undefined || positive(settings.size);
    case "fixedBarPerc":
      return positive(settings.perc);
    case "barPointPerc":
      return positive(settings.perc) && settings.minMov >= 0;
    default:
      return false;
  }
}
