import type { HostStatus } from "#local/host/host.ts";
import type { Fault, HostEvent } from "#local/host/host-events.ts";

/** A fault that is over sooner is none that a person has to know of, ms. */
const SETTLES_MS = 5_000;
/** What comes again within this time is not told again, ms. */
const QUIET_MS = 60_000;

/**
 * Tells a person what goes wrong in the functions host: a line when a function fails for longer than a moment, one when
 * it works again, one for a process that ended; not each attempt. Times are ms UTC.
 */
export class HostTeller {
  readonly #tell: (name: string, what: string) => void;
  /** Since when each function fails that was told of. */
  readonly #failing = new Map<string, number>();
  /** When the end of a function's process was told last. */
  readonly #ended = new Map<string, number>();
  #closed = false;

  /** `tell` takes the name of a function or task, and what happened to it. */
  constructor(tell: (name: string, what: string) => void) {
    this.#tell = tell;
  }

  /** What happened just now. */
  take(event: HostEvent, now: number): void {
    if (this.#closed || event.kind !== "process-ended" || event.wanted) return;
    if (now - (this.#ended.get(event.name) ?? Number.NEGATIVE_INFINITY) < QUIET_MS) return;
    this.#ended.set(event.name, now);
    this.#tell(event.name, `process ${event.processId} ended (${event.how}) and is replaced`);
  }

  /** How the host does now. */
  look(status: HostStatus, now: number): void {
    if (this.#closed) return;
    const faults = faultsOf(status);
    for (const [name, since] of this.#failing) {
      if (faults.has(name)) continue;
      this.#failing.delete(name);
      this.#tell(name, `works again, after ${Math.max(1, Math.round((now - since) / 1_000))} s`);
    }
    for (const [name, { since, message }] of faults) {
      if (this.#failing.has(name) || now - since < SETTLES_MS) continue;
      this.#failing.set(name, since);
      this.#tell(name, `fails, and tries again until it works: ${message.split("\n")[0]}`);
    }
  }

  close(): void {
    this.#closed = true;
  }
}

/** By function, that which began first. */
function faultsOf({ sources, schedules }: HostStatus): Map<string, Fault> {
  const faults = new Map<string, Fault>();
  for (const { function: name, lastError } of [...sources, ...schedules]) {
    if (lastError === null) continue;
    const before = faults.get(name);
    if (before === undefined || lastError.since < before.since) faults.set(name, lastError);
  }
  return faults;
}
