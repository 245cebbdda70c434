import { InputError } from "../market/input-error.ts";
import type { CheckpointStore, FenceEntry } from "../ports/checkpoint-store.ts";
import type { EventLog, PartitionPosition } from "../ports/event-log.ts";
import { ONLOOKER } from "../wire/topics.ts";
import { AGGREGATE, AGGREGATE_REPLAY } from "./aggregate.ts";
import type { StagePorts } from "./stage.ts";
import { STEP_STRATEGIES } from "./step-strategies.ts";

/** The stages whose checkpoints have fences. */
export const FENCED_STAGES: readonly string[] = [AGGREGATE, AGGREGATE_REPLAY, STEP_STRATEGIES];

/** A topic as it should be, and who reads it. */
export interface TopicPlan {
  readonly name: string;
  readonly retentionMs: number;
  /** Names of the consumer groups. */
  readonly groups: readonly string[];
}

/** Where a group stands in a topic. */
export interface GroupPosition {
  readonly group: string;
  /** Records, over all partitions, that the group has not read. */
  readonly lag: number;
  readonly partitions: readonly PartitionPosition[];
}

/** A topic as it is. */
export interface TopicState {
  readonly name: string;
  readonly retentionMs: number;
  /** Number of partitions; null for a topic that is missing. */
  readonly partitions: number | null;
  /** Records that are held at most: of some offsets there is none. */
  readonly held: number;
  /** How often an operator said that it was recreated. */
  readonly epoch: number;
  readonly groups: readonly GroupPosition[];
}

/** Topics as they are, in the order of `plans`. */
export async function topicStates(ports: StagePorts, plans: readonly TopicPlan[]): Promise<TopicState[]> {
  const epochs = await topicEpochs(ports.checkpoints);
  const states: TopicState[] = [];
  for (const { name, retentionMs, groups } of plans) {
    const own = await positionsOf(ports.log, ONLOOKER, name);
    const positions: GroupPosition[] = [];
    for (const group of own === null ? [] : groups) positions.push(await groupPosition(ports.log, group, name));
    states.push({
      name,
      retentionMs,
      partitions: own?.length ?? null,
      held: (own ?? []).reduce((sum, { begin, end }) => sum + end - begin, 0),
      epoch: epochs.get(name) ?? 0,
      groups: positions,
    });
  }
  return states;
}

/** Where a group stands in a topic that exists. */
export async function groupPosition(log: EventLog, group: string, topic: string): Promise<GroupPosition> {
  const partitions = await log.positions(group, topic);
  return { group, lag: partitions.reduce((sum, each) => sum + lagOf(each), 0), partitions };
}

/** Records that a group has not read. */
export function lagOf({ begin, next, end }: PartitionPosition): number {
  // A group that stands past the end has not noticed yet that the topic was recreated: it reads on from its start.
  return end - (next > end ? begin : next);
}

/** Null for a topic that does not exist. */
async function positionsOf(log: EventLog, group: string, topic: string): Promise<readonly PartitionPosition[] | null> {
  try {
    return await log.positions(group, topic);
  } catch (error) {
    if (error instanceof InputError && error.code === "not-found") return null;
    throw error;
  }
}

/** By topic; a topic that was never recreated is not there. */
async function topicEpochs(checkpoints: CheckpointStore): Promise<Map<string, number>> {
  const epochs = new Map<string, number>();
  for (const stage of FENCED_STAGES) {
    for (const key of await checkpoints.keys(stage)) {
      for (const { topic, epoch } of (await checkpoints.load(stage, key))?.fence ?? []) {
        if (epoch > 0) epochs.set(topic, Math.max(epoch, epochs.get(topic) ?? 0));
      }
    }
  }
  return epochs;
}

/** What became of the fences of a recreated topic. */
export interface RaisedEpoch {
  /** Checkpoints whose fence was of the topic as it was before. */
  readonly reset: number;
  /** Checkpoints that follow the new topic already, or were never fed by it. */
  readonly kept: number;
}

/**
 * Says that a topic was recreated, so that its offsets began anew: in every checkpoint whose fence is of the topic as it
 * was before, the topic's offsets are forgotten and its epoch is raised; states stay, and drop by content what they know.
 * A fence is of the topic before where it has seen nothing as late as the oldest record that the topic now holds; so a
 * repeat, or a topic that was not recreated, changes nothing that matters.
 */
export async function raiseEpoch(ports: StagePorts, topic: string): Promise<RaisedEpoch> {
  const firsts = await firstAppendTimes(ports.log, topic);
  let reset = 0;
  let kept = 0;
  for (const stage of FENCED_STAGES) {
    for (const key of await ports.checkpoints.keys(stage)) {
      if (await resetFence(ports.checkpoints, stage, key, topic, firsts)) reset++;
      else kept++;
    }
  }
  return { reset, kept };
}

/** When the oldest record of each partition was appended, ms UTC. */
async function firstAppendTimes(log: EventLog, topic: string): Promise<Map<number, number>> {
  const records = await log.poll(ONLOOKER, topic, 1);
  return new Map(records.map(({ partition, appendTime }) => [partition, appendTime]));
}

async function resetFence(
  checkpoints: CheckpointStore,
  stage: string,
  key: string,
  topic: string,
  firsts: ReadonlyMap<number, number>,
): Promise<boolean> {
  const isOld = (entry: FenceEntry): boolean =>
    entry.topic === topic &&
    entry.nextOffset > 0 &&
    entry.appendTime < (firsts.get(entry.partition) ?? Number.POSITIVE_INFINITY);
  for (;;) {
    const stored = await checkpoints.load(stage, key);
    if (stored === null || !stored.fence.some(isOld)) return false;
    const fence = stored.fence.map((entry) =>
      isOld(entry) ? { ...entry, epoch: entry.epoch + 1, nextOffset: 0, appendTime: 0 } : entry,
    );
    const { version, ...checkpoint } = stored;
    if (await checkpoints.commit(stage, key, version, { ...checkpoint, fence })) return true;
  }
}
