import { InputError } from "../../market/input-error.ts";
import type { CheckpointStore } from "../../ports/checkpoint-store.ts";
import type { ReplaySession } from "./replay-session.ts";

/** Name of the stage in checkpoints; its keys are sessions. */
export const REPLAY = "replay";
const SCHEMA = 1;

/** JSON has no Infinity, and has null for it. */
type StoredJson = Omit<ReplaySession, "speed"> & { readonly speed: number | null };

/** A session as it is stored. */
export interface StoredSession {
  readonly session: ReplaySession;
  /** For `commitSession`. */
  readonly version: number;
}

/** A session was stored by another version of Millrace. */
export class UnreadableSession extends Error {
  override readonly name = "UnreadableSession";
}

/** Null where there is no such session (any more). Throws UnreadableSession for one of another version. */
export async function loadSession(checkpoints: CheckpointStore, id: string): Promise<StoredSession | null> {
  const stored = await checkpoints.load(REPLAY, id);
  if (stored === null) return null;
  if (stored.schema !== SCHEMA) {
    throw new UnreadableSession(
      `${id} is of another version of Millrace (schema ${stored.schema}, and this one reads ${SCHEMA}): upgrade Millrace, ` +
        "or play it with the version that began it",
    );
  }
  const json = JSON.parse(new TextDecoder().decode(stored.state)) as StoredJson;
  const session = { ...json, speed: json.speed ?? Number.POSITIVE_INFINITY };
  return { session, version: stored.version };
}

/** Stores a session if its stored version is still `version` (0: none); resolves to whether it was. */
export async function commitSession(
  checkpoints: CheckpointStore,
  session: ReplaySession,
  version: number,
): Promise<boolean> {
  const state = new TextEncoder().encode(JSON.stringify(session));
  return checkpoints.commit(REPLAY, session.session, version, { schema: SCHEMA, state, fence: [] });
}

/** Changes a session, whoever else does at the same time. Throws InputError 'not-found', and what `change` throws. */
export async function changeSession(
  checkpoints: CheckpointStore,
  id: string,
  change: (session: ReplaySession) => ReplaySession,
): Promise<ReplaySession> {
  for (;;) {
    const stored = await loadSession(checkpoints, id);
    if (stored === null) {
      throw new InputError("not-found", `no replay '${id}': 'npx millrace replay list' lists what there is`);
    }
    const changed = change(stored.session);
    if (changed === stored.session || (await commitSession(checkpoints, changed, stored.version))) return changed;
  }
}

/** The generation that a session is at; null where there is no such session (any more). */
export async function presentGeneration(checkpoints: CheckpointStore, id: string): Promise<number | null> {
  return (await loadSession(checkpoints, id))?.session.generation ?? null;
}
