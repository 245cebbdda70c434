import type { OutgoingRecord } from "../../ports/event-log.ts";
import type { RunRecord } from "../../ports/run-registry.ts";
import { registerRun } from "../run-changes.ts";
import { isFoldedUpTo, liveEnds, MOST_AHEAD, recordsAhead } from "./backlog.ts";
import { checkFileTicks } from "./file-ticks.ts";
import { heldStart } from "./held-start.ts";
import { Pace } from "./pace.ts";
import type { PlayReplaysPorts, ReplayStore } from "./replay-ports.ts";
import {
  arrive,
  begin,
  end,
  hasEnded,
  hasPlayed,
  type Played,
  play,
  type ReplaySession,
  runOf,
} from "./replay-session.ts";
import { type ReplayStep, replaySteps, topicOf } from "./replay-steps.ts";
import { inForce, stopRunsBefore, unlessNotStored } from "./run-records.ts";
import { SessionFile } from "./session-file.ts";
import { commitSession, loadSession, type StoredSession } from "./session-store.ts";
import { requireOwnTime } from "./start-as-live.ts";
import { playable, Unplayable } from "./unplayable.ts";

/** Records that are published at once. */
const MOST_AT_ONCE = 500;
/** How often a session that waits is looked at: somebody may have changed it, ms. */
const LOOK = 200;
/** How often it is asked whether a run has failed, ms. */
const LOOK_AT_RUN = 1_000;
/**
 * How long the end of a session waits for its file, whose candles the figures of its run need, ms: one that was imported
 * is open by then.
 */
const FOR_FILE = 10_000;
/** Event time that a record of ticks holds at most, ms: no more than what is due within a second. */
const LONGEST_SPAN = 60_000;

/** What a session did in a round. */
export interface SessionRound {
  readonly session: ReplaySession;
  /** Records that it published. */
  readonly records: number;
  /** ms until it is to be looked at again. */
  readonly wait: number;
  /** What it cannot go on for now; null while it can. */
  readonly waits: string | null;
}

type Round = Omit<SessionRound, "waits">;

/**
 * Plays one session, a round at a time. All that outlives a round is stored: whoever plays it next goes on from there,
 * and publishes again at most what was not stored as published, which those who read it skip.
 */
export class SessionPlayer {
  readonly #id: string;
  readonly #ports: PlayReplaysPorts;
  readonly #pace = new Pace();
  #steps: AsyncGenerator<ReplayStep> | null = null;
  /** The step to come; null where there is none. */
  #next: ReplayStep | null = null;
  /** What the steps go on from. */
  #from = "";
  #speed = 1;
  readonly #file: SessionFile;
  #askedRun = Number.NEGATIVE_INFINITY;
  /** When it was first seen that the session is to be stopped. */
  #stopsSince: number | null = null;
  /** Up to where the live stream reached when the session had published its last. */
  #ends: ReadonlyMap<number, number> | null = null;

  constructor(ports: PlayReplaysPorts, id: string) {
    this.#ports = ports;
    this.#id = id;
    this.#file = new SessionFile(ports.files);
  }

