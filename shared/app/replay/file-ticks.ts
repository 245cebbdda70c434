import { InputError } from "../../market/input-error.ts";
import { parseInstrument } from "../../market/instrument.ts";
import type { ReplayStore } from "./replay-ports.ts";
import type { ReplaySession } from "./replay-session.ts";

/**
 * Throws InputError where ticks of a file cannot be played as live: 'no-data' where it has none in the session's span,
 * 'conflict' where `stored`, which they will be added to, holds ticks of another kind.
 */
export async function checkFileTicks(
  file: Pick<ReplayStore, "ticks">,
  stored: Pick<ReplayStore, "ticks">,
  session: ReplaySession,
): Promise<void> {
  const { from, to } = session;
  const key = session.instruments[0]!;
  const instrument = parseInstrument(key);
  const first = await file.ticks.atOrAfter(instrument, from);
  if (first === null || (to !== null && first.ts >= to)) {
    const end = to === null ? "" : ` to ${timeText(to)}`;
    throw new InputError(
      "no-data",
      `${session.file} has no trades of ${key} from ${timeText(from)}${end}: move the span`,
    );
  }
  const [own, held] = [await file.ticks.extent(instrument), await stored.ticks.extent(instrument)];
  if (own === null || held === null || (own.kind === held.kind && own.ids === held.ids)) return;
  throw new InputError(
    "conflict",
    `${key} holds ticks of kind '${held.kind}' with '${held.ids}' ids, and those of ${session.file} are of kind ` +
      `'${own.kind}' with '${own.ids}' ids: an instrument has one kind; play a file of the same source`,
  );
}

function timeText(ms: number): string {
  return new Date(ms).toISOString();
}
