import { mkdir, readFile, writeFile } from "node:fs/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { expectFault } from "#local/cli/expect-fault.ts";
import { BTC, CommandFolder, makeTrades, writeTrades } from "#local/cli/test-command.ts";
import type { Connection } from "./connection-file.ts";
import { killStarted, NO_STORE, START_MS, startUpCommand } from "./test-up.ts";

const CONFLICT = 7;
const NOT_FOUND = 3;

let folder: CommandFolder;

beforeAll(async () => {
  folder = await CommandFolder.create();
  await writeTrades(folder.file("trades.csv"), makeTrades(4_000, 0.2));
});
afterAll(async () => {
  await killStarted();
  await folder[Symbol.asyncDispose]();
}, 30_000);

test("up, import, candles, status; a kill, a restart, and an end in order", { timeout: 2 * START_MS }, async () => {
  expectFault(await folder.run(["status"], NO_STORE), NOT_FOUND, "no servers run here", "npx millrace up");
  const first = await startUpCommand(folder.path);
  const connection = JSON.parse(await readFile(folder.file(".millrace/up/connection.json"), "utf8")) as Connection;
  expect(connection.questdbReader).toMatchObject({
    user: "grafana",
    password: expect.stringMatching(/^[0-9a-f]{64}$/),
  });
  expect(Object.values(connection.environment)).not.toContain(connection.questdbReader.password);
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
  const second = await startUpCommand(folder.path);
  expect(second.screen()).toContain("was killed here before");
  expect(await folder.output(["candles", `${BTC}@1h`, "--json"], NO_STORE)).toBe(candles);
  expect(await folder.output(["topics"], NO_STORE)).toMatch(/^ticks +4 +0 +3 d +0 +archive +0$/m);
  process.kill(second.processId, "SIGTERM");
  expect(await second.ended, second.screen()).toBe(0);
  expect(second.screen()).toMatch(/functions +stop[\s\S]*stops[\s\S]*Stopped; all data are kept\.\n$/);
  await expect(readFile(folder.file(".millrace/up/connection.json"))).rejects.toThrow("ENOENT");
});

test("without Java one error says what to do, and nothing is left behind", async () => {
  const { screen, ended } = await startUpCommand(folder.path, {
    PATH: "",
    JAVA_HOME: folder.file("none"),
    MILLRACE_UP: "no-java",
  });
  expect(await ended).toBe(NOT_FOUND);
  expect(screen()).toMatch(/millrace: The local servers need a Java development kit .* run 'npm run setup'/);
  await expect(readFile(folder.file("no-java/lock.json"))).rejects.toThrow("ENOENT");
});

test("a lock that nobody holds any more, or that is broken, is taken over", async () => {
  await mkdir(folder.file("stale"));
  for (const text of ['{"processId":1,"started":"never"}', "{"]) {
    await writeFile(folder.file("stale/lock.json"), text);
    const { screen, ended } = await startUpCommand(folder.path, {
      PATH: "",
      JAVA_HOME: folder.file("none"),
      MILLRACE_UP: "stale",
    });
    expect(await ended).toBe(NOT_FOUND);
    expect(screen()).toContain("was killed here before");
  }
});
