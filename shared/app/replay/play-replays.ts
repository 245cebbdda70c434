import type { Clock } from "../../ports/clock.ts";
import { forgetSession, isOver } from "./forget-replays.ts";
import type { PlayReplaysPorts } from "./replay-ports.ts";
import { hasEnded, type ReplaySession } from "./replay-session.ts";
import { SessionPlayer } from "./session-player.ts";
import { loadSession, REPLAY } from "./session-store.ts";

/** How often it is looked for new sessions, ms. */
const LOOK_FOR_SESSIONS = 1_000;
/** How often it is looked for sessions that ended long ago, ms. */
const LOOK_FOR_OLD = 3_600_000;
/** Pause after a fault, ms. */
const AFTER_FAULT = 2_000;

/** What the task has to tell. */
export interface ReplayListener {
  /** A session has published records, or stands otherwise than before. */
  played(session: ReplaySession, records: number): void;
  /** A session cannot go on now, and is tried again. */
  waits(session: string, error: unknown): void;
  /** What was kept of a session that ended long ago is removed. */
  forgotten(session: string): void;
}

/** Plays every session there is, side by side. Several of these at once do no harm. */
export class ReplayTask {
  readonly #ports: PlayReplaysPorts;
  readonly #clock: Clock;
  readonly #listener: ReplayListener;
  readonly #players = new Map<string, SessionPlayer>();
  /** When sessions that ended did so. */
  readonly #ended = new Map<string, number>();
  readonly #phases = new Map<string, string>();
  #looked = Number.NEGATIVE_INFINITY;
  #lookedForOld = Number.NEGATIVE_INFINITY;

  constructor(ports: PlayReplaysPorts, clock: Clock, listener: ReplayListener) {
    this.#ports = ports;
    this.#clock = clock;
    this.#listener = listener;
  }

  /**
   * Plays on in every session. Resolves to ms until there may be more to do. Throws the first fault when all sessions had
   * their turn; those that met one go on from what is stored.
   */
  async round(): Promise<number> {
    await this.#lookForSessions();
    let wait = LOOK_FOR_SESSIONS;
    const faults: unknown[] = [];
    for (const [id, player] of [...this.#players]) {
      try {
        wait = Math.min(wait, await this.#playOn(id, player));
      } catch (error) {
        faults.push(error);
        this.#players.delete(id);
        this.#looked = Number.NEGATIVE_INFINITY;
        this.#listener.waits(id, error);
        await player.close().catch(() => undefined);
      }
    }
    await this.#forgetOld();
    if (faults.length > 0) throw faults[0];
    return wait;
  }

  /** Lets go of what is open. */
  async close(): Promise<void> {
    for (const player of this.#players.values()) await player.close();
    this.#players.clear();
  }

  async #playOn(id: string, player: SessionPlayer): Promise<number> {
    const round = await player.round(this.#clock.now());
    if (round === null) {
      this.#players.delete(id);
      this.#phases.delete(id);
      this.#looked = Number.NEGATIVE_INFINITY;
      return 0;
    }
    this.#tell(round.session, round.records);
    return round.wait;
  }

  #tell(session: ReplaySession, records: number): void {
    const stands = `${session.generation} ${session.begun} ${session.phase} ${session.paused} ${session.speed}`;
    if (records === 0 && this.#phases.get(session.session) === stands) return;
    this.#phases.set(session.session, stands);
    this.#listener.played(session, records);
  }

  async #lookForSessions(): Promise<void> {
    const now = this.#clock.now();
    if (now - this.#looked < LOOK_FOR_SESSIONS) return;
    for (const id of await this.#ports.checkpoints.keys(REPLAY)) {
      if (this.#players.has(id) || this.#ended.has(id)) continue;
      const stored = await loadSession(this.#ports.checkpoints, id);
      if (stored === null) continue;
      const { session } = stored;
      if (hasEnded(session)) this.#ended.set(id, session.ended ?? now);
      else this.#players.set(id, new SessionPlayer(this.#ports, id));
    }
    this.#looked = now;
  }

  async #forgetOld(): Promise<void> {
    const now = this.#clock.now();
    if (now - this.#lookedForOld < LOOK_FOR_OLD) return;
    for (const [id, ended] of [...this.#ended]) {
      if (!isOver(ended, now)) continue;
      await forgetSession(this.#ports, id);
      this.#ended.delete(id);
      this.#listener.forgotten(id);
    }
    this.#lookedForOld = now;
  }
}

/** Plays sessions until `stopped` says so. A fault is told, and met again a little later. */
export async function playReplays(task: ReplayTask, clock: Clock, stopped: () => boolean): Promise<void> {
  while (!stopped()) {
    let wait = AFTER_FAULT;
    try {
      wait = await task.round();
    } catch {
      // Told to the listener where a session met it.
    }
    if (!stopped() && wait > 0) await clock.sleep(wait);
  }
  await task.close();
}
