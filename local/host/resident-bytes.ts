import { readFile } from "node:fs/promises";

const PAGE_BYTES = 4_096;

/** Memory that a process holds, bytes; null where the system does not tell, or the process is gone. */
export async function residentBytes(processId: number): Promise<number | null> {
  try {
    const [, resident] = (await readFile(`/proc/${processId}/statm`, "utf8")).split(" ");
    return Number(resident) * PAGE_BYTES;
  } catch {
    return null;
  }
}
