import { existsSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Moment } from "./fault-points.ts";

/** Names the folder of armed faults to the processes of functions. */
export const FAULTS_VARIABLE = "MILLRACE_TEST_FAULTS";

const ASK_AGAIN_MS = 20;

/**
 * Faults that wait in a folder for the first process that comes by: each is a file, and whoever renames it has it, so
 * that it happens once, however many processes there are and however often they are started again.
 */
export class ArmedFaults {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** The next process of a function that gets to the moment is killed there. */
  armKill(stage: string, moment: Moment): void {
    writeFileSync(this.#file(stage, moment, "kill"), "");
  }

  /** The next invocation of a function that gets to the moment stands still until it is released. */
  armHold(stage: string, moment: Moment): void {
    writeFileSync(this.#file(stage, moment, "hold"), "");
  }

  /** Whether a fault was armed and did not happen yet. */
  isArmed(stage: string, moment: Moment, what: "kill" | "hold"): boolean {
    return existsSync(this.#file(stage, moment, what));
  }

  /** Lets an invocation that stands still go on. Resolves to whether there was one: it may have been ended meanwhile. */
  async release(stage: string, moment: Moment): Promise<boolean> {
    const file = this.#file(stage, moment, "released");
    writeFileSync(file, "");
    await sleep(10 * ASK_AGAIN_MS);
    const wasThere = !existsSync(file);
    rmSync(file, { force: true });
    return wasThere;
  }

  /** In the process of a function: what is armed for the moment happens here. */
  async reach(stage: string, moment: Moment): Promise<void> {
    if (take(this.#file(stage, moment, "kill"))) {
      process.kill(process.pid, "SIGKILL");
      await new Promise(() => {});
    }
    if (!take(this.#file(stage, moment, "hold"))) return;
    while (!take(this.#file(stage, moment, "released"))) await sleep(ASK_AGAIN_MS);
  }

  #file(stage: string, moment: Moment, what: string): string {
    return join(this.#folder, `${stage}.${moment.replace(" ", "-")}.${what}`);
  }
}

/** Whether the file was there, and is this process's now. */
function take(file: string): boolean {
  try {
    renameSync(file, `${file}.${process.pid}`);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return false;
    throw error;
  }
}
