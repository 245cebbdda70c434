import type { Broker } from "kafkajs";
import type Cluster from "kafkajs/src/cluster/index.js";
import type { LogRecord, PartitionPosition } from "#shared/ports/event-log.ts";
import { untilDeadline } from "./faults.ts";
import { fetchPartitions, offsetRanges } from "./fetch-partitions.ts";
import type { KafkaSettings } from "./settings.ts";
import type { TopicDirectory } from "./topic-directory.ts";

/** Records of a partition that were fetched and not committed yet, from an offset on. */
interface ReadAhead {
  readonly from: number;
  readonly records: readonly LogRecord[];
}

/**
 * Reads topics from the offsets that a group committed. All partitions are read by whoever polls: groups have no
 * members, so that none waits for another to join or leave.
 */
export class GroupReader {
  readonly #settings: KafkaSettings;
  readonly #cluster: Cluster;
  readonly #topics: TopicDirectory;
  readonly #coordinators = new Map<string, Broker>();
  /** By group, topic and partition. */
  readonly #readAhead = new Map<string, ReadAhead>();

  /** Committed offsets that the log does not have, and where reading goes on instead. */
  readonly #restarts = new Map<string, { readonly from: number; readonly to: number }>();

  constructor(settings: KafkaSettings, cluster: Cluster, topics: TopicDirectory) {
    this.#settings = settings;
    this.#cluster = cluster;
    this.#topics = topics;
  }

  async poll(group: string, topic: string, limit: number): Promise<readonly LogRecord[]> {
    const partitions = await this.#topics.partitionsOf(topic);
    const offsets = await this.#committed(group, topic, partitions);
    const short = partitions.filter((partition) => this.#held(group, topic, partition, offsets).length < limit);
    if (short.length > 0) {
      const wanted = new Map(short.map((partition) => [partition, offsets.get(partition)!]));
      const fetched = await untilDeadline(`read topic '${topic}'`, this.#settings, () =>
        this.#refreshingOnFailure(() => fetchPartitions(this.#cluster, topic, wanted, 1)),
      );
      for (const [partition, offset] of fetched.restarted) {
        this.#restarts.set(keyOf(group, topic, partition), { from: offsets.get(partition)!, to: offset });
        offsets.set(partition, offset);
      }
      for (const [partition, records] of fetched.records) {
        this.#readAhead.set(keyOf(group, topic, partition), { from: offsets.get(partition)!, records });
      }
    }
    return partitions.flatMap((partition) => this.#held(group, topic, partition, offsets).slice(0, limit));
  }

  /** Lets the group's commits follow a reader that found its offsets gone, and reads on from these instead. */
  async restart(group: string, topic: string, offsets: ReadonlyMap<number, number>): Promise<void> {
    const committed = await this.#committed(group, topic, [...offsets.keys()]);
    for (const [partition, to] of offsets) {
      this.#restarts.set(keyOf(group, topic, partition), { from: committed.get(partition)!, to });
    }
  }

  async commit(group: string, records: readonly LogRecord[]): Promise<void> {
    const next = new Map<string, Map<number, number>>();
    for (const { topic, partition, offset } of records) {
      const ofTopic = next.get(topic) ?? new Map<number, number>();
      ofTopic.set(partition, Math.max(ofTopic.get(partition) ?? 0, offset + 1));
      next.set(topic, ofTopic);
    }
    for (const [topic, offsets] of next) await this.#commitTopic(group, topic, offsets);
  }

  async positions(group: string, topic: string): Promise<readonly PartitionPosition[]> {
    const partitions = await this.#topics.partitionsOf(topic);
    const offsets = await this.#committed(group, topic, partitions);
    const ranges = await untilDeadline(`tell the offsets of topic '${topic}'`, this.#settings, () =>
      this.#refreshingOnFailure(() => offsetRanges(this.#cluster, topic, partitions)),
    );
    return partitions.map((partition) => {
      const { begin, end } = ranges.get(partition)!;
      return { partition, begin, next: Math.max(begin, offsets.get(partition)!), end };
    });
  }

  async #commitTopic(group: string, topic: string, offsets: ReadonlyMap<number, number>): Promise<void> {
    const committed = await this.#committed(group, topic, [...offsets.keys()]);
    const forward = [...offsets].filter(([partition, offset]) => offset > committed.get(partition)!);
    if (forward.length === 0) return;
    const partitions = forward.map(([partition, offset]) => ({ partition, offset: String(offset) }));
    await this.#ask(group, `commit offsets of group '${group}'`, (coordinator) =>
      coordinator.offsetCommit({
        groupId: group,
        // No member of the group, hence no generation of it.
        groupGenerationId: -1,
        memberId: "",
        topics: [{ topic, partitions }],
      }),
    );
  }

  /** 0 for a partition of which nothing was committed. */
  async #committed(group: string, topic: string, partitions: readonly number[]): Promise<Map<number, number>> {
    const asked = partitions.map((partition) => ({ partition, offset: "0" }));
    const { responses } = await this.#ask(group, `read offsets of group '${group}'`, (coordinator) =>
      coordinator.offsetFetch({ groupId: group, topics: [{ topic, partitions: asked }] }),
    );
    const offsets = responses.flatMap((response) => response.partitions);
    return new Map(
      offsets.map(({ partition, offset }) => {
        const restart = this.#restarts.get(keyOf(group, topic, partition));
        return [partition, restart?.from === Number(offset) ? restart.to : Math.max(0, Number(offset))];
      }),
    );
  }

  #held(group: string, topic: string, partition: number, offsets: ReadonlyMap<number, number>): readonly LogRecord[] {
    const held = this.#readAhead.get(keyOf(group, topic, partition));
    const offset = offsets.get(partition)!;
    return held === undefined || held.from > offset ? [] : held.records.filter((record) => record.offset >= offset);
  }

  async #ask<T>(group: string, what: string, request: (coordinator: Broker) => Promise<T>): Promise<T> {
    return untilDeadline(what, this.#settings, async () => {
      try {
        const known = this.#coordinators.get(group);
        const coordinator = known ?? (await this.#cluster.findGroupCoordinator({ groupId: group }));
        this.#coordinators.set(group, coordinator);
        return await request(coordinator);
      } catch (error) {
        this.#coordinators.delete(group);
        throw error;
      }
    });
  }

  /** Leaders move when brokers fail: the next attempt asks anew who they are. */
  async #refreshingOnFailure<T>(attempt: () => Promise<T>): Promise<T> {
    try {
      return await attempt();
    } catch (error) {
      await this.#cluster.refreshMetadata().catch(() => {});
      throw error;
    }
  }
}

function keyOf(group: string, topic: string, partition: number): string {
  return JSON.stringify([group, topic, partition]);
}
