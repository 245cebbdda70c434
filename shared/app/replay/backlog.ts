import type { EventLog, PartitionPosition } from "../../ports/event-log.ts";
import { CANDLES, ONLOOKER, REPLAY_CANDLES, REPLAY_TICKS, RUN_EVENTS, TICKS } from "../../wire/topics.ts";
import { AGGREGATE } from "../aggregate.ts";
import { lagOf } from "../topics.ts";
import type { ReplayMode } from "./replay-session.ts";

/** A session is never further ahead of the slowest stage, records. */
export const MOST_AHEAD = 5_000;

/** A consumer group of a topic. */
export interface TopicReader {
  readonly stage: string;
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

/** Up to where the live stream of ticks reaches: ends of its partitions, by number. */
export async function liveEnds(log: EventLog): Promise<ReadonlyMap<number, number>> {
  return new Map((await log.positions(ONLOOKER, TICKS)).map(({ partition, end }) => [partition, end]));
}

/** Whether the live stream of ticks is folded up to `ends`, whatever is published since. `readers`: of all topics. */
export async function isFoldedUpTo(
  log: EventLog,
  readers: readonly TopicReader[],
  ends: ReadonlyMap<number, number>,
): Promise<boolean> {
  for (const { stage, topic, group } of readers) {
    if (stage !== AGGREGATE || topic !== TICKS) continue;
    // Where the topic was recreated, there is no more to fold than it holds.
    const isFolded = (position: PartitionPosition): boolean =>
      lagOf(position) === 0 || position.next >= (ends.get(position.partition) ?? 0);
    if (!(await log.positions(group, topic)).every(isFolded)) return false;
  }
  return true;
}
