import type { FollowableLog, LogRecord, OutgoingRecord, PartitionPosition } from "#shared/ports/event-log.ts";

interface OpenLog extends FollowableLog {
  close(): Promise<void>;
}

/** A log that connects when it is first used: most commands never do. */
export class LazyEventLog implements FollowableLog {
  readonly #open: () => Promise<OpenLog>;
  #opened: Promise<OpenLog> | null = null;

  constructor(open: () => Promise<OpenLog>) {
    this.#open = open;
  }

  async publish(topic: string, records: readonly OutgoingRecord[]): Promise<void> {
    await (await this.#log()).publish(topic, records);
  }

  async poll(group: string, topic: string, limit: number): Promise<readonly LogRecord[]> {
    return (await this.#log()).poll(group, topic, limit);
  }

  async commit(group: string, records: readonly LogRecord[]): Promise<void> {
    await (await this.#log()).commit(group, records);
  }

  async positions(group: string, topic: string): Promise<readonly PartitionPosition[]> {
    return (await this.#log()).positions(group, topic);
  }

  async follow(
    group: string,
    topic: string,
    offsets: ReadonlyMap<number, number>,
    waitMs: number,
  ): Promise<readonly LogRecord[]> {
    return (await this.#log()).follow(group, topic, offsets, waitMs);
  }

  async close(): Promise<void> {
    const opened = this.#opened;
    this.#opened = null;
    // One that never connected has nothing to end.
    await opened?.then((log) => log.close()).catch(() => {});
  }

  #log(): Promise<OpenLog> {
    this.#opened ??= this.#open().catch((error: unknown) => {
      this.#opened = null;
      throw error;
    });
    return this.#opened;
  }
}
