import { slippageOf } from "#shared/app/cost-band.ts";
import { parsePlan } from "#shared/app/run-plan.ts";
import type { BrokerSettings } from "#shared/engine/run-definition.ts";
import type { RunRecord } from "#shared/ports/run-registry.ts";
import type { Arguments } from "./command.ts";
import { hint } from "./hint.ts";
import { shortFeeds } from "./run-lines.ts";

/** The file that settings without an option of their own are to be written to. */
const BROKER_FILE = "broker.json";

/** The backtest that is the same run, as it can be typed; a second line gives the file that it needs, if any. */
export function backtestLines(record: RunRecord, args: Arguments): string {
  const { feeds, broker, choice, warmFrom, tradeFrom, end } = parsePlan(record.definition);
  // A live run has come as far as it has.
  const last = end ?? record.until;
  const options = brokerOptions(broker);
  const time = (ms: number): string => new Date(ms).toISOString();
  const words = [
    `backtest ${record.strategy} ${shortFeeds(record.feeds)}`,
    ...Object.entries(record.params).map(([name, value]) => `--param ${name}=${value}`),
    ...feeds.flatMap(({ feed, resampleOf }) =>
      resampleOf === undefined ? [] : [`--resample ${feed.name}=${resampleOf}`],
    ),
    ...(options ?? [`--broker ${BROKER_FILE}`]),
    ...(tradeFrom === 0 ? [] : [`--from ${time(tradeFrom)}`]),
    ...(warmFrom === tradeFrom ? [] : [`--warm-from ${time(warmFrom)}`]),
    ...(last === null ? [] : [`--to ${time(last)}`]),
    ...(choice === "best" ? [] : [`--as ${choice}`]),
  ];
  const file = options === null ? `\nwith ${BROKER_FILE}: ${JSON.stringify(broker)}` : "";
  return hint(args, words.join(" ")) + file;
}

/** Null for settings that options cannot say. */
function brokerOptions({ cash, fee, allowShort, slippage, ...others }: BrokerSettings): string[] | null {
  const fraction = slippage?.perc ?? 0;
  const sayable = slippage === undefined || sameSettings(slippage, slippageOf(fraction).slippage ?? {});
  if (!sayable || Object.keys(others).length > 0) return null;
  return [
    `--cash ${cash}`,
    ...(fee === null ? [] : [`--fee ${fee}`]),
    ...(fraction === 0 ? [] : [`--slippage ${fraction}`]),
    ...(allowShort ? ["--allow-short"] : []),
  ];
}

function sameSettings(one: object, other: object): boolean {
  const sorted = (settings: object): string => JSON.stringify(Object.entries(settings).sort());
  return sorted(one) === sorted(other);
}
