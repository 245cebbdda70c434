import { chmod, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { requireJava } from "./java.ts";
import { startKafka } from "./start-kafka.ts";

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "kafka-"));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true });
});

/** Puts a shell script in the place of Java, which is told where that is. */
async function replaceJava(script: (java: string) => string): Promise<void> {
  const { java, javac } = await requireJava();
  const bin = join(folder, "jdk", "bin");
  await mkdir(bin, { recursive: true });
  await symlink(javac, join(bin, "javac"));
  await writeFile(join(bin, "java"), `#!/bin/sh\n${script(java)}\n`);
  await chmod(join(bin, "java"), 0o755);
  vi.stubEnv("JAVA_HOME", join(folder, "jdk"));
}

const passwordIn = (data: string): Promise<string> => readFile(join(data, "password"), "utf8");

it("shows its password in no command line, and leaves no copy of it", async () => {
  const told = join(folder, "told");
  await replaceJava((java) => `echo "$@" >> '${told}'; exec '${java}' "$@"`);
  const data = join(folder, "kafka");
  const server = await startKafka(data);
  await server.kill();
  const commands = (await readFile(told, "utf8")).trim().split("\n");
  expect(commands).toEqual([expect.stringContaining("StorageTool format"), expect.stringContaining("kafka.Kafka")]);
  expect(server.password).toBe(await passwordIn(data));
  expect(commands.join()).not.toContain(server.password);
  const others = (await readdir(data)).filter((name) => name !== "data").sort();
  expect(others).toEqual(["kafka.log", "log4j2.xml", "password", "ports.json", "server.properties"]);
});

it("tells why it could not prepare its data folder, without the password", async () => {
  await replaceJava(() => 'echo "cannot parse:"; for last; do :; done; cat "$(echo "$last" | cut -c2-)"; exit 3');
  const data = join(folder, "kafka");
  const fault = await startKafka(data).catch((error: Error) => error.message);
  expect(fault).toMatch(
    /^Kafka could not prepare its data folder:\ncannot parse:\n--add-scram\n.*password=\(password\)/,
  );
  expect(fault).not.toContain(await passwordIn(data));
});
