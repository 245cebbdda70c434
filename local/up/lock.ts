import { createHash, randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { chmod, link, mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { InputError } from "#shared/market/input-error.ts";
import { isLiving, ownMark, type ProcessMark } from "./living-process.ts";

/** Tells who holds a folder. */
const LOCK = "lock.json";
/** One of them is there from the first start on. */
const OWN: readonly string[] = [LOCK, "kafka"];

/** A folder that this process alone works on. */
export interface FolderLock {
  /** Whether a process had it that was killed. */
  readonly recovered: boolean;
  release(): Promise<void>;
}

/**
 * Takes a folder (made if missing) for this process, and keeps it to this user. A lock of a process that is gone is taken
 * over. Throws InputError 'conflict' where a living one has it, 'usage' where the folder cannot be used.
 */
export async function lockFolder(folder: string): Promise<FolderLock> {
  const file = join(folder, LOCK);
  const draft = `${file}.${randomUUID()}`;
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await keepToUser(folder);
    try {
      await writeFile(draft, JSON.stringify({ ...ownMark(), lock: randomUUID() }), { flag: "wx", mode: 0o600 });
      const recovered = await take(folder, file, draft);
      return { recovered, release: () => rm(file, { force: true }) };
    } finally {
      await rm(draft, { force: true });
    }
  } catch (cause) {
    if (cause instanceof InputError) throw cause;
    const { code } = cause as NodeJS.ErrnoException;
    throw unusable(folder, REASONS.get(code ?? "") ?? `${code}`, cause);
  }
}

/** The living process that has the folder; null where none has, or nobody may look. */
export function lockHolder(folder: string): ProcessMark | null {
  let text: string;
  try {
    text = readFileSync(join(folder, LOCK), "utf8");
  } catch {
    return null;
  }
  const holder = markIn(text);
  return holder !== null && isLiving(holder) ? holder : null;
}

/** Why a folder cannot be used and what to do, by the system's code. */
const REASONS: ReadonlyMap<string, string> = new Map([
  ...["EACCES", "EPERM", "EROFS"].map((code) => [code, "permission denied: correct its owner or mode"] as const),
  ...["ENOSPC", "EDQUOT"].map((code) => [code, "its disk is full: make room"] as const),
  ...["EEXIST", "ENOTDIR"].map((code) => [code, "there is a file of that name: move it"] as const),
]);

function unusable(folder: string, reason: string, cause?: unknown): InputError {
  return new InputError("usage", `the folder ${folder} cannot be used, ${reason}, or name another one with --folder`, {
    cause,
  });
}

const OF_OTHERS = 0o077;
/** Set on folders such as /tmp, in which all users keep what is their own. */
const SHARED = 0o1000;

async function keepToUser(folder: string): Promise<void> {
  const { mode } = await stat(folder);
  if ((mode & SHARED) !== 0) throw unusable(folder, "all users share it: name a folder in it");
  if ((mode & OF_OTHERS) === 0) return;
  const names = await readdir(folder);
  if (names.length > 0 && !names.some((name) => OWN.includes(name))) {
    const octal = (mode & 0o777).toString(8);
    throw unusable(folder, `others may enter it (mode ${octal}), and it holds what is not of 'up': close it to them`);
  }
  await chmod(folder, 0o700);
}

/**
 * Gives `draft` the name `file`. Resolves to whether it replaced a lock of a process that is gone. Throws InputError where
 * a living one has it.
 */
async function take(folder: string, file: string, draft: string): Promise<boolean> {
  for (;;) {
    if (await linkNew(draft, file)) return false;
    const stale = await textOf(file);
    if (stale === null) continue;
    const holder = markIn(stale);
    if (holder !== null && isLiving(holder)) throw taken(folder, holder);
    // No two locks have the same text: whoever has this name alone may replace this one, and nobody a later one.
    const replacing = `${file}.${createHash("sha256").update(stale).digest("hex").slice(0, 16)}`;
    await take(folder, replacing, draft);
    const own = `${draft}.own`;
    try {
      if ((await textOf(file)) === stale) {
        await link(draft, own);
        await rename(own, file);
        return true;
      }
    } finally {
      await rm(own, { force: true });
      await rm(replacing, { force: true });
    }
  }
}

function taken(folder: string, { processId }: ProcessMark): InputError {
  return new InputError(
    "conflict",
    `'millrace up' already runs on ${resolve(folder)} (process ${processId}): use it, stop it with Ctrl-C in its terminal ` +
      `or 'kill ${processId}', or name another folder with --folder`,
  );
}

/** Gives a file a further name: there with its whole content, or not at all. False where the name is taken. */
async function linkNew(file: string, name: string): Promise<boolean> {
  try {
    await link(file, name);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

/** Null where there is none (any more). */
async function textOf(file: string): Promise<string | null> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}

/** Null where it is no lock. */
function markIn(text: string): ProcessMark | null {
  try {
    return JSON.parse(text) as ProcessMark;
  } catch {
    return null;
  }
}
