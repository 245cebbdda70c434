import { parseInstrument } from "../../market/instrument.ts";
import { windowOpen } from "../../market/timeframe.ts";
import type { ReadCandlesPorts } from "../read-candles.ts";
import { parsePlan } from "../run-plan.ts";
import { candleGroups } from "./candle-groups.ts";
import type { ReplaySession } from "./replay-session.ts";

/**
 * When a session begins that was asked for without a start, ms UTC: with the first window of what is held, as nobody
 * waits for the years before. Null where it has a start, and where nothing is held.
 */
export async function heldStart(ports: ReadCandlesPorts, session: ReplaySession): Promise<number | null> {
  if (session.from > 0) return null;
  const first = session.mode === "candles" ? await firstClose(ports, session) : await firstTrade(ports, session);
  return first === null || first <= 0 ? null : windowOpen(session.timeframe, first);
}

/** A moment of the first window that closes. */
async function firstClose(ports: ReadCandlesPorts, { run }: ReplaySession): Promise<number | null> {
  for await (const { closeTime } of candleGroups(ports, parsePlan(run!.definition), null)) return closeTime - 1;
  return null;
}

async function firstTrade({ ticks }: ReadCandlesPorts, { instruments, from }: ReplaySession): Promise<number | null> {
  const firsts = await Promise.all(instruments.map((key) => ticks.atOrAfter(parseInstrument(key), from)));
  const times = firsts.flatMap((first) => (first === null ? [] : [first.ts]));
  return times.length === 0 ? null : Math.min(...times);
}
