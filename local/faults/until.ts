import { setTimeout as sleep } from "node:timers/promises";

const ASK_AGAIN_MS = 100;

/**
 * Asks again and again until the answer is true; a rejection counts as false. Throws Error past the deadline, with the
 * last rejection as its cause.
 */
export async function until(what: string, deadlineMs: number, check: () => Promise<boolean> | boolean): Promise<void> {
  const end = performance.now() + deadlineMs;
  for (;;) {
    let cause: unknown = null;
    try {
      if (await check()) return;
    } catch (error) {
      cause = error;
    }
    if (performance.now() > end) throw new Error(`${what}: not within ${deadlineMs} ms`, { cause });
    await sleep(ASK_AGAIN_MS);
  }
}
