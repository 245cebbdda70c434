import { setTimeout as sleep } from "node:timers/promises";
import type { FollowableLog, LogRecord } from "#shared/ports/event-log.ts";
import { kafkaEventBytes, kafkaEventText, kafkaRecordText } from "#shared/wire/kafka-event.ts";
import { backOffMs } from "./back-off.ts";
import { type Batch, Batcher } from "./batcher.ts";
import { type Fault, nextFault, type OnHostEvent } from "./host-events.ts";

/** Most that the event of one invocation may have, bytes: 6 MB, as AWS has it. */
export const EVENT_BYTES = 6 * 1024 * 1024;

/** How long one request waits for records. An idle source wakes as often. */
const WAIT_MS = 500;
/** A partition is read on once fewer bytes than this wait for a batch. */
const READ_AHEAD_BYTES = 2 * EVENT_BYTES;

/** A topic whose records trigger a function, and who reads it. */
export interface SourceSettings {
  readonly functionName: string;
  readonly topic: string;
  readonly group: string;
  readonly batchSize: number;
  readonly batchWindowMs: number;
  /** Told to the function with each event: `host:port,host:port`. */
  readonly bootstrapServers: string;
}

/** What a source needs of others. */
export interface SourcePorts {
  readonly log: FollowableLog;
  /** Hands a function its event, as JSON text. Rejects where it fails. */
  readonly invoke: (event: string) => Promise<unknown>;
  readonly onEvent: OnHostEvent;
  /** Waits before the next attempt; rejects when `signal` is aborted. */
  readonly pause?: (attempt: number, signal: AbortSignal) => Promise<void>;
}

/** How a source does. */
export interface SourceStatus {
  readonly function: string;
  readonly topic: string;
  readonly group: string;
  /** Partitions with a batch in the function's hands, or waiting for its next attempt. */
  readonly inFlight: readonly number[];
  /** Batches done, and records in them. */
  readonly batches: number;
  readonly records: number;
  /** Time in the function over all batches done, ms. */
  readonly ms: number;
  /** Attempts that failed. */
  readonly retries: number;
  /** What is failing now: the oldest where several are. */
  readonly lastError: Fault | null;
  /** ms UTC. */
  readonly lastSuccess: number | null;
}

/**
 * Triggers a function by the records of a topic, as the AWS event source does: batch by batch, each until it succeeds,
 * offsets committed after success only. Other partitions go on while a batch is tried again.
 */
export class EventSource {
  readonly #settings: SourceSettings;
  readonly #ports: SourcePorts;
  readonly #pause: NonNullable<SourcePorts["pause"]>;
  readonly #stopping = new AbortController();
  readonly #deliveries = new Set<Promise<void>>();
  /** By what fails: a batch, or the source itself where it cannot read. */
  readonly #faults = new Map<object, Fault>();
  readonly #counters = { batches: 0, records: 0, ms: 0, retries: 0 };
  /** What records are in an event, made while the function works on those before. */
  readonly #texts = new WeakMap<LogRecord, string>();
  /** Where reading goes on, by partition. */
  readonly #offsets = new Map<number, number>();
  #batcher: Batcher | null = null;
  #window: NodeJS.Timeout | undefined;
  #lastSuccess: number | null = null;
  /** Ends the wait of a reader that has read far enough ahead. */
  #onRoom: () => void = () => {};

  constructor(settings: SourceSettings, ports: SourcePorts) {
    this.#settings = settings;
    this.#ports = ports;
    this.#pause = ports.pause ?? ((attempt, signal) => sleep(backOffMs(attempt), undefined, { signal }));
  }

  /** Reads and delivers until it is stopped. */
  start(): void {
    void this.#read();
  }

