/** When and where a session began to play at its speed. */
interface PaceStart {
  /** ms UTC. */
  readonly now: number;
  /** Event time, ms UTC. */
  readonly at: number;
  /** How many times as fast as it happened. */
  readonly speed: number;
}

/** A session that fell behind by more goes on from where it is, instead of catching up in a burst, ms. */
const LATE = 1_000;

/**
 * Event time by the clock, at a speed. It is kept in memory only: a task that comes back goes on from where the session
 * stands.
 */
export class Pace {
  #start: PaceStart | null = null;

  /** ms until what happened at `at` is due; 0 where it is. */
  wait(at: number, session: { readonly at: number; readonly speed: number }, now: number): number {
    if (session.speed === Number.POSITIVE_INFINITY || at <= session.at) return 0;
    if (this.#start?.speed !== session.speed) this.#start = { now, at: session.at, speed: session.speed };
    const start = this.#start;
    const due = start.now + (at - start.at) / start.speed;
    if (now - due > LATE) this.#start = { now, at, speed: session.speed };
    return Math.max(0, due - now);
  }

  /** Time stands still: what comes next is counted from where the session is then. */
  halt(): void {
    this.#start = null;
  }
}
