import { InputError } from "../../market/input-error.ts";
import { type Timeframe, windowClose, windowOpen } from "../../market/timeframe.ts";
import type { RunRecord } from "../../ports/run-registry.ts";
import { type ReplayGeneration, replayRun } from "../../wire/replay-keys.ts";
import type { TickCursor } from "./instrument-ticks.ts";

/**
 * What a session plays. `candles`: stored candles to its runs. `ticks`: stored ticks, made into candles for its runs.
 * `as-live`: stored ticks into the live stream, as a source would.
 */
export type ReplayMode = "candles" | "ticks" | "as-live";

/** What a session was started as. Times in ms UTC. */
export interface ReplayRequest {
  /** Such as `replay-3fa9c1d2`. */
  readonly session: string;
  readonly mode: ReplayMode;
  readonly created: number;
  /** The record of its runs, which differ in their ids alone; null where it is played as live. */
  readonly run: RunRecord | null;
  /** `binance:BTC/USDT` */
  readonly instruments: readonly string[];
  /** What one step is. */
  readonly timeframe: Timeframe;
  /** Event time at which playing begins; what is before it, to warm up, is played at once. Inclusive. */
  readonly from: number;
  /** Exclusive; null for all that is held. */
  readonly to: number | null;
  /** The file that is played instead of what is stored. */
  readonly file: string | null;
}

/**
 * `playing`: records are published. `draining`: all are published, and the stages work on them. `stopping`: it is to be
 * ended. The others are how it ended.
 */
export type ReplayPhase = "playing" | "draining" | "stopping" | "finished" | "failed" | "stopped";

/** How far a generation is published. */
export interface ReplayPlace {
  /** Of candles: close time of the last ones; null before the first. */
  readonly closed: number | null;
  /** Of ticks: by instrument. */
  readonly ticks: Readonly<Record<string, TickCursor>>;
}

/** Rows of a file that could not be read. */
export interface FileRejects {
  readonly rows: number;
  /** The file in which they stand, each with its reason. */
  readonly path: string;
}

/** A session with where it stands. */
export interface ReplaySession extends ReplayRequest {
  /** Counted up by each seek, from 0. */
  readonly generation: number;
  /** Whether the generation's run is registered. */
  readonly begun: boolean;
  readonly phase: ReplayPhase;
  readonly paused: boolean;
  /** How many times as fast as it happened; Infinity for as fast as it goes. */
  readonly speed: number;
  /** Event time that is played, ms UTC. */
  readonly at: number;
  /** Up to here it is played as fast as it goes, ms UTC, inclusive, even while it is paused; null for nowhere. */
  readonly rush: number | null;
  readonly place: ReplayPlace;
  /** Records that the generation has published. */
  readonly published: number;
  /** Why it failed; null otherwise. */
  readonly error: string | null;
  /** What it cannot go on for now; null while it can. */
  readonly waits: string | null;
  /** Rows of its file that were left out; null where there are none. */
  readonly rejects: FileRejects | null;
  /** When it ended, ms UTC; null while it goes on. */
  readonly ended: number | null;
}

const NOWHERE: ReplayPlace = { closed: null, ticks: {} };

/** A session as it begins. Throws InputError for a speed that is none. */
export function newSession(request: ReplayRequest, speed: number): ReplaySession {
  checkSpeed(speed);
  return {
    ...request,
    generation: 0,
    begun: false,
    phase: "playing",
    paused: false,
    speed,
    at: request.from,
    rush: null,
    place: NOWHERE,
    published: 0,
    error: null,
    waits: null,
    rejects: null,
    ended: null,
  };
}

export function generationOf({ session, generation }: ReplaySession): ReplayGeneration {
  return { session, generation };
}

/** The record of the present generation's run, as it is registered; null where there is none. */
export function runOf(session: ReplaySession, generation: number = session.generation): RunRecord | null {
  return session.run === null ? null : { ...session.run, run: replayRun({ session: session.session, generation }) };
}

export function hasEnded({ phase }: ReplaySession): boolean {
  return phase === "finished" || phase === "failed" || phase === "stopped";
}

/** Whether it may have a run that has folded something. */
export function hasPlayed({ begun, generation }: ReplaySession): boolean {
  return begun || generation > 0;
}

function checkSpeed(speed: number): void {
  if (speed > 0) return;
  throw new InputError("usage", `the speed is ${speed}: give a number above 0, 1 being real time, or max`);
}

/** Throws InputError 'conflict' for a session that is over, or about to be. */
function checkGoesOn(session: ReplaySession): void {
  if (!hasEnded(session) && session.phase !== "stopping") return;
  const how =
    session.phase === "stopping" ? "is being stopped" : `has ${session.phase}`.replace("has stopped", "was stopped");
  throw new InputError("conflict", `${session.session} ${how}: start another one with 'npx millrace replay start'`);
}

