import { spawn } from "node:child_process";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { expectFault } from "#local/cli/expect-fault.ts";
import { BTC, CommandFolder, MILLRACE, makeTrades, writeTrades } from "#local/cli/test-command.ts";

/** Of commands that are to find the servers by themselves. */
const NO_STORE = "";
const CONFLICT = 7;
const NOT_FOUND = 3;
const START_MS = 150_000;

let folder: CommandFolder;
/** What was started and may still run, by process id. */
const started = new Set<number>();

beforeAll(async () => {
  folder = await CommandFolder.create();
  await writeTrades(folder.file("trades.csv"), makeTrades(4_000, 0.2));
});
afterAll(async () => {
  for (const processId of started) {
    try {
      process.kill(processId, "SIGKILL");
    } catch {
      // It has ended.
    }
  }
  await sleep(500);
  await folder[Symbol.asyncDispose]();
}, 30_000);

interface RunningUp {
  readonly processId: number;
  readonly screen: () => string;
  readonly ended: Promise<number | null>;
}

/** Starts `millrace up` as a user would, and waits until it runs, or ends. */
async function up(environment: Record<string, string> = {}): Promise<RunningUp> {
  const child = spawn(process.execPath, [MILLRACE, "up"], {
    cwd: folder.path,
    env: { ...process.env, MILLRACE_STORE: NO_STORE, ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let screen = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      screen += text;
    });
  }
  let over = false;
  const ended = new Promise<number | null>((resolve) =>
    child.once("close", (code) => {
      over = true;
      started.delete(child.pid!);
      resolve(code);
    }),
  );
  started.add(child.pid!);
  const deadline = performance.now() + START_MS;
  while (!over && !screen.includes("Millrace runs.")) {
    if (performance.now() > deadline) throw new Error(`it does not run:\n${screen}`);
    await sleep(100);
  }
  return { processId: child.pid!, screen: () => screen, ended };
}

test("up, import, candles, status; a kill, a restart, and an end in order", { timeout: 2 * START_MS }, async () => {
  expectFault(await folder.run(["status"], NO_STORE), NOT_FOUND, "no servers run here", "npx millrace up");
  const first = await up();
  await folder.output(["import", BTC, "trades.csv"], NO_STORE);
  const candles = await folder.output(["candles", `${BTC}@1h`, "--json"], NO_STORE);
  expect(candles.split("\n").length).toBeGreaterThan(4);
  const status = JSON.parse(await folder.output(["status", "--json"], NO_STORE)) as Record<string, { error: unknown }>;
  for (const part of ["stages", "deadLetters", "instruments", "lost", "runs", "host"]) {
    expect(status[part], part).toMatchObject({ error: null });
  }
  expectFault(await folder.run(["up"], NO_STORE), CONFLICT, "already runs", `process ${first.processId}`);

  process.kill(first.processId, "SIGKILL");
  await first.ended;
  expectFault(await folder.run(["topics"], NO_STORE), NOT_FOUND, "no servers run here");
  const second = await up();
  expect(second.screen()).toContain("was killed here before");
  expect(await folder.output(["candles", `${BTC}@1h`, "--json"], NO_STORE)).toBe(candles);
  expect(await folder.output(["topics"], NO_STORE)).toMatch(/^ticks +4 +0 +3 d +0 +archive +0$/m);
  process.kill(second.processId, "SIGTERM");
  expect(await second.ended, second.screen()).toBe(0);
  expect(second.screen()).toMatch(/functions +stop[\s\S]*stops[\s\S]*Stopped; all data are kept\.\n$/);
  await expect(readFile(folder.file(".millrace/up/connection.json"))).rejects.toThrow("ENOENT");
});

test("without Java one error says what to do, and nothing is left behind", async () => {
  const { screen, ended } = await up({ PATH: "", JAVA_HOME: folder.file("none"), MILLRACE_UP: "no-java" });
  expect(await ended).toBe(NOT_FOUND);
  expect(screen()).toMatch(/millrace: The local servers need a Java development kit .* run 'npm run setup'/);
  await expect(readFile(folder.file("no-java/lock.json"))).rejects.toThrow("ENOENT");
});

test("a lock that nobody holds any more, or that is broken, is taken over", async () => {
  await mkdir(folder.file("stale"));
  for (const text of ['{"processId":1,"started":"never"}', "{"]) {
    await writeFile(folder.file("stale/lock.json"), text);
    const { screen, ended } = await up({ PATH: "", JAVA_HOME: folder.file("none"), MILLRACE_UP: "stale" });
    expect(await ended).toBe(NOT_FOUND);
    expect(screen()).toContain("was killed here before");
  }
});
