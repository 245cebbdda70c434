import type {
  LiveInstrument,
  LostSpans,
  OpenRun,
  PlatformStatus,
  Replays,
  StageLag,
  Told,
} from "#shared/app/status.ts";
import { shortFeeds } from "./run-lines.ts";
import { formatDuration, formatNumber, formatTime, renderTable } from "./table.ts";

const WIDTH = 80;
const NAME_WIDTH = 13;

/** The status for people: a line for what is well, a table for what is worth a look. `now` in ms UTC. */
export function statusLines(status: PlatformStatus, now: number): string {
  return [
    part("stages", status.stages, stageLines),
    part("instruments", status.instruments, (instruments) => instrumentLines(instruments, now)),
    part("runs", status.runs, ({ open, failed }) => [
      ...runLines(open),
      ...failed.map(({ run, strategy, error }) => clip(`failed: ${run} (${strategy}): ${firstLine(error)}`)),
      ...(failed.length === 0 ? [] : ["npx millrace runs show <run> tells why in full"]),
    ]),
    part("replays", status.replays, replayLines),
    part("dead letters", status.deadLetters, (count) =>
      count === 0 ? ["none"] : [`${formatNumber(count, 0)} held: npx millrace dead-letters list`],
    ),
    part("lost", status.lost, lostLines),
  ].join("\n");
}

/** The servers that give no answer, or none that is of use, with their addresses; nothing where there are none. */
export function failingLines(failing: readonly string[]): readonly string[] {
  if (failing.length === 0) return [];
  const what = `no proper answer from ${failing.join(" and ")}: look at the log, or start it again`;
  return [underName("servers", wrapped(what))];
}

/** A part's name with what there is to say of it; several lines stand below the name. */
export function part<T>(name: string, told: Told<T>, lines: (value: T) => readonly string[]): string {
  const shown = told.error === null ? lines(told.value) : wrapped(`cannot be told: ${firstLine(told.error)}`);
  return underName(name, shown);
}

function underName(name: string, lines: readonly string[]): string {
  const [first = "", ...rest] = lines;
  if (rest.length === 0 && first.length < WIDTH - NAME_WIDTH) return `${name.padEnd(NAME_WIDTH)} ${first}`;
  return [name, ...lines.map((line) => `  ${line}`)].join("\n");
}

function stageLines(lags: readonly StageLag[]): string[] {
  const behind = lags.filter(({ lag }) => lag !== 0);
  const stages = new Set(lags.map(({ stage }) => stage));
  if (behind.length === 0) return [`${[...stages].join(", ")}: all records are worked on`];
  const columns = [
    { heading: "stage" },
    { heading: "topic" },
    { heading: "partition", align: "right" },
    { heading: "records behind", align: "right" },
  ] as const;
  const rows = behind.map(({ stage, topic, partition, lag }) => [
    stage,
    topic,
    partition === null ? "–" : String(partition),
    lag === null ? "no topic" : formatNumber(lag, 0),
  ]);
  return renderTable(columns, rows).split("\n");
}

function instrumentLines(instruments: readonly LiveInstrument[], now: number): string[] {
  if (instruments.length === 0) return ["none is live"];
  const columns = [
    { heading: "instrument" },
    { heading: "known up to (UTC)" },
    { heading: "last record folded" },
  ] as const;
  const rows = instruments.map(({ instrument, watermark, lastRecord, ended, error }) => [
    instrument,
    error !== null ? "cannot be told" : watermark === null ? "nothing yet" : formatTime(watermark),
    ended !== null
      ? `ended at ${formatTime(ended)}`
      : lastRecord === null
        ? "–"
        : `${formatDuration(Math.max(0, now - lastRecord))} ago`,
  ]);
  const faults = instruments.flatMap(({ error }) => (error === null ? [] : wrapped(error)));
  return [...renderTable(columns, rows).split("\n"), ...faults];
}

function runLines(open: readonly OpenRun[]): string[] {
  if (open.length === 0) return ["none is live"];
  const columns = [{ heading: "run" }, { heading: "strategy" }, { heading: "feed" }, { heading: "state" }] as const;
  const rows = open.map(({ run, strategy, feeds, waits }) => [
    run,
    strategy,
    `${shortFeeds(feeds.slice(0, 1))}${feeds.length > 1 ? ` +${feeds.length - 1}` : ""}`,
    waits === null ? "live" : "waits",
  ]);
  return [
    ...renderTable(columns, rows).split("\n"),
    ...open.flatMap(({ run, waits }) => (waits === null ? [] : wrapped(`${run} waits: ${firstLine(waits)}`))),
  ];
}

function replayLines({ open, unreadable }: Replays): string[] {
  const faults = [
    ...open.flatMap(({ session, waits }) => (waits === null ? [] : [`${session} waits: ${firstLine(waits)}`])),
    ...unreadable.map(({ error }) => firstLine(error)),
  ].flatMap(wrapped);
  if (open.length === 0) return [...(unreadable.length === 0 ? ["none goes on"] : []), ...faults];
  const columns = [
    { heading: "session" },
    { heading: "plays" },
    { heading: "at (UTC)" },
    { heading: "state" },
  ] as const;
  const rows = open.map(({ session, strategy, instruments, phase, paused, at, waits }) => [
    session,
    `${strategy ?? "as live:"} ${instruments[0]}${instruments.length > 1 ? ` +${instruments.length - 1}` : ""}`,
    formatTime(at),
    waits !== null ? "waits" : paused ? "paused" : phase,
  ]);
  return [...renderTable(columns, rows).split("\n"), ...faults];
}

function lostLines(lost: readonly LostSpans[]): string[] {
  if (lost.length === 0) return ["no span is recorded as lost"];
  const columns = [
    { heading: "instrument" },
    { heading: "spans", align: "right" },
    { heading: "together" },
    { heading: "last up to (UTC)" },
  ] as const;
  const rows = lost.map(({ instrument, spans, length, last }) => [
    instrument,
    formatNumber(spans, 0),
    formatDuration(length),
    formatTime(last),
  ]);
  return [...renderTable(columns, rows).split("\n"), "npx millrace gaps <instrument> tells more"];
}

function firstLine(text: string): string {
  return text.split("\n")[0] ?? "";
}

function clip(text: string): string {
  return text.length <= WIDTH - 2 ? text : `${text.slice(0, WIDTH - 3)}…`;
}

/** The text in lines that a terminal has room for, or that have at most so many characters where its words allow. */
export function wrapped(text: string, width = WIDTH - 2): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
