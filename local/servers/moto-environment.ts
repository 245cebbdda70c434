import { createHash } from "node:crypto";
import { access, mkdir, mkdtemp, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { requirePython } from "./python.ts";
import { runCommand } from "./run-command.ts";

const HERE = import.meta.dirname;
const CACHE = join(HERE, ".cache");
const REQUIREMENTS = join(HERE, "python", "requirements.txt");

let made: Promise<string> | null = null;

/**
 * The Python that has moto, in an environment of its own that is made once and kept in `local/servers/.cache` under a hash
 * of what pins it. Throws InputError where Python is missing, Error where fetching fails.
 */
export function motoEnvironment(): Promise<string> {
  made ??= present().catch((error: unknown) => {
    made = null;
    throw error;
  });
  return made;
}

async function present(): Promise<string> {
  const hash = createHash("sha256").update(await readFile(REQUIREMENTS));
  const folder = join(CACHE, `moto-${hash.digest("hex").slice(0, 16)}`);
  const python = join(folder, "bin", "python3");
  const there = await access(python).then(
    () => true,
    () => false,
  );
  if (!there) await makeIn(folder);
  return python;
}

/** Makes it beside the folder and renames at the end: it is whole or not there, however many make it at once. */
async function makeIn(folder: string): Promise<void> {
  const python = await requirePython();
  await mkdir(CACHE, { recursive: true });
  const making = await mkdtemp(join(CACHE, "making-"));
  try {
    await succeed(python, ["-m", "venv", making]);
    const install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "-r", REQUIREMENTS];
    await succeed(join(making, "bin", "python3"), install);
    await rename(making, folder).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "ENOTEMPTY" && error.code !== "EEXIST") throw error;
    });
  } finally {
    await rm(making, { recursive: true, force: true });
  }
}

async function succeed(file: string, args: readonly string[]): Promise<void> {
  const { code, output } = await runCommand(file, args);
  if (code === 0) return;
  const last = output.split("\n").slice(-15).join("\n");
  throw new Error(`Fetching moto failed: '${[file, ...args].join(" ")}' ended with ${code}:\n${last}`);
}
