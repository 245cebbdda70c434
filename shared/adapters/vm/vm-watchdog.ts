import { Script } from "node:vm";
import type { Watchdog, WatchOutcome } from "#shared/ports/watchdog.ts";

const SLOT = Symbol.for("millrace.watched");
const slots = globalThis as unknown as Record<symbol, (() => void) | undefined>;
/** Only a script can be ended from outside, and it finds its work in a global place. */
const script = new Script("globalThis[Symbol.for('millrace.watched')]()");

/**
 * Ends work by the time limit that V8 has for scripts. To set that costs some 75 µs, so all works share it. Who is ended
 * has overrun if it has used up nearly all of the limit as CPU time, and else was only interrupted: the machine may be
 * busy or may have stood still.
 */
export class VmWatchdog implements Watchdog {
  readonly seconds: number;

  constructor(seconds = 10) {
    this.seconds = seconds;
  }

  watch(works: readonly (() => void)[], patience = 1): readonly WatchOutcome[] {
    const outcomes: WatchOutcome[] = [];
    let began = cpuMs();
    const call = (): void => {
      for (const work of works) {
        began = cpuMs();
        work();
        outcomes.push("done");
      }
    };
    const back = works.length === 0 || returns(call, this.seconds * 1_000 * patience);
    if (!back && outcomes.length < works.length) {
      outcomes.push(cpuMs() - began >= this.seconds * 900 ? "overran" : "interrupted");
    }
    return outcomes;
  }
}

/** CPU time of this thread, ms: of the process, other threads would count too. */
function cpuMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
}

/** Whether `call` returned within `limit` ms. */
function returns(call: () => void, limit: number): boolean {
  const outer = slots[SLOT];
  slots[SLOT] = call;
  try {
    script.runInThisContext({ timeout: limit });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException | null)?.code === "ERR_SCRIPT_EXECUTION_TIMEOUT") return false;
    throw error;
  } finally {
    slots[SLOT] = outer;
  }
}
