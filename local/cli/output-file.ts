import { writeFile } from "node:fs/promises";
import { InputError } from "#shared/market/input-error.ts";

/** Writes a text to the file that the user named, in place of one of that name. Throws InputError 'usage'. */
export async function writeTextFile(path: string, text: string): Promise<void> {
  await writing(path, () => writeFile(path, text));
}

/** Runs `work`, which writes to `path`. A fault of the file system becomes an InputError 'usage' that names the path. */
export async function writing<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    const reason = cause instanceof Error ? reasonOf(cause) : null;
    if (reason === null) throw cause;
    throw new InputError("usage", `${path} cannot be written: ${reason}`, { cause });
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "its folder does not exist; make it, or name another path",
  ENOTDIR: "a part of it is a file, not a folder; name another path",
  EEXIST: "a file of that name is in the way; name another path",
  EISDIR: "it is a folder; name a file",
  EACCES: "permission denied; change its owner or mode, or name another path",
  EPERM: "permission denied; change its owner or mode, or name another path",
  EROFS: "its file system is read-only; name another path",
  ENOSPC: "the disk is full; free some space, or name another path",
};

function reasonOf(cause: NodeJS.ErrnoException): string | null {
  // DuckDB writes the files of exports, and tells its faults in words.
  const fromDuckdb = /^IO Error: (.*)/.exec(cause.message)?.[1];
  return REASONS[cause.code ?? ""] ?? (fromDuckdb === undefined ? null : `${fromDuckdb}; name another path`);
}
