import type { TradingStart } from "#shared/app/paper-span.ts";
import type { RunPlan } from "#shared/app/run-plan.ts";
import { instrumentKey } from "#shared/market/instrument.ts";
import type { TickExtent } from "#shared/ports/tick-store.ts";
import { formatTime } from "./table.ts";

const DAY = 86_400_000;

/** The candle that a live run waits for before it does anything: `the next live candle of binance:BTC/USDT`. */
export function nextCandle(plan: RunPlan): string {
  const instruments = [...new Set(plan.feeds.map(({ feed }) => instrumentKey(feed.instrument)))];
  return `the next live candle of ${instruments.length === 1 ? "" : "each of "}${instruments.join(", ")}`;
}

/**
 * Where the run's candles are to come from. `begin`: when it trades and why, null where the user
 * said when. `usual`: the same unless told. `held`: trades of
 * its first feed's instrument.
 */
export function whatComesNext(
  plan: RunPlan,
  begin: TradingStart | null,
  usual: TradingStart,
  held: TickExtent | null,
): string[] {
  const instrument = instrumentKey(plan.feeds[0]!.feed.instrument);
  const play = (from: string, file: string): string =>
    `  npx millrace replay start ${instrument} --from ${from} --as-live${file} --speed 600`;
  const time = (ms: number): string => new Date(ms).toISOString();
  const holds = (from: number): boolean => held !== null && held.to >= from;
  if (usual.reason === "live") {
    const at = `${formatTime(usual.tradeFrom)} UTC`;
    return [
      `It follows the live stream, which is at ${at}; 'npx millrace status' shows whether that moves.`,
      ...(plan.tradeFrom < usual.tradeFrom ? [`It catches up with ${nextCandle(plan)}, and does nothing before.`] : []),
    ];
  }
  if (begin === null && holds(plan.tradeFrom)) {
    return [
      `It catches up with ${nextCandle(plan)}, and does nothing before. To play what is stored as live:`,
      play(time(plan.tradeFrom), ""),
    ];
  }
  if (usual.reason === "first-bar" || begin === null) {
    return [
      `It waits for live candles of ${instrument}, such as those of a file's trades:`,
      play(plan.tradeFrom === 0 ? "TIME" : time(plan.tradeFrom), " --file FILE"),
    ];
  }
  const earlier = plan.tradeFrom - DAY;
  return [
    `It waits for live candles of ${instrument} after all that is stored, such as those of a file:`,
    play(time(plan.tradeFrom), " --file FILE"),
    ...(holds(earlier)
      ? [
          `To trade on what is stored, give 'paper start' an earlier --from, such as ${time(earlier)}, then`,
          play(time(earlier), ""),
        ]
      : []),
  ];
}
