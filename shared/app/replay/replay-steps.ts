import { instrumentKey, parseInstrument } from "../../market/instrument.ts";
import { nominalLength, windowOpen } from "../../market/timeframe.ts";
import type { OutgoingRecord } from "../../ports/event-log.ts";
import { replayKey } from "../../wire/replay-keys.ts";
import { encodeTickRecord } from "../../wire/tick-records.ts";
import { REPLAY_CANDLES, REPLAY_TICKS, TICKS } from "../../wire/topics.ts";
import type { ReadCandlesPorts } from "../read-candles.ts";
import { parsePlan } from "../run-plan.ts";
import { candleGroups } from "./candle-groups.ts";
import { firstTick, instrumentTicks, type PlayedTicks, type TickCursor } from "./instrument-ticks.ts";
import { generationOf, type ReplayPlace, type ReplaySession } from "./replay-session.ts";

/** Records that are published together, and where the session stands after them. */
export interface ReplayStep {
  /** Event time that they begin to tell of, ms UTC. */
  readonly begins: number;
  /** Event time that they tell up to, ms UTC. */
  readonly at: number;
  readonly place: ReplayPlace;
  readonly records: readonly OutgoingRecord[];
}

/** The topic that a session publishes to. */
export function topicOf({ mode }: ReplaySession): string {
  if (mode === "as-live") return TICKS;
  return mode === "candles" ? REPLAY_CANDLES : REPLAY_TICKS;
}

/** What a session's generation has to publish from its place on, in order of time. */
export function replaySteps(
  ports: ReadCandlesPorts,
  session: ReplaySession,
  spanOf: () => number,
): AsyncGenerator<ReplayStep> {
  return session.mode === "candles" ? candleSteps(ports, session) : tickSteps(ports, session, spanOf);
}

async function* candleSteps(ports: ReadCandlesPorts, session: ReplaySession): AsyncGenerator<ReplayStep> {
  const plan = parsePlan(session.run!.definition);
  const replay = generationOf(session);
  for await (const group of candleGroups(ports, plan, session.place.closed)) {
    const { closeTime } = group;
    const place = { closed: closeTime, ticks: {} };
    yield { begins: closeTime, at: closeTime, place, records: group.records(replay) };
  }
}

/** Reads on in each instrument, and gives out what tells of the least time first. */
async function* tickSteps(
  ports: ReadCandlesPorts,
  session: ReplaySession,
  spanOf: () => number,
): AsyncGenerator<ReplayStep> {
  const replay = session.mode === "as-live" ? null : generationOf(session);
  const from = tickStart(session);
  const readers: TickReader[] = [];
  for (const key of session.instruments) {
    const instrument = parseInstrument(key);
    const first = session.mode === "as-live" ? from : await firstTick(ports.ticks, instrument, from);
    const span = { instrument, from: first, to: session.to, ends: session.mode !== "as-live" };
    const cursor = session.place.ticks[key] ?? null;
    const records = instrumentTicks(ports, span, cursor, spanOf);
    readers.push({ key, records, next: await records.next() });
  }
  let ticks: Readonly<Record<string, TickCursor>> = session.place.ticks;
  for (;;) {
    const reader = earliest(readers);
    if (reader === null) return;
    const { record, begins, cursor } = reader.next.value as PlayedTicks;
    ticks = { ...ticks, [reader.key]: cursor };
    const instrument = parseInstrument(reader.key);
    const key = replay === null ? instrumentKey(instrument) : replayKey(replay, instrument);
    const records = [{ key, value: encodeTickRecord(instrument, record, replay) }];
    yield { begins: begins + 1, at: cursor.watermark, place: { closed: null, ticks }, records };
    reader.next = await reader.records.next();
  }
}

interface TickReader {
  readonly key: string;
  readonly records: AsyncGenerator<PlayedTicks>;
  next: IteratorResult<PlayedTicks, void>;
}

function earliest(readers: readonly TickReader[]): TickReader | null {
  let best: TickReader | null = null;
  let least = Number.POSITIVE_INFINITY;
  for (const reader of readers) {
    if (reader.next.done === true) continue;
    const { watermark } = reader.next.value.cursor;
    if (best !== null && watermark >= least) continue;
    best = reader;
    least = watermark;
  }
  return best;
}

/** Of the ticks that a session plays, ms UTC: where the largest window opens that its runs can take. */
function tickStart(session: ReplaySession): number {
  if (session.run === null) return session.from;
  const plan = parsePlan(session.run.definition);
  const [largest] = plan.feeds.map(({ feed }) => feed.timeframe).sort((a, b) => nominalLength(b) - nominalLength(a));
  return windowOpen(largest!, plan.warmFrom);
}
