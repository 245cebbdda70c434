import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { isLiving } from "#local/up/living-process.ts";
import { freePorts, requireFreePorts } from "./free-ports.ts";
import { portsOf } from "./ports-of.ts";
import { startServer } from "./server-process.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "server-process-"));
});
afterAll(() => rm(folder, { recursive: true }));

const command = (script: string, healthy: () => Promise<boolean>) => ({
  name: "Shell",
  file: "/bin/sh",
  args: ["-c", script],
  environment: {},
  logFile: join(folder, "shell.log"),
  healthy,
});

const isAlive = (processId: number): boolean => isLiving({ processId, started: null });

it("tells what a server printed that ended while starting", async () => {
  const starting = startServer(command("echo no room left; exit 3", async () => false));
  await expect(starting).rejects.toThrow(
    /^Shell ended with code 3 while starting; see .*shell\.log:\n(.*\n)*no room left$/,
  );
});

it("kills a server that does not end when it is asked to", async () => {
  let asked = 0;
  // Healthy once the trap is certainly set.
  const server = await startServer(command('trap "" TERM; while :; do sleep 0.1; done', async () => ++asked > 10));
  await server.stop(200);
  expect(isAlive(server.processId)).toBe(false);
  await server.stop();
});

it("ends the server with the process that started it, even if that is killed", async () => {
  const script = `
    const { startServer } = await import(${JSON.stringify(join(import.meta.dirname, "server-process.ts"))});
    const { processId } = await startServer({
      name: "Sleep", file: "/bin/sleep", args: ["1000"], environment: {},
      logFile: ${JSON.stringify(join(folder, "sleep.log"))}, healthy: async () => true,
    });
    console.log(processId);`;
  const starter = spawn(process.execPath, ["--input-type=module", "-e", script], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [printed] = (await once(starter.stdout, "data")) as [Buffer];
  const processId = Number(String(printed));
  expect(isAlive(processId)).toBe(true);
  starter.kill("SIGKILL");
  await expect.poll(() => isAlive(processId), { timeout: 10_000 }).toBe(false);
});

it("refuses a port that something listens on, says how to get another, and finds different free ones", async () => {
  const ports = await freePorts(5);
  expect(new Set(ports).size).toBe(5);
  await requireFreePorts(ports, "");
  const data = join(folder, "ports");
  const kept = await portsOf(data, ["client"]);
  const other = createServer().listen(kept.client, "127.0.0.1");
  await once(other, "listening");
  const file = join(data, "ports.json");
  await expect(portsOf(data, ["client"])).rejects.toThrow(
    `Port ${kept.client} of 127.0.0.1 cannot be listened on (EADDRINUSE): stop what uses it, or delete ${file} for free ones.`,
  );
  await rm(file);
  expect((await portsOf(data, ["client"])).client).not.toBe(kept.client);
  other.close();
});
