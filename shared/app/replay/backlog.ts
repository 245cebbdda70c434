import type { EventLog } from "../../ports/event-log.ts";
import { CANDLES, REPLAY_CANDLES, REPLAY_TICKS, RUN_EVENTS, TICKS } from "../../wire/topics.ts";
import type { ReplayMode } from "./replay-session.ts";

/** A session is never further ahead of the slowest stage, records. */
export const MOST_AHEAD = 5_000;

/** A stage and what it reads. */
interface Reader {
  /** Its consumer group. */
  readonly group: string;
  readonly topic: string;
}

const readerOf = (stage: string, topic: string): Reader => ({ group: `${stage}/${topic}`, topic });

const FROM_CANDLES = [readerOf("step-strategies", REPLAY_CANDLES), readerOf("archive", RUN_EVENTS)];

/** Who works on what a session publishes, in the order in which a record goes through them. */
const READERS: Readonly<Record<ReplayMode, readonly Reader[]>> = {
  candles: FROM_CANDLES,
  ticks: [readerOf("aggregate", REPLAY_TICKS), ...FROM_CANDLES],
  "as-live": [
    readerOf("archive", TICKS),
    readerOf("aggregate", TICKS),
    readerOf("archive", CANDLES),
    readerOf("step-strategies", CANDLES),
    readerOf("archive", RUN_EVENTS),
  ],
};

/**
 * Records that the stages of a mode have not worked on, of all sessions: as one record causes one at most, none of them
 * is further behind.
 */
export async function recordsAhead(log: EventLog, mode: ReplayMode): Promise<number> {
  let ahead = 0;
  for (const { group, topic } of READERS[mode]) {
    for (const { next, end } of await log.positions(group, topic)) ahead += end - next;
  }
  return ahead;
}
