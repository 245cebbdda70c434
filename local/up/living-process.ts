import { readFileSync } from "node:fs";

/** A process as another one finds it again. */
export interface ProcessMark {
  readonly processId: number;
  /** When the system started it, as the system counts; null where the system does not tell. */
  readonly started: string | null;
}

/** The mark of this process. */
export function ownMark(): ProcessMark {
  return { processId: process.pid, started: startOf(process.pid) };
}

/** Whether the process still runs: one of its number that was started at another time is another one. */
export function isLiving({ processId, started }: ProcessMark): boolean {
  try {
    process.kill(processId, 0);
  } catch (error) {
    // It lives, and is another user's.
    if ((error as NodeJS.ErrnoException).code !== "EPERM") return false;
  }
  return started === null || startOf(processId) === started;
}

/** From Linux's process table, whose 22nd field counts clock ticks since the machine started. */
function startOf(processId: number): string | null {
  try {
    const text = readFileSync(`/proc/${processId}/stat`, "utf8");
    // The second field is the command's name in brackets, which may hold spaces.
    return text.slice(text.lastIndexOf(")") + 2).split(" ")[19] ?? null;
  } catch {
    return null;
  }
}
