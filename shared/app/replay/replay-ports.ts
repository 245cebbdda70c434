import type { Instrument } from "../../market/instrument.ts";
import type { CheckpointStore } from "../../ports/checkpoint-store.ts";
import type { EventLog } from "../../ports/event-log.ts";
import type { LiveRunRegistry, RunRecord } from "../../ports/run-registry.ts";
import type { ReadCandlesPorts } from "../read-candles.ts";
import type { TopicReader } from "./backlog.ts";
import type { FileRejects } from "./replay-session.ts";

/** What a session reads from. */
export type ReplayStore = ReadCandlesPorts;

/** A store that holds one file alone. */
export interface ReplayFileStore extends ReplayStore {
  /** Rows that were left out; null where there are none. */
  readonly rejects: FileRejects | null;
  close(): Promise<void>;
}

/** Files that sessions play, each imported into a store of its own. */
export interface ReplayFiles {
  /**
   * The file of a session, imported whole and made into candles, once for all times that it is opened. Throws InputError
   * for one that is missing, damaged or of something else, 'store' where what it is imported into is at fault. Rejects
   * soon after `breakOff` says so, unless it is open by then; the next call makes the import whole.
   */
  open(session: string, path: string, instrument: Instrument, breakOff: AbortSignal): Promise<ReplayFileStore>;
  /** Removes what was imported for a session, if anything. It must be closed. */
  remove(session: string): Promise<void>;
  /** Removes what else was written for a session: the rows that were left out. */
  forget(session: string): Promise<void>;
}

/**
 * Ends runs of sessions. Both resolve to the run's record as it is then, and throw InputError 'no-data' while its last
 * results are not stored: ask again. `store`: what its candles were read from; null where that is gone, for a record
 * without figures.
 */
export interface ReplayRuns {
  /** States the result of a run that has folded all its candles; 'no-data' until it has. */
  finish(run: string, store: ReplayStore): Promise<RunRecord>;
  /** Ends a run wherever it is. */
  stop(run: string, store: ReplayStore | null): Promise<RunRecord>;
}

/** What the task that plays sessions works on. */
export interface PlayReplaysPorts extends ReplayStore {
  readonly checkpoints: CheckpointStore;
  readonly log: EventLog;
  /** Live and replay runs. */
  readonly runs: LiveRunRegistry;
  readonly files: ReplayFiles;
  readonly replayRuns: ReplayRuns;
  /** The stages of the topology. */
  readonly readers: readonly TopicReader[];
}
