import { randomUUID } from "node:crypto";
import { type Fault, nextFault, type OnHostEvent } from "./host-events.ts";

/** How a schedule does. */
export interface ScheduleStatus {
  readonly function: string;
  readonly everyMs: number;
  readonly running: boolean;
  /** Turns that succeeded. */
  readonly turns: number;
  readonly lastError: Fault | null;
  /** ms UTC. */
  readonly lastSuccess: number | null;
}

/** Triggers a function by time: at its start, then at each turn at which the turn before is over. */
export class Schedule {
  readonly #name: string;
  readonly #everyMs: number;
  readonly #invoke: (event: string) => Promise<unknown>;
  readonly #onEvent: OnHostEvent;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | null = null;
  #turns = 0;
  #lastError: Fault | null = null;
  #lastSuccess: number | null = null;

  constructor(name: string, everyMs: number, invoke: (event: string) => Promise<unknown>, onEvent: OnHostEvent) {
    this.#name = name;
    this.#everyMs = everyMs;
    this.#invoke = invoke;
    this.#onEvent = onEvent;
  }

  start(): void {
    this.#timer = setInterval(() => this.#turn(), this.#everyMs);
    this.#turn();
  }

  /** Begins no more turns, and resolves when none runs. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#running;
  }

  status(): ScheduleStatus {
    return {
      function: this.#name,
      everyMs: this.#everyMs,
      running: this.#running !== null,
      turns: this.#turns,
      lastError: this.#lastError,
      lastSuccess: this.#lastSuccess,
    };
  }

  #turn(): void {
    this.#running ??= this.#run().finally(() => {
      this.#running = null;
    });
  }

  async #run(): Promise<void> {
    try {
      await this.#invoke(JSON.stringify(scheduledEvent(this.#name)));
      this.#turns++;
      this.#lastError = null;
      this.#lastSuccess = Date.now();
    } catch (error) {
      this.#lastError = nextFault(this.#lastError, error);
      const what = "run at its time, which waits for the next";
      this.#onEvent({ kind: "failure", name: this.#name, what, message: this.#lastError.message });
    }
  }
}

/** As EventBridge Scheduler gives it to a function that has no input of its own. */
function scheduledEvent(name: string): object {
  return {
    version: "0",
    id: randomUUID(),
    "detail-type": "Scheduled Event",
    source: "aws.scheduler",
    account: "000000000000",
    time: new Date().toISOString().replace(/\.\d+Z$/, "Z"),
    region: "us-east-1",
    resources: [`arn:aws:scheduler:us-east-1:000000000000:schedule/default/${name}`],
    detail: "{}",
  };
}
