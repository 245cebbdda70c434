import { setTimeout as sleep } from "node:timers/promises";
import { READERS } from "#functions/topology.ts";
import type { HostStatus } from "#local/host/host.ts";
import type { OpenStatusPorts } from "#local/up/status-ports.ts";
import { type PlatformStatus, platformStatus, type Told, tell } from "#shared/app/status.ts";
import { InputError } from "#shared/market/input-error.ts";
import type { Arguments, Command } from "../command.ts";
import { hostLines } from "../host-lines.ts";
import { writeLine } from "../output.ts";
import { failingLines, statusLines } from "../status-lines.ts";
import { requireServers, type ServersPlace, type UpProcess } from "../store-place.ts";

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

/** What `answer` resolves to. Throws SilentError that names `who` was asked, where that takes too long. */
async function within<T>(answer: Promise<T>, who: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new SilentError(who)), DEADLINE_MS);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Somebody who was asked has not answered. */
class SilentError extends Error {
  override readonly name = "SilentError";

  constructor(who: string) {
    super(`${who} does not answer within ${DEADLINE_MS / 1_000} s`);
  }
}

/** What the functions host, a part of `millrace up`, tells of itself. */
function hostStatus({ statusUrl, processId }: UpProcess): Promise<Told<HostStatus>> {
  const up = `'millrace up' (process ${processId})`;
  return tell(async () => {
    const signal = AbortSignal.timeout(DEADLINE_MS);
    try {
      const answer = await fetch(statusUrl, { signal });
      if (!answer.ok) throw new Error(`${up} answers with ${answer.status}: ${await answer.text()}`);
      return (await answer.json()) as HostStatus;
    } catch (error) {
      if (signal.aborted) throw new SilentError(up);
      if (error instanceof TypeError) throw new Error(`${up} cannot be reached at ${statusUrl}`, { cause: error });
      throw error;
    }
  });
}

/** All that can be told, and the servers that gave no answer, or none that is of use. */
async function ask(ports: OpenStatusPorts): Promise<PlatformStatus & { readonly failing: readonly string[] }> {
  const failing = new Set<string>();
  const told = await platformStatus(ports, READERS, async (answer, port) => {
    try {
      return await within(answer, ports.servers[port]);
    } catch (error) {
      if (error instanceof SilentError || (error instanceof InputError && error.code === "store")) {
        failing.add(ports.servers[port]);
      }
      throw error;
    }
  });
  return { ...told, failing: [...failing].sort() };
}

async function show(ports: OpenStatusPorts, servers: ServersPlace, args: Arguments): Promise<void> {
  const [told, host] = await Promise.all([ask(ports), servers.up === null ? null : hostStatus(servers.up)]);
  if (args.has("json")) {
    await writeLine(JSON.stringify({ ...told, host }));
    return;
  }
  const now = Date.now();
  const screen = [
    ...failingLines(told.failing),
    ...(host === null ? [] : [hostLines(host, now)]),
    statusLines(told, now),
  ].join("\n");
  const again = args.has("watch");
  if (again && process.stdout.isTTY) process.stdout.write("\x1b[H\x1b[2J");
  await writeLine(again ? `${servers.name}, ${new Date(now).toISOString().slice(11, 19)} UTC\n\n${screen}` : screen);
}
