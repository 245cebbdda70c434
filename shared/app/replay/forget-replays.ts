import { parseInstrument } from "../../market/instrument.ts";
import { replayKey, replayRun } from "../../wire/replay-keys.ts";
import { AGGREGATE_REPLAY } from "../aggregate.ts";
import { STEP_STRATEGIES } from "../step-strategies.ts";
import type { PlayReplaysPorts } from "./replay-ports.ts";
import { loadSession, REPLAY } from "./session-store.ts";

/** How long states of a session are kept after its end, ms. */
const KEPT = 7 * 86_400_000;

/** Whether a session that ended at `ended` (ms UTC) is to be forgotten. */
export function isLongOver(ended: number, now: number): boolean {
  return now - ended > KEPT;
}

/** Removes the states of all generations of a session, and what was imported for it; its runs and their results stay. */
export async function forgetSession(
  { checkpoints, files }: Pick<PlayReplaysPorts, "checkpoints" | "files">,
  id: string,
): Promise<void> {
  const stored = await loadSession(checkpoints, id);
  if (stored === null) return;
  const { session } = stored;
  for (let generation = 0; generation <= session.generation; generation++) {
    const of = { session: id, generation };
    for (const instrument of session.instruments) {
      await checkpoints.remove(AGGREGATE_REPLAY, replayKey(of, parseInstrument(instrument)));
    }
    await checkpoints.remove(STEP_STRATEGIES, replayRun(of));
  }
  if (session.file !== null) await files.forget(id);
  // Last, as it says what else there is.
  await checkpoints.remove(REPLAY, id);
}
