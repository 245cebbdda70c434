import { InputError } from "../../market/input-error.ts";
import { type Instrument, instrumentKey, parseInstrument } from "../../market/instrument.ts";
import type { CheckpointStore } from "../../ports/checkpoint-store.ts";
import type { TickStore } from "../../ports/tick-store.ts";
import { liveWatermark } from "../aggregate.ts";
import { hasEnded, newSession, type ReplaySession } from "./replay-session.ts";
import { putSession, type ReplayTerms, requireTicks } from "./start-replay.ts";
import { listReplays } from "./steer-replay.ts";

/** What is to be played into the live stream. */
export interface AsLiveTerms extends Pick<ReplayTerms, "speed" | "file" | "id" | "now"> {
  readonly instrument: Instrument;
  /** Ticks from here on, ms UTC, inclusive. */
  readonly from: number;
  /** Up to here, exclusive; null for all that is held. */
  readonly to: number | null;
}

/**
 * Starts a session that plays an instrument's ticks, stored or of a file, into the live stream, as its source would. It ends with the
 * last minute that is played, or at `to`, without saying that the instrument ended: another source may go on from there.
 * Throws InputError 'conflict' where the instrument is live beyond `from` or another session plays it as live, and 'no-data'
 * where no tick is held; a file is looked into when it is played.
 */
export async function startAsLive(
  ports: { readonly ticks: TickStore; readonly checkpoints: CheckpointStore },
  terms: AsLiveTerms,
): Promise<ReplaySession> {
  const { instrument, from, to, file, now } = terms;
  const key = instrumentKey(instrument);
  const request = {
    session: `replay-${terms.id}`,
    mode: "as-live",
    created: now,
    run: null,
    instruments: [key],
    timeframe: "1m",
    from,
    to,
    file,
  } as const;
  const session = newSession(request, terms.speed);
  await requireOwnTime(ports.checkpoints, session);
  if (file === null) await requireTicks(ports.ticks, instrument, from, to);
  return putSession(ports.checkpoints, session);
}

/**
 * Throws InputError 'conflict' where a session that has published nothing would take an instrument's live stream back in
 * time: where the instrument is live beyond its start, or another session plays it as live. Of two that were started at
 * once, the one that began first goes on, else the one that was started first.
 */
export async function requireOwnTime(checkpoints: CheckpointStore, session: ReplaySession): Promise<void> {
  const { from } = session;
  const key = session.instruments[0]!;
  // Listed before the watermark is read: what a session has published is folded before it ends.
  const { sessions } = await listReplays(checkpoints);
  const watermark = await liveWatermark(checkpoints, parseInstrument(key));
  if (watermark !== null && watermark > from) {
    throw new InputError(
      "conflict",
      `${key} is live up to ${timeText(watermark)}, and time does not go back to ${timeText(from)}: choose a --from after ` +
        "that, or replay it for a strategy of its own",
    );
  }
  const other = sessions.find((each) => playsBefore(each, session));
  if (other === undefined) return;
  throw new InputError(
    "conflict",
    `${other.session} plays ${key} as live, and an instrument has one time: wait for its end, or ` +
      `'npx millrace replay stop ${other.session}' first`,
  );
}

/** Whether `other` has the live stream of an instrument that `session` would play into. */
function playsBefore(other: ReplaySession, session: ReplaySession): boolean {
  if (other.mode !== "as-live" || hasEnded(other) || other.session === session.session) return false;
  if (other.instruments[0] !== session.instruments[0]) return false;
  if (other.begun || other.created !== session.created) return other.begun || other.created < session.created;
  return other.session < session.session;
}

function timeText(ms: number): string {
  return new Date(ms).toISOString();
}
