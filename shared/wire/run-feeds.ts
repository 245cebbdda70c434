import { InputError } from "../market/input-error.ts";

/** Throws InputError 'conflict' where results are written of other feeds than those that are held; all as JSON. */
export function refuseOtherFeeds(run: string, held: string, feeds: string): void {
  if (held === feeds) return;
  throw new InputError(
    "conflict",
    `results of run ${run} are of feeds ${held}, and these are of ${feeds}: a run keeps its feeds; remove its results ` +
      "first, or write under another run",
  );
}
