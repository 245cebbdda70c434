import { AGGREGATOR_SCHEMA, decodeAggregator } from "../aggregation/aggregator-codec.ts";
import { InputError } from "../market/input-error.ts";
import { type Instrument, instrumentKey } from "../market/instrument.ts";
import { joinIntervals } from "../market/interval.ts";
import type { CheckpointStore } from "../ports/checkpoint-store.ts";
import type { EventLog } from "../ports/event-log.ts";
import type { RangeRegistry } from "../ports/range-registry.ts";
import type { RunRecord, RunRegistry } from "../ports/run-registry.ts";
import type { TickStore } from "../ports/tick-store.ts";
import { DEAD_LETTERS, ONLOOKER } from "../wire/topics.ts";
import { AGGREGATE, LIVE_TIMEFRAMES } from "./aggregate.ts";
import { hasEnded, type ReplaySession } from "./replay/replay-session.ts";
import { listReplays } from "./replay/steer-replay.ts";
import { loadState, OtherSchemaError } from "./stage.ts";
import { groupPosition, lagOf } from "./topics.ts";

/** What could be told of one part of the platform, or why it could not. */
export type Told<T> = { readonly value: T; readonly error: null } | { readonly value: null; readonly error: string };

/** A consumer group's lag in one partition. */
export interface StageLag {
  /** Name of the function. */
  readonly stage: string;
  readonly topic: string;
  /** Null where the topic is missing. */
  readonly partition: number | null;
  /** Records that are not worked on yet; null where the topic is missing. */
  readonly lag: number | null;
}

/** An instrument of the live stream. Times in ms UTC. */
export interface LiveInstrument {
  readonly instrument: string;
  /** All before it is known; null before the first record. */
  readonly watermark: number | null;
  /** When the log took the last record that was folded. */
  readonly lastRecord: number | null;
  /** When it ended; null while it is traded. */
  readonly ended: number | null;
  /** Why nothing can be told of it: another version of Millrace wrote its state; null where this one reads it. */
  readonly error: string | null;
}

/** What is recorded as lost of an instrument. */
export interface LostSpans {
  readonly instrument: string;
  /** Those that overlap or touch are one. */
  readonly spans: number;
  /** The time that is lost altogether, ms. */
  readonly length: number;
  /** End of the last one, ms UTC. */
  readonly last: number;
  /** Why what ends last was lost. */
  readonly reason: string;
}

/** A live or replay run that is not over. */
export interface OpenRun {
  readonly run: string;
  readonly kind: RunRecord["kind"];
  readonly strategy: string;
  readonly feeds: readonly string[];
  readonly status: RunRecord["status"];
  /** What it waits for; null where it waits for nothing. */
  readonly waits: string | null;
}

/** Runs that are registered as live, and those of them that failed lately. */
export interface LiveRuns {
  readonly open: readonly OpenRun[];
  readonly failed: readonly { readonly run: string; readonly strategy: string; readonly error: string }[];
}

/** A replay session that goes on. Times in ms UTC. */
export interface OpenReplay {
  readonly session: string;
  /** Name of the strategy that it plays to; null where it is played as live. */
  readonly strategy: string | null;
  readonly instruments: readonly string[];
  readonly phase: ReplaySession["phase"];
  readonly paused: boolean;
  /** Event time that is played. */
  readonly at: number;
  /** What it cannot go on for now; null while it can. */
  readonly waits: string | null;
}

/** Replay sessions that go on, and those of another version, of which nothing can be told. */
export interface Replays {
  readonly open: readonly OpenReplay[];
  readonly unreadable: readonly { readonly session: string; readonly error: string }[];
}

/** The platform as it is. */
export interface PlatformStatus {
  readonly stages: Told<readonly StageLag[]>;
  /** Letters that are held. */
  readonly deadLetters: Told<number>;
  readonly instruments: Told<readonly LiveInstrument[]>;
  readonly lost: Told<readonly LostSpans[]>;
  readonly runs: Told<LiveRuns>;
  readonly replays: Told<Replays>;
}

/** Each port on its own: what does not answer, or cannot be opened, is told in its place. */
export interface StatusPorts {
  log(): Promise<EventLog>;
  checkpoints(): Promise<CheckpointStore>;
  liveRuns(): Promise<RunRegistry>;
  store(): Promise<{ readonly ticks: TickStore; readonly ranges: RangeRegistry }>;
}

/** A function with a topic that it reads, and the consumer group that it reads it as. */
export interface StageReader {
  readonly stage: string;
  readonly topic: string;
  readonly group: string;
}

/** Failed runs that are told of: the latest. */
const MOST_FAILED = 5;

/** Passes on what a promise of this port comes to, and rejects where that takes too long. */
export type Within = <T>(answer: Promise<T>, port: keyof StatusPorts) => Promise<T>;

/**
 * Tells all parts at once, so that one that does not answer keeps none of the others: of what has not answered `within`
 * its time that is told.
 */
