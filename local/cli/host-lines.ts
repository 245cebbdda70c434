import type { HostStatus } from "#local/host/host.ts";
import type { Told } from "#shared/app/status.ts";
import { part, wrapped } from "./status-lines.ts";
import { formatDuration } from "./table.ts";

/** The functions host for people: what fails, since when and why, and what had to be started again. `now` in ms UTC. */
export function hostLines(host: Told<HostStatus>, now: number): string {
  return part("functions", host, (status) => [
    ...failing(status, now),
    ...restarted(status),
    ...(failing(status, now).length > 0 ? [] : ["none fails"]),
    ...commits(status, now),
  ]);
}

/** Where no line is to end. */
const HARD_SPACE = "\u00a0";

function failing({ sources, schedules }: HostStatus, now: number): string[] {
  const faults = [
    ...sources.map((source) => ({ name: `${source.function} of ${source.topic}`, fault: source.lastError })),
    ...schedules.map((schedule) => ({ name: schedule.function, fault: schedule.lastError })),
  ];
  return faults.flatMap(({ name, fault }) => {
    if (fault === null) return [];
    const since = formatDuration(Math.max(0, now - fault.since));
    const [message] = fault.message.split("\n");
    return wrapped(`${name} fails since ${since}, at attempt ${fault.attempts}: ${message}`);
  });
}

/** When each stage last committed the offsets of a batch, or a turn succeeded. */
function commits({ functions, sources, schedules }: HostStatus, now: number): string[] {
  const all = [...sources, ...schedules];
  const told = functions.map(({ name }) => {
    const times = all.flatMap((each) =>
      each.function === name && each.lastSuccess !== null ? [each.lastSuccess] : [],
    );
    return `${name} ${times.length === 0 ? "none yet" : `${formatDuration(Math.max(0, now - Math.max(...times)))} ago`}`;
  });
  if (told.length === 0) return [];
  const lines = wrapped(told.map((each) => each.replaceAll(" ", HARD_SPACE)).join(", "));
  return ["last commit:", ...lines.map((line) => `  ${line.replaceAll(HARD_SPACE, " ")}`)];
}

function restarted({ functions, tasks }: HostStatus): string[] {
  const ended = [...functions, ...tasks].filter(({ restarts }) => restarts > 0);
  if (ended.length === 0) return [];
  const list = ended.map(({ name, restarts, lastEnd }) => `${name} ${restarts} (${lastEnd})`);
  return wrapped(`processes that ended and were replaced: ${list.join(", ")}`);
}
