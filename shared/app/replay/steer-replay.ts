import type { CheckpointStore } from "../../ports/checkpoint-store.ts";
import { changeSpeed, pause, type ReplaySession, resume, seek, step, stop } from "./replay-session.ts";
import { changeSession, loadSession, REPLAY } from "./session-store.ts";

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

/** All sessions of the last days, newest first. */
export async function listReplays(checkpoints: CheckpointStore): Promise<readonly ReplaySession[]> {
  const ids = await checkpoints.keys(REPLAY);
  const stored = await Promise.all(ids.map((id) => loadSession(checkpoints, id)));
  return stored
    .flatMap((each) => (each === null ? [] : [each.session]))
    .sort((a, b) => b.created - a.created || (a.session < b.session ? -1 : 1));
}