export async function platformStatus(
  ports: StatusPorts,
  readers: readonly StageReader[],
  within: Within,
): Promise<PlatformStatus> {
  const told = <T>(port: keyof StatusPorts, ask: () => Promise<T>): Promise<Told<T>> => tell(() => within(ask(), port));
  const [stages, deadLetters, instruments, lost, runs, replays] = await Promise.all([
    told("log", async () => stageLags(await ports.log(), readers)),
    told("log", async () => heldLetters(await ports.log())),
    told("checkpoints", async () => liveInstruments(await ports.checkpoints())),
    told("store", async () => lostSpans(await ports.store())),
    told("liveRuns", async () => liveRuns(await ports.liveRuns())),
    told("checkpoints", async () => openReplays(await ports.checkpoints())),
  ]);
  return { stages, deadLetters, instruments, lost, runs, replays };
}

/** What `ask` resolves to, or why it does not. */
export async function tell<T>(ask: () => Promise<T>): Promise<Told<T>> {
  try {
    return { value: await ask(), error: null };
  } catch (error) {
    return { value: null, error: error instanceof Error ? error.message : String(error) };
  }
}

async function stageLags(log: EventLog, readers: readonly StageReader[]): Promise<StageLag[]> {
  const lags = await Promise.all(readers.map((reader) => lagsOf(log, reader)));
  return lags.flat();
}

async function lagsOf(log: EventLog, { stage, topic, group }: StageReader): Promise<StageLag[]> {
  try {
    const { partitions } = await groupPosition(log, group, topic);
    return partitions.map((each) => ({ stage, topic, partition: each.partition, lag: lagOf(each) }));
  } catch (error) {
    if (error instanceof InputError && error.code === "not-found")
      return [{ stage, topic, partition: null, lag: null }];
    throw error;
  }
}

async function heldLetters(log: EventLog): Promise<number> {
  const positions = await log.positions(ONLOOKER, DEAD_LETTERS);
  return positions.reduce((sum, { begin, end }) => sum + end - begin, 0);
}

async function liveInstruments(checkpoints: CheckpointStore): Promise<LiveInstrument[]> {
  const keys = await checkpoints.keys(AGGREGATE);
  return Promise.all(keys.map((instrument) => liveInstrument(checkpoints, instrument)));
}

async function liveInstrument(checkpoints: CheckpointStore, instrument: string): Promise<LiveInstrument> {
  const unknown = { instrument, watermark: null, lastRecord: null, ended: null, error: null };
  try {
    const stored = await loadState(checkpoints, { stage: AGGREGATE, key: instrument, schema: AGGREGATOR_SCHEMA });
    if (stored === null) return unknown;
    const { watermark, endedAt } = decodeAggregator(stored.state, LIVE_TIMEFRAMES);
    const lastRecord = Math.max(0, ...stored.fence.map(({ appendTime }) => appendTime));
    return {
      ...unknown,
      watermark: watermark === Number.NEGATIVE_INFINITY ? null : watermark,
      lastRecord: lastRecord === 0 ? null : lastRecord,
      ended: endedAt,
    };
  } catch (error) {
    if (error instanceof OtherSchemaError) return { ...unknown, error: error.message };
    throw error;
  }
}

async function lostSpans({ ticks, ranges }: Awaited<ReturnType<StatusPorts["store"]>>): Promise<LostSpans[]> {
  const found: LostSpans[] = [];
  for (const instrument of await ticks.instruments()) {
    const lost = await lostOf(ranges, instrument);
    if (lost !== null) found.push(lost);
  }
  return found;
}

async function lostOf(ranges: RangeRegistry, instrument: Instrument): Promise<LostSpans | null> {
  const coverage = await ranges.coverage(instrument, 0, Number.MAX_SAFE_INTEGER);
  const lost = coverage.filter(({ kind }) => kind === "lost");
  if (lost.length === 0) return null;
  const last = lost.reduce((latest, each) => (each.to > latest.to ? each : latest));
  // A loss may be told more than once, in part or whole.
  const spans = joinIntervals(lost);
  return {
    instrument: instrumentKey(instrument),
    spans: spans.length,
    length: spans.reduce((sum, { from, to }) => sum + to - from, 0),
    last: last.to,
    reason: last.reason,
  };
}

async function liveRuns(registry: RunRegistry): Promise<LiveRuns> {
  const live = (await registry.list()).filter(({ kind }) => kind === "paper" || kind === "replay");
  return {
    open: live
      .filter(({ status }) => status === "running")
      .map(({ run, kind, strategy, feeds, status, error }) => ({ run, kind, strategy, feeds, status, waits: error })),
    failed: live
      .filter(({ status }) => status === "failed")
      .slice(0, MOST_FAILED)
      .map(({ run, strategy, error }) => ({ run, strategy, error: error ?? "" })),
  };
}

async function openReplays(checkpoints: CheckpointStore): Promise<Replays> {
  const { sessions, unreadable } = await listReplays(checkpoints);
  const open = sessions.filter((session) => !hasEnded(session));
  return {
    open: open.map(({ session, run, instruments, phase, paused, at, waits }) => ({
      ...{ session, instruments, phase, paused, at, waits },
      strategy: run?.strategy ?? null,
    })),
    unreadable,
  };
}
