import { setTimeout as sleep } from "node:timers/promises";
import { READERS } from "#functions/topology.ts";
import type { HostStatus } from "#local/host/host.ts";
import { platformStatus, type StatusPorts, type Told, tell } from "#shared/app/status.ts";
import type { Arguments, Command } from "../command.ts";
import { hostLines } from "../host-lines.ts";
import { writeLine } from "../output.ts";
import { statusLines } from "../status-lines.ts";
import { requireServers, type ServersPlace } from "../store-place.ts";

const WATCH_MS = 2_000;
/** A part that has not answered by then is told to be down, ms. */
const DEADLINE_MS = 6_000;

export const status: Command = {
  name: "status",
  usage: "",
  summary: "show how the streams are: lag, watermarks, runs, dead letters, what fails",
  details: "Works while servers are down, and says which. What all is well is short.",
  examples: ["status", "status --watch", "status --json"],
  options: {
    watch: { help: `again every ${WATCH_MS / 1_000} s, until Ctrl-C` },
    json: { help: "one JSON object, on one line" },
  },
  positionals: [0, 0],
  async run(args) {
    const servers = requireServers();
    const { openStatusPorts } = await import("#local/up/status-ports.ts");
    const ports = await openStatusPorts(servers.environment);
    try {
      await show(ports, servers, args);
      while (args.has("watch")) {
        await sleep(WATCH_MS);
        await show(ports, servers, args);
      }
    } finally {
      await Promise.race([ports.close(), sleep(CLOSE_MS)]);
      // A connection to a server that stands still would keep this process for a minute.
      setImmediate(() => process.exit());
    }
  },
};

/** What is read alone needs no orderly end, ms. */
const CLOSE_MS = 500;

async function within<T>(answer: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`it does not answer within ${DEADLINE_MS / 1_000} s`)), DEADLINE_MS);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** What the functions host tells of itself. */
function hostStatus(url: string): Promise<Told<HostStatus>> {
  return tell(async () => {
    const answer = await fetch(url, { signal: AbortSignal.timeout(DEADLINE_MS) });
    if (!answer.ok) throw new Error(`it answers with ${answer.status}: ${await answer.text()}`);
    return (await answer.json()) as HostStatus;
  });
}

async function show(ports: StatusPorts, servers: ServersPlace, args: Arguments): Promise<void> {
  const [told, host] = await Promise.all([
    platformStatus(ports, READERS, within),
    servers.statusUrl === null ? null : hostStatus(servers.statusUrl),
  ]);
  if (args.has("json")) {
    await writeLine(JSON.stringify({ ...told, host }));
    return;
  }
  const now = Date.now();
  const screen = [...(host === null ? [] : [hostLines(host, now)]), statusLines(told, now)].join("\n");
  const again = args.has("watch");
  if (again && process.stdout.isTTY) process.stdout.write("\x1b[H\x1b[2J");
  await writeLine(again ? `${servers.name}, ${new Date(now).toISOString().slice(11, 19)} UTC\n\n${screen}` : screen);
}
