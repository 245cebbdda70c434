import { spawnSync } from "node:child_process";
import { chmod, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";

let bin = "";
beforeEach(async () => {
  bin = await mkdtemp(join(tmpdir(), "setup-"));
});
afterEach(() => rm(bin, { recursive: true }));

async function command(name: string, script: string): Promise<void> {
  await writeFile(join(bin, name), `#!/bin/sh\n${script}\n`);
  await chmod(join(bin, name), 0o755);
}

function setup(args: readonly string[], environment: Record<string, string> = {}) {
  const script = join(import.meta.dirname, "setup.mjs");
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...args], {
    env: { PATH: bin, ...environment },
    encoding: "utf8",
  });
  return { status, stdout, stderr };
}

it("names what is missing, and the command that installs it", async () => {
  await command("apt-get", "exit 9");
  const { status, stdout, stderr } = setup([]);
  expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
  expect(stderr).toMatch(
    /^The local servers need a Java development kit of version 17 or later, Maven and Python 3.10 or later with venv: run 'npm run setup -- --yes', or '.*apt-get install openjdk-17-jdk-headless maven python3 python3-venv' yourself\.\n$/,
  );
});

it("asks for the tools themselves where there is no apt-get", () => {
  expect(setup(["--yes"])).toMatchObject({
    status: 1,
    stderr: expect.stringContaining("install them, or set JAVA_HOME"),
  });
});

it.each([
  { args: ["--yes"], environment: {} },
  { args: [], environment: { CI: "true" } },
  { args: [], environment: { CI: "1" } },
])("installs the newest kit that the release has ($args $environment)", async ({ args, environment }) => {
  const calls = join(bin, "calls");
  await command("apt-get", `echo "$@" >> ${calls}`);
  await command("sudo", 'exec "$@"');
  await command("apt-cache", '[ "$2" = openjdk-21-jdk-headless ]');
  const { status, stderr } = setup(args, environment);
  expect(await readFile(calls, "utf8")).toBe(
    "update\ninstall -y --no-install-recommends openjdk-21-jdk-headless maven python3 python3-venv\n",
  );
  expect(status).toBe(1);
  expect(stderr).toContain("apt-get succeeded, and yet a Java development kit");
});

it("takes no kit older than 17", async () => {
  await command("java", "exit 0");
  await command("javac", "echo javac 11.0.2");
  for (const there of ["mvn", "python3"]) await symlink("/bin/true", join(bin, there));
  await command("apt-get", "exit 9");
  expect(setup([]).stderr).toMatch(/^The local servers need a Java development kit of version 17 or later: run/);
});

it("takes no Python that cannot make environments, and installs what is missing alone", async () => {
  await command("java", "exit 0");
  await command("javac", "echo javac 17.0.1");
  await symlink("/bin/true", join(bin, "mvn"));
  await command("python3", "exit 1");
  const calls = join(bin, "calls");
  await command("apt-get", `echo "$@" >> ${calls}`);
  await command("sudo", 'exec "$@"');
  expect(setup(["--yes"]).stderr).toContain("and yet Python 3.10 or later with venv cannot be found");
  expect(await readFile(calls, "utf8")).toBe("update\ninstall -y --no-install-recommends python3 python3-venv\n");
});
