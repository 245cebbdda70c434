import { execFileSync } from "node:child_process";
import { appendFileSync, mkdirSync, rmSync, statfsSync } from "node:fs";
import { join } from "node:path";
import type { QuestdbConnection } from "#shared/adapters/questdb/connection.ts";
import { SqlClient } from "#shared/adapters/questdb/sql-client.ts";

const ROOM = "2g";
/** What is left by making the file system smaller, bytes; a file takes the rest. */
const SLACK = 1 << 20;
const MOST_SLACK = 1 << 28;

/** How QuestDB's disk becomes full. */
export interface DiskFault {
  /** From now on nothing more fits. */
  fill(): void;
  free(): void;
  /** To be called when QuestDB has ended. */
  remove(): void;
}

/**
 * A file system in memory at `folder` that can be full. Where this user or system may mount none, says so loudly, and
 * lets QuestDB's process write no further than its files reach.
 */
export function diskFault(folder: string, processId: () => number): DiskFault {
  mkdirSync(folder, { recursive: true });
  try {
    mount(["-t", "tmpfs", "-o", `size=${ROOM}`, "tmpfs", folder]);
  } catch (cause) {
    const reason = `no small disk can be mounted here: ${(cause as Error).message}`;
    console.warn(`${reason}; a limit on the size of files is tried in its place`);
    const limit = (bytes: string): void => {
      execFileSync("prlimit", ["--pid", String(processId()), `--fsize=${bytes}`], { stdio: "pipe" });
    };
    return { fill: () => limit("0:unlimited"), free: () => limit("unlimited:unlimited"), remove: () => {} };
  }
  const filler = join(folder, "filler");
  return {
    fill() {
      // What is written between the question and the answer is refused room for: more and more is left over.
      for (let slack = SLACK; ; slack *= 2) {
        const { blocks, bfree, bsize } = statfsSync(folder);
        try {
          mount(["-o", `remount,size=${(blocks - bfree) * bsize + slack}`, folder]);
          break;
        } catch (error) {
          if (slack > MOST_SLACK) throw error;
        }
      }
      stuff(filler);
    },
    free() {
      rmSync(filler, { force: true });
      mount(["-o", `remount,size=${ROOM}`, folder]);
    },
    remove: () => void execFileSync("umount", ["-l", folder]),
  };
}

/** Does what QuestDB's faults tell an operator to do once its disk has room again. Returns the tables that waited for it. */
export async function resumeTables(connection: QuestdbConnection): Promise<readonly string[]> {
  const sql = new SqlClient(connection);
  try {
    const tables = await sql.rows("SELECT name FROM wal_tables() WHERE suspended");
    for (const [table] of tables) await sql.rows(`ALTER TABLE ${table as string} RESUME WAL`);
    return tables.map(([table]) => table as string);
  } finally {
    await sql.close();
  }
}

/** Writes a file until nothing more fits. */
function stuff(file: string): void {
  const some = new Uint8Array(1 << 16);
  for (let size = some.length; size > 0; ) {
    try {
      appendFileSync(file, some.subarray(0, size));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOSPC") throw error;
      size >>= 1;
    }
  }
}

function mount(args: readonly string[]): void {
  execFileSync("mount", args, { stdio: "pipe" });
}