  /** Publishes what is due. `now` in ms UTC. Null for a session that is over or gone. */
  async round(now: number): Promise<SessionRound | null> {
    const stored = await loadSession(this.#ports.checkpoints, this.#id);
    if (stored === null || hasEnded(stored.session)) {
      await this.#cleanUp(stored?.session ?? null);
      return null;
    }
    const { session } = stored;
    try {
      if (this.#awaitsFile(session, now)) {
        return { session, records: 0, wait: LOOK, waits: `${session.file} is being read` };
      }
      const round = await this.#round(stored, now);
      return { ...round, waits: null };
    } catch (error) {
      if (!(error instanceof Unplayable)) throw error;
      return { ...(await this.#end(stored, "failed", error.message, now)), waits: null };
    }
  }

  /**
   * Forgets all but what is stored, so that the next round begins anew. An import of the session's file that is under
   * way goes on.
   */
  async reset(): Promise<void> {
    try {
      await this.#closeSteps();
    } finally {
      await this.#file.reset();
    }
  }

  /** Lets go of what is open. */
  async close(): Promise<void> {
    await this.#closeSteps();
    await this.#file.close();
  }

  async #closeSteps(): Promise<void> {
    const steps = this.#steps;
    this.#steps = null;
    this.#pace.halt();
    await steps?.return(undefined);
  }

  /** Whether the session's file is to be read first. Throws what that came to. */
  #awaitsFile(session: ReplaySession, now: number): boolean {
    if (session.phase === "draining" && session.run === null) return false;
    if (session.phase !== "stopping") return !this.#file.isReady(session);
    // Whatever becomes of the file, the session is stopped.
    this.#stopsSince ??= now;
    if (session.run === null || !hasPlayed(session) || now - this.#stopsSince > FOR_FILE) return false;
    try {
      return !this.#file.isReady(session);
    } catch {
      return false;
    }
  }

  async #round(stored: StoredSession, now: number): Promise<Round> {
    const { session } = stored;
    if (session.phase === "stopping") return this.#end(stored, "stopped", null, now);
    if (!session.begun) return this.#begin(stored);
    const failure = await this.#failureOf(session, now);
    if (failure !== null) return this.#end(stored, "failed", failure, now);
    if (session.phase === "draining") return this.#finish(stored, now);
    return this.#play(stored, now);
  }

  async #begin({ session, version }: StoredSession): Promise<Round> {
    const { runs } = this.#ports;
    await stopRunsBefore(this.#ports, this.#store(session), session, session.generation);
    const run = await playable(() => this.#check(session));
    if (run !== null) {
      const record = runOf({ ...session, run })!;
      // It may have begun before, and ended since.
      const held = await runs.get(record.run);
      if (held === null || held.status === "running") await registerRun(this.#ports, record);
    }
    const start = await heldStart(this.#store(session), { ...session, run });
    const begun = begin(session, run, this.#file.store?.rejects ?? null, start);
    await commitSession(this.#ports.checkpoints, begun, version);
    return { session: begun, records: 0, wait: 0 };
  }

  /** Sees that the session can be played. Resolves to the record of its runs. */
  async #check(session: ReplaySession): Promise<RunRecord | null> {
    const { run, file } = session;
    const store = this.#store(session);
    if (run !== null) return file === null ? run : inForce(store, run);
    await requireOwnTime(this.#ports.checkpoints, session);
    if (file !== null) await checkFileTicks(store, this.#ports, session);
    return null;
  }

  /** What it reads from: its file's store is ready in each round but of one that is stopped. */
  #store(session: ReplaySession): ReplayStore {
    return session.file === null ? this.#ports : this.#file.store!;
  }

  async #failureOf(session: ReplaySession, now: number): Promise<string | null> {
    const record = runOf(session);
    if (record === null || now - this.#askedRun < LOOK_AT_RUN) return null;
    this.#askedRun = now;
    const held = await this.#ports.runs.get(record.run);
    return held?.status === "failed" ? (held.error ?? "the run failed") : null;
  }

  async #play(stored: StoredSession, now: number): Promise<Round> {
    const { session } = stored;
    this.#speed = session.rush === null ? session.speed : Number.POSITIVE_INFINITY;
    await this.#openSteps(session);
    const room = MOST_AHEAD - (await recordsAhead(this.#ports.log, this.#ports.readers, session.mode));
    const most = Math.min(room, MOST_AT_ONCE);
    const records: OutgoingRecord[] = [];
    let { at, place, rush } = session;
    let wait = 0;
    while (this.#next !== null) {
      if (rush !== null && this.#next.begins > rush) {
        at = Math.max(at, rush);
        rush = null;
        this.#pace.halt();
      }
      wait = rush === null ? this.#waitFor(this.#next, { ...session, at }, now) : 0;
      if (wait > 0) break;
      if (records.length + this.#next.records.length > most) {
        if (records.length === 0) this.#pace.halt();
        wait = records.length === 0 ? LOOK : 0;
        break;
      }
      records.push(...this.#next.records);
      at = Math.max(at, this.#next.at);
      place = this.#next.place;
      await this.#take();
    }
    const last = this.#next === null;
    this.#ends = null;
    if (records.length > 0) await this.#ports.log.publish(topicOf(session), records);
    const arrived = session.rush !== null && rush === null;
    if (records.length === 0 && !last && !arrived) return { session, records: 0, wait: Math.min(wait, LOOK) };
    const played = await this.#commit(stored, { at, place, records: records.length, last }, arrived);
    return { session: played, records: records.length, wait: Math.min(wait, LOOK) };
  }

  #waitFor(next: ReplayStep, session: ReplaySession, now: number): number {
    if (!session.paused) return this.#pace.wait(next.at, session, now);
    this.#pace.halt();
    return Number.POSITIVE_INFINITY;
  }

  async #openSteps(session: ReplaySession): Promise<void> {
    const from = placeText(session);
    if (this.#steps !== null && this.#from === from) return;
    await this.#closeSteps();
    this.#steps = replaySteps(this.#store(session), session, () => this.#span());
    this.#from = from;
    await this.#take();
  }

  #span(): number {
    return Math.min(LONGEST_SPAN, Math.max(1, Math.ceil(this.#speed * 1_000)));
  }

  async #take(): Promise<void> {
    const { done, value } = await this.#steps!.next();
    this.#next = done === true ? null : value;
  }

  /** Stores what is published. Where somebody began another generation meanwhile, that stands. */
  async #commit(stored: StoredSession, played: Played, arrived: boolean): Promise<ReplaySession> {
    const from = placeText(stored.session);
    let current: StoredSession | null = stored;
    while (current !== null && placeText(current.session) === from && current.session.phase === "playing") {
      // A step or a seek that was asked for meanwhile goes on from here.
      const reached = arrived && current.session.rush === stored.session.rush;
      const next = play(reached ? arrive(current.session) : current.session, played);
      if (await commitSession(this.#ports.checkpoints, next, current.version)) {
        this.#from = placeText(next);
        return next;
      }
      current = await loadSession(this.#ports.checkpoints, this.#id);
    }
    this.#from = "";
    return current?.session ?? stored.session;
  }

  async #finish(stored: StoredSession, now: number): Promise<Round> {
    const { session } = stored;
    const record = runOf(session);
    if (record === null) return this.#end(stored, "finished", null, now);
    const store = this.#store(session);
    const finished = await unlessNotStored(() => this.#ports.replayRuns.finish(record.run, store));
    if (finished === null) return { session, records: 0, wait: LOOK };
    if (finished.status === "failed") return this.#end(stored, "failed", finished.error, now);
    return this.#end(stored, "finished", null, now);
  }

  /** Ends the session as `phase`, and all of its runs that still go on. */
  async #end(
    { session, version }: StoredSession,
    phase: "finished" | "failed" | "stopped",
    error: string | null,
    now: number,
  ): Promise<Round> {
    const store = session.file === null ? this.#ports : this.#file.store;
    const complete = await stopRunsBefore(this.#ports, store, session, session.generation + 1);
    if (!(complete && (await this.#isFolded(session)))) return { session, records: 0, wait: LOOK };
    const ended = end(session, phase, error, now);
    if (!(await commitSession(this.#ports.checkpoints, ended, version))) return { session, records: 0, wait: 0 };
    await this.#cleanUp(ended);
    return { session: ended, records: 0, wait: 0 };
  }

  /**
   * Whether all that the session has published as live is folded: only then does the live watermark tell how far it
   * came, which keeps the next one from going back in time.
   */
  async #isFolded({ mode, begun }: ReplaySession): Promise<boolean> {
    if (mode !== "as-live" || !begun) return true;
    const { log, readers } = this.#ports;
    this.#ends ??= await liveEnds(log);
    return isFoldedUpTo(log, readers, this.#ends);
  }

  async #cleanUp(session: ReplaySession | null): Promise<void> {
    await this.#closeSteps();
    if (session === null || session.file === null) await this.#file.close();
    else await this.#file.remove(session.session);
  }
}

/** What the steps to come depend on. */
function placeText({ generation, begun, place }: ReplaySession): string {
  return JSON.stringify([generation, begun, place]);
}
