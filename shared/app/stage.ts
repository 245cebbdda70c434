import { InputError } from "../market/input-error.ts";
import type { CheckpointStore, FenceEntry, StoredCheckpoint } from "../ports/checkpoint-store.ts";
import type { EventLog, LogRecord, OutgoingRecord } from "../ports/event-log.ts";

/** A record to publish, and where. */
export interface Output extends OutgoingRecord {
  readonly topic: string;
}

/** A stage's state of one key while records are folded into it. */
export interface StageState {
  /** Folds one record in; returns what it causes. Deterministic: no clock, no I/O. */
  fold(record: LogRecord): readonly Output[];
  /** The state as bytes, after the records folded so far. */
  encode(): Uint8Array;
}

/** What a stage is made of, for one key. */
export interface StageKey {
  readonly stage: string;
  readonly key: string;
  /** Version of the state's bytes. */
  readonly schema: number;
  /** The state to go on from (null at the very start), given the records that will be folded into it. */
  open(state: Uint8Array | null, fresh: readonly LogRecord[]): Promise<StageState> | StageState;
}

export interface StagePorts {
  readonly checkpoints: CheckpointStore;
  readonly log: EventLog;
}

/** A step under way: the state that it goes on from, and what is to be folded into it. */
export interface OpenedStep {
  readonly state: StageState;
  readonly fresh: readonly LogRecord[];
  /** Of the checkpoint that it goes on from; 0 where there is none. */
  readonly version: number;
  readonly fence: readonly FenceEntry[];
}

/** A state that a version of Millrace wrote which keeps it otherwise: what it is of waits, and loses nothing. */
export class OtherSchemaError extends InputError {
  constructor({ stage, key, schema }: Pick<StageKey, "stage" | "key" | "schema">, stored: number) {
    const remedy =
      stored > schema
        ? "upgrade Millrace to the version that wrote it, or a later one; nothing is skipped until then"
        : "go back to the version that wrote it; a live run can be stopped there, and a new one be started here";
    super("conflict", `${stage} of ${key} has a state of schema ${stored}, this version reads ${schema}: ${remedy}`);
  }
}

/** The checkpoint of a stage and key; null where nothing was committed. Throws OtherSchemaError. */
export async function loadState(
  checkpoints: CheckpointStore,
  key: Pick<StageKey, "stage" | "key" | "schema">,
): Promise<StoredCheckpoint | null> {
  const stored = await checkpoints.load(key.stage, key.key);
  if (stored !== null && stored.schema !== key.schema) throw new OtherSchemaError(key, stored.schema);
  return stored;
}

/**
 * One step: load, drop what the fence has seen, fold, publish, commit state and fence together. If another invocation
 * was faster, everything is done again on its state. A crash anywhere repeats work and changes nothing.
 *
 * Throws as `openStep`.
 */
export async function stepStage(ports: StagePorts, key: StageKey, records: readonly LogRecord[]): Promise<void> {
  for (;;) {
    const step = await openStep(ports, key, records);
    if ("committed" in step) return;
    const outputs = step.fresh.flatMap((record) => step.state.fold(record));
    if ((await closeStep(ports, key, step, outputs)) !== null) return;
  }
}

/**
 * Begins a step: loads, and drops what the fence has seen. Where that is all, resolves to the state that is committed.
 *
 * Throws OtherSchemaError, and Error for a record below the fence that was appended after it: its topic was recreated, and
 * an operator has to say so (`raiseEpoch`).
 */
export async function openStep(
  ports: StagePorts,
  key: StageKey,
  records: readonly LogRecord[],
): Promise<OpenedStep | { readonly committed: Uint8Array | null }> {
  const stored = await loadState(ports.checkpoints, key);
  const fence = new Fence(stored?.fence ?? []);
  const fresh = records.filter((record) => fence.admit(record));
  if (fresh.length === 0) return { committed: stored?.state ?? null };
  const state = await key.open(stored?.state ?? null, fresh);
  return { state, fresh, version: stored?.version ?? 0, fence: fence.entries() };
}

/**
 * Ends a step whose records are folded: publishes, then commits. Resolves to the state as committed; to null, with
 * nothing committed, where another invocation was faster.
 */
export async function closeStep(
  ports: StagePorts,
  key: Pick<StageKey, "stage" | "key" | "schema">,
  { state, version, fence }: OpenedStep,
  outputs: readonly Output[],
): Promise<Uint8Array | null> {
  await publish(ports.log, outputs);
  const next = { schema: key.schema, state: state.encode(), fence };
  return (await ports.checkpoints.commit(key.stage, key.key, version, next)) ? next.state : null;
}

/** Publishes outputs, topic by topic, keeping the order of each. */
export async function publish(log: EventLog, outputs: readonly Output[]): Promise<void> {
  const byTopic = Map.groupBy(outputs, (output) => output.topic);
  for (const [topic, records] of byTopic) await log.publish(topic, records);
}

/** How far each partition is folded. */
class Fence {
  readonly #entries: Map<string, FenceEntry>;

  constructor(entries: readonly FenceEntry[]) {
    this.#entries = new Map(entries.map((entry) => [`${entry.topic}/${entry.partition}`, entry]));
  }

  /** Whether the record is new; moves past it if so. */
  admit(record: LogRecord): boolean {
    const { topic, partition, offset, appendTime } = record;
    const key = `${topic}/${partition}`;
    const entry = this.#entries.get(key);
    if (entry !== undefined && offset < entry.nextOffset) {
      if (appendTime > entry.appendTime) {
        throw new Error(
          `${topic}/${partition} was recreated: offset ${offset} was appended at ${timeOf(appendTime)}, after ` +
            `${timeOf(entry.appendTime)}, yet offsets up to ${entry.nextOffset} are folded. Run 'npx millrace topics recreated ${topic}' to go on.`,
        );
      }
      return false;
    }
    const latest = Math.max(entry?.appendTime ?? 0, appendTime);
    this.#entries.set(key, { topic, partition, epoch: entry?.epoch ?? 0, nextOffset: offset + 1, appendTime: latest });
    return true;
  }

  entries(): FenceEntry[] {
    return [...this.#entries.values()];
  }
}

function timeOf(ms: number): string {
  return new Date(ms).toISOString();
}
