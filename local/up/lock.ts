import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { InputError } from "#shared/market/input-error.ts";
import { isLiving, ownMark, type ProcessMark } from "./living-process.ts";

/** A folder that this process alone works on. */
export interface FolderLock {
  /** Whether a process had it that was killed. */
  readonly recovered: boolean;
  release(): Promise<void>;
}

/**
 * Takes a folder (made if missing) for this process. A lock of a process that is gone is taken over. Throws InputError
 * 'conflict' where a living one has it, 'usage' where the folder cannot be written.
 */
export async function lockFolder(folder: string): Promise<FolderLock> {
  const file = join(folder, "lock.json");
  try {
    await mkdir(folder, { recursive: true });
    for (let recovered = false; ; recovered = true) {
      if (await writeNew(file, JSON.stringify(ownMark()))) {
        return { recovered, release: () => rm(file, { force: true }) };
      }
      const holder = await readMark(file);
      if (holder !== null && isLiving(holder)) throw taken(folder, holder);
      await rm(file, { force: true });
    }
  } catch (cause) {
    if (cause instanceof InputError) throw cause;
    const { code } = cause as NodeJS.ErrnoException;
    const reason = code === "EACCES" || code === "EPERM" || code === "EROFS" ? "permission denied" : `${code}`;
    throw new InputError(
      "usage",
      `the folder ${folder} cannot be used (${reason}): correct its owner or mode, or name another one with --folder`,
      { cause },
    );
  }
}

function taken(folder: string, { processId }: ProcessMark): InputError {
  return new InputError(
    "conflict",
    `'millrace up' already runs on ${resolve(folder)} (process ${processId}): use it, stop it with Ctrl-C in its terminal ` +
      `or 'kill ${processId}', or name another folder with --folder`,
  );
}

async function writeNew(file: string, text: string): Promise<boolean> {
  try {
    await writeFile(file, text, { flag: "wx", mode: 0o600 });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

/** Null for a lock that is gone since, or that its process did not finish writing. */
async function readMark(file: string): Promise<ProcessMark | null> {
  try {
    return JSON.parse(await readFile(file, "utf8")) as ProcessMark;
  } catch {
    return null;
  }
}
