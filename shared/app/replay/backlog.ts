import type { EventLog } from "../../ports/event-log.ts";
import { CANDLES, REPLAY_CANDLES, REPLAY_TICKS, RUN_EVENTS, TICKS } from "../../wire/topics.ts";
import { lagOf } from "../topics.ts";
import type { ReplayMode } from "./replay-session.ts";

/** A session is never further ahead of the slowest stage, records. */
export const MOST_AHEAD = 5_000;

/** A consumer group of a topic. */
export interface TopicReader {
  readonly topic: string;
  readonly group: string;
}

/** Where what a session publishes goes through. */
const TOPICS_OF: Readonly<Record<ReplayMode, readonly string[]>> = {
  candles: [REPLAY_CANDLES, RUN_EVENTS],
  ticks: [REPLAY_TICKS, REPLAY_CANDLES, RUN_EVENTS],
  "as-live": [TICKS, CANDLES, RUN_EVENTS],
};

/**
 * Records that those who read what a mode publishes, and what follows from it, have not worked on, of all sessions: as
 * one record causes one at most, none of them is further behind. `readers`: of all topics.
 */
export async function recordsAhead(log: EventLog, readers: readonly TopicReader[], mode: ReplayMode): Promise<number> {
  let ahead = 0;
  for (const { group, topic } of readers) {
    if (!TOPICS_OF[mode].includes(topic)) continue;
    for (const position of await log.positions(group, topic)) ahead += lagOf(position);
  }
  return ahead;
}
