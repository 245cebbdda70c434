import type { CheckpointStore } from "../../ports/checkpoint-store.ts";
import { changeSpeed, pause, type ReplaySession, resume, seek, step, stop } from "./replay-session.ts";
import { changeSession, loadSession, REPLAY, UnreadableSession } from "./session-store.ts";

// Each changes what is stored of a session; the task that plays it sees to the rest. Throws InputError 'not-found' for a
// session that is not there, and what the change throws.

export function pauseReplay(checkpoints: CheckpointStore, id: string): Promise<ReplaySession> {
  return changeSession(checkpoints, id, pause);
}

export function resumeReplay(checkpoints: CheckpointStore, id: string): Promise<ReplaySession> {
  return changeSession(checkpoints, id, resume);
}

/** `speed`: 1 is real time, Infinity as fast as it goes. */
export function setReplaySpeed(checkpoints: CheckpointStore, id: string, speed: number): Promise<ReplaySession> {
  return changeSession(checkpoints, id, (session) => changeSpeed(session, speed));
}

/** `target`: event time, ms UTC. */
export function seekReplay(checkpoints: CheckpointStore, id: string, target: number): Promise<ReplaySession> {
  return changeSession(checkpoints, id, (session) => seek(session, target));
}

/** Plays `count` further windows of the session's shortest timeframe. */
export function stepReplay(checkpoints: CheckpointStore, id: string, count: number): Promise<ReplaySession> {
  return changeSession(checkpoints, id, (session) => step(session, count));
}

export function stopReplay(checkpoints: CheckpointStore, id: string): Promise<ReplaySession> {
  return changeSession(checkpoints, id, stop);
}

/** Sessions of the last days. */
export interface ReplayList {
  /** Newest first. */
  readonly sessions: readonly ReplaySession[];
  /** Those that cannot be told of, and why. */
  readonly unreadable: readonly { readonly session: string; readonly error: string }[];
}

export async function listReplays(checkpoints: CheckpointStore): Promise<ReplayList> {
  const ids = await checkpoints.keys(REPLAY);
  const sessions: ReplaySession[] = [];
  const unreadable: { session: string; error: string }[] = [];
  await Promise.all(
    ids.map(async (id) => {
      try {
        const stored = await loadSession(checkpoints, id);
        if (stored !== null) sessions.push(stored.session);
      } catch (error) {
        // A store that does not answer says so to all.
        if (!(error instanceof UnreadableSession)) throw error;
        unreadable.push({ session: id, error: error.message });
      }
    }),
  );
  sessions.sort((a, b) => b.created - a.created || (a.session < b.session ? -1 : 1));
  unreadable.sort((a, b) => (a.session < b.session ? -1 : 1));
  return { sessions, unreadable };
}