  /** Takes no more records, and resolves when no batch is in flight. A batch that fails is not tried again. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    clearTimeout(this.#window);
    this.#onRoom();
    while (this.#deliveries.size > 0) await Promise.all(this.#deliveries);
  }

  status(): SourceStatus {
    const { functionName, topic, group } = this.#settings;
    const faults = [...this.#faults.values()].sort((a, b) => a.since - b.since);
    return {
      function: functionName,
      topic,
      group,
      inFlight: this.#batcher?.inFlight() ?? [],
      ...this.#counters,
      lastError: faults[0] ?? null,
      lastSuccess: this.#lastSuccess,
    };
  }

  get #stopped(): boolean {
    return this.#stopping.signal.aborted;
  }

  async #read(): Promise<void> {
    await this.#untilSuccess("find its place in the topic", this, () => this.#stand());
    while (!this.#stopped) {
      await this.#untilSuccess("read the topic", this, async (attempt) => {
        // The topic may have been made anew meanwhile, and the group's offsets with it.
        if (attempt > 1) await this.#stand();
        await this.#readOn();
      });
    }
  }

  /** Partitions of which nothing is at hand are read from the group's offset on. */
  async #stand(): Promise<void> {
    const atHand = new Set([...this.#offsets.keys()].filter((partition) => !this.#batcher!.isIdle(partition)));
    const { group, topic, batchSize, batchWindowMs } = this.#settings;
    const positions = await this.#ports.log.positions(group, topic);
    for (const { partition, next } of positions) if (!atHand.has(partition)) this.#offsets.set(partition, next);
    this.#batcher ??= new Batcher(
      positions.map(({ partition }) => partition),
      {
        batchSize,
        windowMs: batchWindowMs,
        bytes: EVENT_BYTES - this.#event([]).length,
        bytesOf: kafkaEventBytes,
      },
    );
  }

  async #readOn(): Promise<void> {
    const batcher = this.#batcher!;
    const wanted = [...this.#offsets].filter(([partition]) => batcher.waitingBytes(partition) < READ_AHEAD_BYTES);
    if (wanted.length === 0) {
      await new Promise<void>((resolve) => {
        this.#onRoom = resolve;
      });
      return;
    }
    const { group, topic } = this.#settings;
    const records = await this.#ports.log.follow(group, topic, new Map(wanted), WAIT_MS);
    if (this.#stopped) return;
    for (const { partition, offset } of records) this.#offsets.set(partition, offset + 1);
    batcher.add(records, performance.now());
    this.#dispatch();
    for (const record of records) this.#textOf(record);
  }

  /** Hands out what is due, and comes back when more will be. */
  #dispatch(): void {
    clearTimeout(this.#window);
    if (this.#stopped) return;
    const batcher = this.#batcher!;
    for (const batch of batcher.take(performance.now())) {
      const delivery = this.#deliver(batch).finally(() => this.#deliveries.delete(delivery));
      this.#deliveries.add(delivery);
    }
    const due = batcher.nextDue();
    // Timers count whole milliseconds, and may be early by a fraction of one.
    if (due !== null) this.#window = setTimeout(() => this.#dispatch(), Math.ceil(due - performance.now()) + 1);
  }

  async #deliver(batch: Batch): Promise<void> {
    const { group, functionName } = this.#settings;
    const event = this.#event(batch.records);
    const done = await this.#untilSuccess(`invoke ${functionName}`, batch, async () => {
      const start = performance.now();
      await this.#ports.invoke(event);
      this.#counters.ms += performance.now() - start;
    });
    if (!done) return;
    // Tried once more even while the source is being stopped: what is done need not be done again.
    if (!(await this.#untilSuccess("commit", batch, () => this.#ports.log.commit(group, batch.records)))) return;
    this.#counters.batches++;
    this.#counters.records += batch.records.length;
    this.#lastSuccess = Date.now();
    this.#batcher!.done(batch);
    this.#onRoom();
    this.#dispatch();
  }

  #event(records: Batch["records"]): string {
    return kafkaEventText(this.#settings.bootstrapServers, records, (record) => this.#textOf(record));
  }

  #textOf(record: LogRecord): string {
    const text = this.#texts.get(record) ?? kafkaRecordText(record);
    this.#texts.set(record, text);
    return text;
  }

  /**
   * Attempts once, and again with growing pauses until it succeeds; false where it did not before the source was
   * stopped. `what` is told to the user, and `fails` names what fails in the status.
   */
  async #untilSuccess(what: string, fails: object, attempt: (number: number) => Promise<void>): Promise<boolean> {
    for (let number = 1; ; number++) {
      try {
        await attempt(number);
        this.#faults.delete(fails);
        return true;
      } catch (error) {
        if (this.#stopped) return false;
        this.#failed(what, fails, error);
      }
      await this.#pause(number, this.#stopping.signal).catch(() => {});
      if (this.#stopped) return false;
    }
  }

  #failed(what: string, fails: object, error: unknown): void {
    const { functionName: name, topic } = this.#settings;
    const fault = nextFault(this.#faults.get(fails) ?? null, error);
    this.#faults.set(fails, fault);
    this.#counters.retries++;
    this.#ports.onEvent({ kind: "failure", name, what: `${what}, topic ${topic}`, message: fault.message });
  }
}
