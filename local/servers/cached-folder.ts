import { createHash } from "node:crypto";
import { access, mkdir, mkdtemp, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { runCommand } from "./run-command.ts";

const CACHE = join(import.meta.dirname, ".cache");

/**
 * A folder in `local/servers/.cache` that is made once and kept under a hash of the files that pin what is in it, so that
 * another version never meets it. `make` fills a folder beside it, which is renamed at the end: it is whole or not there,
 * however many make it at once. Throws what `make` throws.
 */
export async function cachedFolder(
  prefix: string,
  pins: readonly string[],
  make: (folder: string) => Promise<void>,
): Promise<string> {
  const hash = createHash("sha256");
  for (const file of pins) hash.update(await readFile(file));
  const folder = join(CACHE, `${prefix}${hash.digest("hex").slice(0, 16)}`);
  const there = await access(folder).then(
    () => true,
    () => false,
  );
  if (there) return folder;
  await mkdir(CACHE, { recursive: true });
  const making = await mkdtemp(join(CACHE, "making-"));
  try {
    await make(making);
    await rename(making, folder).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "ENOTEMPTY" && error.code !== "EEXIST") throw error;
    });
  } finally {
    await rm(making, { recursive: true, force: true });
  }
  return folder;
}

/** Runs a command that fetches `what`. Throws Error with the end of its output where it fails. */
export async function fetchBy(what: string, file: string, args: readonly string[]): Promise<void> {
  const { code, output } = await runCommand(file, args);
  if (code === 0) return;
  const last = output.split("\n").slice(-15).join("\n");
  throw new Error(`Fetching ${what} failed: '${[file, ...args].join(" ")}' ended with ${code}:\n${last}`);
}