/** Holds a session where it is. */
export function pause(session: ReplaySession): ReplaySession {
  checkGoesOn(session);
  return { ...session, paused: true };
}

/** Goes on at the session's speed. */
export function resume(session: ReplaySession): ReplaySession {
  checkGoesOn(session);
  return { ...session, paused: false };
}

/** From now on at another speed: 1 is real time, Infinity as fast as it goes. Throws InputError for one that is none. */
export function changeSpeed(session: ReplaySession, speed: number): ReplaySession {
  checkGoesOn(session);
  checkSpeed(speed);
  return { ...session, speed };
}

/**
 * Begins the next generation: it runs afresh from the start, as fast as it goes up to `target` (ms UTC, inclusive), and
 * then on as before. Played as live, time goes forwards only, and so does this. Throws InputError for a time outside.
 */
export function seek(session: ReplaySession, target: number): ReplaySession {
  checkGoesOn(session);
  const { from, to, mode, at } = session;
  if (target < from || (to !== null && target > to)) {
    const end = to === null ? "" : ` to ${timeText(to)}`;
    throw new InputError(
      "usage",
      `${timeText(target)} is outside of what ${session.session} plays: choose a time from ${timeText(from)}${end}`,
    );
  }
  if (mode === "as-live") {
    if (target > at) return { ...session, rush: target };
    throw new InputError(
      "conflict",
      `${session.session} is at ${timeText(at)} and plays as live, where time cannot go back to ${timeText(target)}`,
    );
  }
  const { generation } = session;
  return {
    ...session,
    generation: generation + 1,
    begun: false,
    phase: "playing",
    at: from,
    rush: target,
    place: NOWHERE,
    published: 0,
  };
}

/**
 * Plays `count` further windows of the session's shortest timeframe, and pauses again. Throws InputError for one that is
 * not paused, or that nobody knows the start of yet.
 */
export function step(session: ReplaySession, count: number): ReplaySession {
  checkGoesOn(session);
  if (!(Number.isSafeInteger(count) && count > 0 && count <= MOST_STEPS)) {
    throw new InputError("usage", `${count} is no number of steps: give one from 1 to ${MOST_STEPS}`);
  }
  if (!session.begun && session.from === 0) {
    const message = `${session.session} has not begun, and is to begin with the first that is held: step when that is known`;
    throw new InputError("conflict", message);
  }
  if (!session.paused) {
    const pauseIt = `npx millrace replay pause ${session.session}`;
    throw new InputError("conflict", `${session.session} plays by itself: '${pauseIt}' first, then step`);
  }
  let rush = Math.max(session.at, session.rush ?? session.at);
  for (let i = 0; i < count; i++) rush = windowClose(session.timeframe, windowOpen(session.timeframe, rush));
  return { ...session, rush };
}

/** Windows that one call of `step` plays at most. */
const MOST_STEPS = 1_000_000;

/** Asks for the end of a session, wherever it is. One that is over stays as it ended. */
export function stop(session: ReplaySession): ReplaySession {
  return hasEnded(session) ? session : { ...session, phase: "stopping", waits: null };
}

/**
 * The run of the generation is registered. `rejects`: of the session's file, if it has one; `start`: where it begins, ms
 * UTC, where nobody said so; null otherwise.
 */
export function begin(
  session: ReplaySession,
  run: RunRecord | null,
  rejects: FileRejects | null,
  start: number | null,
): ReplaySession {
  const { from, at } = session;
  return { ...session, begun: true, run, rejects, from: start ?? from, at: Math.max(start ?? at, at) };
}

/** States what a session cannot go on for; null where it can. One that is over waits for nothing. */
export function waitFor(session: ReplaySession, waits: string | null): ReplaySession {
  return session.waits === waits || hasEnded(session) ? session : { ...session, waits };
}

/** What a generation has published since. */
export interface Played {
  readonly at: number;
  readonly place: ReplayPlace;
  readonly records: number;
  /** Whether that was all. */
  readonly last: boolean;
}

/** Moves a session on by what is published. */
export function play(session: ReplaySession, { at, place, records, last }: Played): ReplaySession {
  const played = { ...session, at: Math.max(session.at, at), place, published: session.published + records };
  return last ? { ...played, rush: null, phase: "draining" } : played;
}

/** Ends a rush whose records are all published. */
export function arrive(session: ReplaySession): ReplaySession {
  return session.rush === null ? session : { ...session, at: Math.max(session.at, session.rush), rush: null };
}

/** A session that is over: finished, stopped, or failed for `error`. `now` in ms UTC. */
export function end(
  session: ReplaySession,
  phase: "finished" | "failed" | "stopped",
  error: string | null,
  now: number,
): ReplaySession {
  return { ...session, phase, error, waits: null, ended: now, rush: null };
}

function timeText(ms: number): string {
  return new Date(ms).toISOString();
}
