import type { Clock } from "../../ports/clock.ts";
import { forgetSession, isLongOver } from "./forget-replays.ts";
import type { PlayReplaysPorts } from "./replay-ports.ts";
import { hasEnded, type ReplaySession, waitFor } from "./replay-session.ts";
import { SessionPlayer } from "./session-player.ts";
import { changeSession, loadSession, REPLAY } from "./session-store.ts";

/** How often it is looked for new sessions, ms. */
const LOOK_FOR_SESSIONS = 1_000;
/** How often it is looked for sessions that ended long ago, ms. */
const LOOK_FOR_OLD = 3_600_000;
/** How long a session that met a fault is left alone, ms. */
const AFTER_FAULT = 2_000;

/** What the task has to tell. */
export interface ReplayListener {
  /** A session has published records, or stands otherwise than before. */
  played(session: ReplaySession, records: number): void;
  /** A session (null: any) cannot go on now, and is tried again; told once for as long as the reason is the same. */
  waits(session: string | null, error: unknown): void;
  /** What was kept of a session that ended long ago is removed. */
  forgotten(session: string): void;
}

/**
 * Plays every session there is: in each round those whose records are due have their turn, one after the other. A fault
 * of one keeps none of the others. Several of these at once do no harm.
 */
export class ReplayTask {
  readonly #ports: PlayReplaysPorts;
  readonly #clock: Clock;
  readonly #listener: ReplayListener;
  readonly #players = new Map<string, SessionPlayer>();
  /** When sessions that ended did so. */
  readonly #ended = new Map<string, number>();
  readonly #phases = new Map<string, string>();
  /** What was told last of sessions that cannot go on; under null of all. */
  readonly #faults = new Map<string | null, string>();
  /** Until when sessions that met a fault are left alone. */
  readonly #resting = new Map<string | null, number>();
  #looked = Number.NEGATIVE_INFINITY;
  #lookedForOld = Number.NEGATIVE_INFINITY;

  constructor(ports: PlayReplaysPorts, clock: Clock, listener: ReplayListener) {
    this.#ports = ports;
    this.#clock = clock;
    this.#listener = listener;
  }

  /**
   * Plays on in every session. Resolves to ms until there may be more to do. Faults are told to the listener; sessions
   * that met one go on a little later, from what is stored.
   */
  async round(): Promise<number> {
    await this.#trying(null, () => this.#lookForSessions());
    let wait = LOOK_FOR_SESSIONS;
    for (const [id, player] of [...this.#players]) {
      if (this.#rests(id)) continue;
      await this.#trying(id, async () => {
        wait = Math.min(wait, await this.#playOn(id, player));
      });
    }
    await this.#forgetOld();
    return wait;
  }

  /** Lets go of what is open. */
  async close(): Promise<void> {
    for (const player of this.#players.values()) await player.close();
    this.#players.clear();
  }

  async #trying(id: string | null, work: () => Promise<void>): Promise<void> {
    try {
      await work();
      this.#resting.delete(id);
      if (id !== null) this.#faults.delete(id);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      if (this.#faults.get(id) !== reason) {
        this.#faults.set(id, reason);
        this.#listener.waits(id, error);
      }
      if (id !== null) await this.#rest(id, reason);
    }
  }

  async #rest(id: string, reason: string): Promise<void> {
    this.#resting.set(id, this.#clock.now() + AFTER_FAULT);
    const player = this.#players.get(id);
    if (player === undefined) return;
    await player.reset().catch(() => undefined);
    await this.#note(id, reason);
  }

  #rests(id: string): boolean {
    return this.#clock.now() < (this.#resting.get(id) ?? 0);
  }

  /** States what a session waits for where users see it. */
  async #note(id: string, waits: string | null): Promise<void> {
    try {
      await changeSession(this.#ports.checkpoints, id, (session) => waitFor(session, waits));
    } catch {
      // It is stated again with the next round that finds it otherwise; what is away is told by itself.
    }
  }

  async #playOn(id: string, player: SessionPlayer): Promise<number> {
    const round = await player.round(this.#clock.now());
    if (round === null) {
      this.#players.delete(id);
      this.#phases.delete(id);
      this.#looked = Number.NEGATIVE_INFINITY;
      return 0;
    }
    if (round.session.waits !== round.waits) await this.#note(id, round.waits);
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
    const ids = await this.#ports.checkpoints.keys(REPLAY);
    this.#looked = now;
    for (const id of ids) {
      if (this.#players.has(id) || this.#ended.has(id) || this.#rests(id)) continue;
      await this.#trying(id, () => this.#take(id));
    }
    this.#faults.delete(null);
  }

  async #take(id: string): Promise<void> {
    const stored = await loadSession(this.#ports.checkpoints, id);
    if (stored === null) return;
    const { session } = stored;
    if (hasEnded(session)) this.#ended.set(id, session.ended ?? this.#clock.now());
    else this.#players.set(id, new SessionPlayer(this.#ports, id));
  }

  async #forgetOld(): Promise<void> {
    const now = this.#clock.now();
    if (now - this.#lookedForOld < LOOK_FOR_OLD) return;
    this.#lookedForOld = now;
    for (const [id, ended] of [...this.#ended]) {
      if (!isLongOver(ended, now)) continue;
      await this.#trying(id, async () => {
        await forgetSession(this.#ports, id);
        this.#ended.delete(id);
        this.#listener.forgotten(id);
      });
    }
  }
}

/** Plays sessions until `stopped` says so. */
export async function playReplays(task: ReplayTask, clock: Clock, stopped: () => boolean): Promise<void> {
  while (!stopped()) {
    const wait = await task.round();
    if (!stopped() && wait > 0) await clock.sleep(wait);
  }
  await task.close();
}
