import type { EventLog, LogRecord, OutgoingRecord, PartitionPosition } from "#shared/ports/event-log.ts";

/** A log that connects when it is first used: most commands never do. */
export class LazyEventLog implements EventLog {
  readonly #open: () => Promise<EventLog & { close(): Promise<void> }>;
  #opened: Promise<EventLog & { close(): Promise<void> }> | null = null;

  constructor(open: () => Promise<EventLog & { close(): Promise<void> }>) {
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

  async close(): Promise<void> {
    const opened = this.#opened;
    this.#opened = null;
    // One that never connected has nothing to end.
    await opened?.then((log) => log.close()).catch(() => {});
  }

  #log(): Promise<EventLog & { close(): Promise<void> }> {
    this.#opened ??= this.#open().catch((error: unknown) => {
      this.#opened = null;
      throw error;
    });
    return this.#opened;
  }
}
