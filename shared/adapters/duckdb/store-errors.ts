import { InputError } from "#shared/market/input-error.ts";

const FULL = /No space left|Could not write (all bytes|file)|Failed to write|ENOSPC|Disk quota/i;

/** What DuckDB says when a database cannot be opened, and what a person can do about it; null for anything else. */
function openingAdvice(path: string, message: string): string | null {
  if (/Conflicting lock|Could not set lock/i.test(message)) {
    const pid = /PID (\d+)/.exec(message)?.[1];
    const holder = pid === undefined ? "another process" : `process ${pid}`;
    return `the store ${path} is in use by ${holder}: one process writes a store at a time; stop it, or use another store`;
  }
  if (/not a valid DuckDB database/i.test(message)) {
    return `${path} is not a Millrace store (not a DuckDB file): name another file, or move this one away`;
  }
  if (/database file with version number|storage version|newer version of DuckDB/i.test(message)) {
    return `the store ${path} was written by a newer version of DuckDB than this Millrace has: upgrade Millrace`;
  }
  if (/Permission denied|EACCES|EROFS|Read-only file system/i.test(message)) {
    return `the store ${path} cannot be written: permission denied; change its owner or mode, or use another path`;
  }
  if (/Is a directory|EISDIR|ENOTDIR|EEXIST/i.test(message)) {
    return `the store ${path} is not a file in a folder: name a file, such as ${path.replace(/\/+$/, "")}/millrace.duckdb`;
  }
  if (/WAL|corrupt|checksum/i.test(message)) {
    return `the store ${path} is damaged: restore it from a copy, or import into a new one (${message})`;
  }
  return null;
}

/** The fault in words that its reader can act on: an InputError 'store' where one applies, else as it came. */
export function describeStoreFault(path: string, cause: unknown): unknown {
  if (cause instanceof InputError || !(cause instanceof Error)) return cause;
  const { message } = cause;
  if (FULL.test(message)) {
    return new InputError(
      "store",
      `the disk that holds the store ${path} is full: what was acknowledged is kept; free some space, then open it again`,
      { cause },
    );
  }
  if (/database has been invalidated|must be restarted/i.test(message)) {
    return new InputError("store", `the store ${path} failed earlier and takes no more requests: open it again`, {
      cause,
    });
  }
  return cause;
}

/** As `describeStoreFault`, for faults of opening. */
export function describeOpeningFault(path: string, cause: unknown): unknown {
  const described = describeStoreFault(path, cause);
  if (described !== cause || !(cause instanceof Error)) return described;
  const advice = openingAdvice(path, cause.message);
  return advice === null ? cause : new InputError("store", advice, { cause });
}
