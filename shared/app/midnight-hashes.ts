import { windowClose, windowOpen } from "../market/timeframe.ts";
import type { StatedHash } from "../ports/result-store.ts";
import type { ArtefactRun } from "../ports/run-artefacts.ts";

/**
 * Runs every cycle that a live run can run. Between two of them with a UTC midnight in between, the first of which was
 * traded in, `state` is given the result hash up to then: over all cycles whose bars closed by that midnight. Of several
 * midnights in between only the first is stated, as nothing changes until the last. Which are stated follows from the
 * cycles alone, however they are cut into calls.
 * @param tradeFrom of the run's plan, ms UTC
 */
export function advanceByDays(
  run: Pick<ArtefactRun, "clock" | "next" | "advance" | "resultHash">,
  tradeFrom: number,
  state: (stated: StatedHash) => void,
): void {
  for (let { next } = run; next < Number.POSITIVE_INFINITY; next = run.next) {
    const last = midnightFrom(run.clock);
    if (next > last && run.clock > tradeFrom) state({ time: last, resultHash: run.resultHash() });
    run.advance(midnightFrom(next));
  }
  run.advance();
}

/** The first UTC midnight at or after `time`, ms UTC. */
function midnightFrom(time: number): number {
  return windowClose("1d", windowOpen("1d", time - 1));
}
