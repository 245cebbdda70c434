import { Run } from "../../engine/run.ts";
import { InputError } from "../../market/input-error.ts";
import { feedKey, type Instrument, instrumentKey } from "../../market/instrument.ts";
import { nominalLength, type Timeframe } from "../../market/timeframe.ts";
import type { CheckpointStore } from "../../ports/checkpoint-store.ts";
import type { RunArtefacts } from "../../ports/run-artefacts.ts";
import type { TickStore } from "../../ports/tick-store.ts";
import { liveRunRecord } from "../live-run-record.ts";
import { type ReadCandlesPorts, readCandles } from "../read-candles.ts";
import { definitionOf, pinnedCode, type RunCode, type RunPlan } from "../run-plan.ts";
import { newSession, type ReplayMode, type ReplaySession } from "./replay-session.ts";
import { commitSession } from "./session-store.ts";

export interface StartReplayPorts extends ReadCandlesPorts {
  readonly checkpoints: CheckpointStore;
  readonly artefacts: RunArtefacts;
}

/** How a session is to be played. */
export interface ReplayTerms {
  readonly mode: Exclude<ReplayMode, "as-live">;
  /** See `ReplaySession`. */
  readonly speed: number;
  /** A file of trades that is played instead of what is stored; null for the store. */
  readonly file: string | null;
  /** Digits and letters that no other session has. */
  readonly id: string;
  /** ms UTC. */
  readonly now: number;
}

/**
 * Starts a session whose run takes the candles that a backtest of the plan would take. Throws InputError for a plan that
 * cannot run, or cannot be played so, for code that is not where runs find it, and 'no-data' where nothing is held to play.
 */
export async function startReplay(
  ports: StartReplayPorts,
  plan: RunPlan,
  code: RunCode,
  terms: ReplayTerms,
): Promise<ReplaySession> {
  const { mode, file, now } = terms;
  const nothingYet = plan.feeds.map(() => null);
  new Run(definitionOf(plan, code, nothingYet));
  if (mode === "ticks") checkTicks(plan);
  const instruments = [...new Set(plan.feeds.map(({ feed }) => instrumentKey(feed.instrument)))];
  if (file === null) await requireData(ports, plan, mode);
  else if (instruments.length > 1) {
    throw new InputError("usage", `--file holds one instrument, and the feeds are of ${instruments.join(" and ")}`);
  }
  const session = `replay-${terms.id}`;
  const run = liveRunRecord(plan, code, { kind: "replay", idOf: () => session, now });
  await ports.artefacts.load(pinnedCode(run.definition));
  const timeframe = shortest(plan);
  const request = {
    session,
    mode,
    created: now,
    run,
    instruments,
    timeframe,
    from: plan.tradeFrom,
    to: plan.end,
    file,
  };
  return putSession(ports.checkpoints, newSession(request, terms.speed));
}

/** Throws InputError 'conflict' where there is a session of this id. */
export async function putSession(checkpoints: CheckpointStore, session: ReplaySession): Promise<ReplaySession> {
  if (await commitSession(checkpoints, session, 0)) return session;
  throw new InputError("conflict", `there is a session ${session.session} already: start it under another id`);
}

function shortest(plan: RunPlan): Timeframe {
  const timeframes = plan.feeds.map(({ feed }) => feed.timeframe);
  return timeframes.reduce((least, each) => (nominalLength(each) < nominalLength(least) ? each : least));
}

/** Throws InputError for a plan whose candles are not those that the live fold makes of ticks. */
function checkTicks(plan: RunPlan): void {
  const short = plan.feeds.find(({ feed }) => feed.timeframe === "1s");
  if (short !== undefined) {
    throw new InputError("usage", `candles of 1s are not made live: replay ${feedKey(short.feed)} without --ticks`);
  }
  if (plan.choice === "best") return;
  throw new InputError("usage", `ticks are made into candles anew, as 'best': replay without --ticks, or without --as`);
}

async function requireData(ports: ReadCandlesPorts, plan: RunPlan, mode: ReplayMode): Promise<void> {
  for (const { feed, resampleOf } of plan.feeds) {
    if (resampleOf !== undefined) continue;
    if (mode === "ticks") await requireTicks(ports.ticks, feed.instrument, plan.warmFrom, plan.end);
    else if (!(await hasBar(ports, plan, feed))) {
      const key = instrumentKey(feed.instrument);
      throw new InputError(
        "no-data",
        `${feedKey(feed)} has no candles${spanText(plan.warmFrom, plan.end)}: import ${key} first, or move the span`,
      );
    }
  }
}

async function hasBar(
  ports: ReadCandlesPorts,
  plan: RunPlan,
  feed: RunPlan["feeds"][number]["feed"],
): Promise<boolean> {
  const to = plan.end ?? Number.MAX_SAFE_INTEGER;
  for await (const block of readCandles(ports, { ...feed, choice: plan.choice, from: plan.warmFrom, to })) {
    if (block.some(({ completeness }) => completeness !== "gap")) return true;
  }
  return false;
}

/** Throws InputError 'no-data' where no tick is held from `from`, inclusive, to `to`, exclusive (ms UTC; null: any later). */
export async function requireTicks(
  ticks: TickStore,
  instrument: Instrument,
  from: number,
  to: number | null,
): Promise<void> {
  const first = await ticks.atOrAfter(instrument, from);
  if (first !== null && (to === null || first.ts < to)) return;
  const key = instrumentKey(instrument);
  throw new InputError("no-data", `${key} has no trades${spanText(from, to)}: import ${key} first, or move the span`);
}

function spanText(from: number, to: number | null): string {
  return `${from === 0 ? "" : ` from ${timeText(from)}`}${to === null ? "" : ` to ${timeText(to)}`}`;
}

function timeText(ms: number): string {
  return new Date(ms).toISOString();
}
