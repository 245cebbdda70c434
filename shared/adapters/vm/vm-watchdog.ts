import { Script } from "node:vm";
import type { Watchdog, WatchOutcome } from "#shared/ports/watchdog.ts";

const SLOT = Symbol.for("millrace.watched");
const slots = globalThis as unknown as Record<symbol, (() => void) | undefined>;
/** Only a script can be ended from outside, and it finds its work in a global place. */
const script = new Script("globalThis[Symbol.for('millrace.watched')]()");

/** How many times the limit is doubled at most for work that was interrupted. */
const MOST_DOUBLINGS = 4;

/**
 * Ends work by the time limit that V8 has for scripts. To set that costs some 75 µs, so all works share it. Who is ended
 * has overrun if it has used up nearly all of the limit as CPU time, and else was only interrupted: the machine may be
 * busy or may have stood still, so that the limit is doubled until a call comes back.
 */
export class VmWatchdog implements Watchdog {
  readonly seconds: number;
  #doublings = 0;

  constructor(seconds = 10) {
    this.seconds = seconds;
  }

  watch(works: readonly (() => void)[]): readonly WatchOutcome[] {
    const outcomes: WatchOutcome[] = [];
    while (outcomes.length < works.length) {
      let began = cpuMs();
      const call = (): void => {
        while (outcomes.length < works.length) {
          began = cpuMs();
          works[outcomes.length]!();
          outcomes.push("done");
        }
      };
      if (returns(call, this.seconds * 1_000 * 2 ** this.#doublings)) {
        this.#doublings = 0;
        break;
      }
      const overran = cpuMs() - began >= this.seconds * 900;
      if (!overran) this.#doublings = Math.min(this.#doublings + 1, MOST_DOUBLINGS);
      outcomes.push(overran ? "overran" : "interrupted");
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
