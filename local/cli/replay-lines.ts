import type { ReplaySession } from "#shared/app/replay/replay-session.ts";
import { runOf } from "#shared/app/replay/replay-session.ts";
import { shortFeeds } from "./run-lines.ts";
import { formatNumber, formatTime, renderTable } from "./table.ts";

const COLUMNS = [
  { heading: "session" },
  { heading: "plays" },
  { heading: "state" },
  { heading: "speed", align: "right" },
  { heading: "at (UTC)" },
  { heading: "of", align: "right" },
  { heading: "records", align: "right" },
  { heading: "run" },
] as const;

/** Sessions as a table, with a line for each that failed, that waits, or whose file had rows that were left out. */
export function replayTable(sessions: readonly ReplaySession[]): string {
  const rows = sessions.map((session) => [
    session.session,
    playsOf(session),
    stateOf(session),
    Number.isFinite(session.speed) ? `${session.speed} ×` : "max",
    formatTime(session.at),
    shareOf(session),
    formatNumber(session.published, 0),
    runOf(session)?.run ?? "–",
  ]);
  return [renderTable(COLUMNS, rows), ...sessions.flatMap(remarksOf)].join("\n");
}

function remarksOf({ session, error, waits, rejects, file }: ReplaySession): string[] {
  return [
    ...(error === null ? [] : [`${session}: ${error}`]),
    ...(waits === null ? [] : [`${session} waits: ${waits.split("\n")[0]}`]),
    ...(rejects === null ? [] : [`${session}: ${rejects.rows} rows of ${file} were left out, see ${rejects.path}`]),
  ];
}

/** A session as JSON: without what its task alone needs. */
export function replayJson(session: ReplaySession): Record<string, unknown> {
  const { place: _, run, speed, ...rest } = session;
  const id = runOf(session)?.run ?? null;
  return { ...rest, speed: Number.isFinite(speed) ? speed : "max", run: id, strategy: run?.strategy ?? null };
}

/** What a session plays, in a few words. */
export function playsOf({ run, instruments, mode, file }: ReplaySession): string {
  const source = file === null ? "" : " (file)";
  if (run === null) return `${instruments.join(" ")} as live${source}`;
  const of = mode === "ticks" ? " (ticks)" : "";
  return `${run.strategy} ${shortFeeds(run.feeds)}${of}${source}`;
}

/** How a session stands, in a word. */
export function stateOf({ phase, paused, rush, waits }: ReplaySession): string {
  if (waits !== null) return "waits";
  if (phase === "draining") return "ends";
  if (phase === "stopping") return "stops";
  if (phase !== "playing") return phase;
  if (rush !== null) return "seeks";
  return paused ? "paused" : "plays";
}

/** How much of a session's span is played, 0 to 1; null where its end is not known. */
export function fractionOf({ from, to, at }: ReplaySession): number | null {
  return to === null || to <= from ? null : Math.min(1, Math.max(0, (at - from) / (to - from)));
}

function shareOf(session: ReplaySession): string {
  const fraction = fractionOf(session);
  return fraction === null ? "–" : `${(fraction * 100).toFixed(0)} %`;
}
