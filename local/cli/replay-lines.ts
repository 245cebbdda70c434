import type { ReplaySession } from "#shared/app/replay/replay-session.ts";
import { runOf } from "#shared/app/replay/replay-session.ts";
import { shortFeeds, symbolOf } from "./run-lines.ts";
import { wrapped } from "./status-lines.ts";
import { formatMinute, formatNumber, formatTime, renderTable } from "./table.ts";

const COLUMNS = [
  { heading: "session" },
  { heading: "plays" },
  { heading: "state" },
  { heading: "speed", align: "right" },
  { heading: "at (UTC)" },
] as const;

const ENDED_COLUMNS = [
  { heading: "run" },
  { heading: "played" },
  { heading: "how" },
  { heading: "ended (UTC)" },
] as const;

/**
 * Sessions that go on as a table, and below it those that ended, each by its last run (as live: by itself); with a line
 * for each that failed, that waits, or whose file had rows that were left out.
 */
export function replayTables(open: readonly ReplaySession[], ended: readonly ReplaySession[]): string {
  return [
    ...(open.length === 0 ? [] : [[openTable(open), ...open.flatMap(remarksOf)].join("\n")]),
    ...(ended.length === 0 ? [] : [[endedTable(ended), ...ended.flatMap(remarksOf)].join("\n")]),
  ].join("\n\n");
}

function openTable(sessions: readonly ReplaySession[]): string {
  // How much is played can be told of spans with an end.
  const shares = sessions.some((session) => fractionOf(session) !== null);
  const rows = sessions.map((session) => [
    session.session,
    playsInShort(session),
    stateOf(session),
    speedText(session.speed),
    formatMinute(session.at),
    ...(shares ? [shareOf(session)] : []),
  ]);
  return renderTable(shares ? [...COLUMNS, { heading: "of", align: "right" }] : COLUMNS, rows);
}

function endedTable(sessions: readonly ReplaySession[]): string {
  const rows = sessions.map((session) => [
    runOf(session)?.run ?? session.session,
    playsInShort(session),
    session.phase,
    session.ended === null ? "–" : formatMinute(session.ended),
  ]);
  return renderTable(ENDED_COLUMNS, rows);
}

function speedText(speed: number): string {
  return Number.isFinite(speed) ? `${speed} ×` : "max";
}

/** As `playsOf`, in a table's room. */
function playsInShort({ run, instruments, mode, file }: ReplaySession): string {
  const marks = [mode === "ticks" ? "ticks" : "", file === null ? "" : "file"].filter((mark) => mark !== "");
  const how = marks.length === 0 ? "" : ` (${marks.join(", ")})`;
  if (run === null) return `${symbolOf(instruments[0]!)} as live${how}`;
  const others = run.feeds.length > 1 ? ` +${run.feeds.length - 1}` : "";
  return `${run.strategy} ${symbolOf(run.feeds[0]!)}${others}${how}`;
}

function remarksOf(replayed: ReplaySession): string[] {
  const { session, error, waits } = replayed;
  return [
    ...(error === null ? [] : [`${session}: ${error.split("\n")[0]}`]),
    ...(waits === null ? [] : [`${session} waits: ${waits.split("\n")[0]}`]),
    ...rejectsLines(replayed),
  ].flatMap((line) => wrapped(line));
}

/** How many rows of a session's file were left out, and where they are, on one line; nothing where none were. */
export function rejectsLines({ session, rejects, file }: ReplaySession): string[] {
  if (rejects === null) return [];
  const rows = rejects.rows === 1 ? "1 row" : `${formatNumber(rejects.rows, 0)} rows`;
  return [`${session}: ${rows} of ${file} left out, see ${rejects.path}`];
}

/** What a session does after `verb` changed it (`pause`, `step`, …), on one line. */
export function steeredLine(session: ReplaySession, verb: string): string {
  const run = runOf(session);
  const { rush, paused, speed } = session;
  const where = rush === null ? `at ${formatTime(session.at)} UTC` : `to ${formatTime(rush)} UTC`;
  const state = verb === "step" && rush !== null ? "steps" : stateOf(session);
  const pace = `speed ${speedText(speed)}${paused && verb === "speed" ? " once it is resumed" : ""}`;
  const parts = [
    `${state} ${where}`,
    ...(rush !== null && paused ? ["then pauses"] : []),
    ...(verb === "speed" ? [pace] : []),
    ...(run === null ? [] : [`run ${run.run}`]),
  ];
  return `${session.session}: ${parts.join(", ")}`;
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
  // What a paused session waits for is told below the table.
  if (waits !== null) return paused ? "paused" : "waits";
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
