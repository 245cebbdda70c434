import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { type AttributeValue, DeleteItemCommand, type DynamoDBClient, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { InputError } from "#shared/market/input-error.ts";
import type { Lease, Leases } from "#shared/ports/leases.ts";
import { asking } from "./faults.ts";

type Item = Record<string, AttributeValue>;

/** A holder that was not heard of for so long is taken for dead, ms. */
const DURATION_MS = 20_000;
const BEATS = 5;
const ASK_AGAIN_MS = 200;

/**
 * Leases as items of the checkpoints' table. A holder writes a new beat every few seconds; who waits takes the lease once
 * the beat has stood still for the lease's duration by its own clock, so that no two clocks are ever compared.
 */
export class DynamodbLeases implements Leases {
  readonly #client: DynamoDBClient;
  readonly #table: string;
  readonly #durationMs: number;

  /** `durationMs` must be the same for all that share the table. */
  constructor(client: DynamoDBClient, table: string, durationMs = DURATION_MS) {
    this.#client = client;
    this.#table = table;
    this.#durationMs = durationMs;
  }

  async withLease<T>(name: string, work: (lease: Lease) => Promise<T>): Promise<T> {
    const holder = randomUUID();
    let taken: number | null = null;
    while (taken === null) taken = await this.#acquire(name, holder);
    return this.#hold(name, holder, taken, work);
  }

  async tryLease(name: string, work: (lease: Lease) => Promise<void>): Promise<boolean> {
    const holder = randomUUID();
    const taken = await this.#acquire(name, holder);
    if (taken === null) return false;
    await this.#hold(name, holder, taken, work);
    return true;
  }

  /** `taken`: when the first beat was sent. */
  async #hold<T>(name: string, holder: string, taken: number, work: (lease: Lease) => Promise<T>): Promise<T> {
    const lease = new HeldLease(name, this.#durationMs, taken);
    const over = new AbortController();
    const beating = this.#beat(name, holder, lease, over.signal);
    const settle = async (): Promise<boolean> => {
      const isInTime = lease.isInTime;
      over.abort();
      return (await beating) && (await this.#release(name, holder)) && isInTime;
    };
    let result: T;
    try {
      result = await work(lease);
    } catch (cause) {
      throw (await settle()) ? cause : lease.lost(cause);
    }
    if (await settle()) return result;
    throw lease.lost();
  }

  /**
   * Waits until the lease is free, or its holder is known to live by another beat. Resolves to when the first beat of
   * `holder` was sent, or null.
   */
  async #acquire(name: string, holder: string): Promise<number | null> {
    let seen: string | null = null;
    let since = 0;
    for (;;) {
      const sent = performance.now();
      const isExpired = seen !== null && sent - since >= this.#durationMs;
      const held = await this.#put(name, holder, isExpired ? seen : null);
      if (held === null) return sent;
      if (seen !== null && held !== seen) return null;
      if (seen === null) since = performance.now();
      seen = held;
      await sleep(ASK_AGAIN_MS);
    }
  }

  /** Resolves to whether the lease was kept until `over`. */
  async #beat(name: string, holder: string, lease: HeldLease, over: AbortSignal): Promise<boolean> {
    for (;;) {
      await sleep(this.#durationMs / BEATS, undefined, { signal: over }).catch(() => {});
      if (over.aborted) return true;
      const sent = performance.now();
      try {
        await this.#client.send(
          new PutItemCommand({
            TableName: this.#table,
            Item: itemOf(name, holder),
            ConditionExpression: "holder = :holder",
            ExpressionAttributeValues: { ":holder": { S: holder } },
          }),
        );
        lease.beatSent = sent;
      } catch (error) {
        if ((error as Error).name === "ConditionalCheckFailedException") {
          lease.beatSent = Number.NEGATIVE_INFINITY;
          return false;
        }
        // The server is away: the next beat tells whether another took the lease since.
      }
    }
  }

  /** Takes the lease if it is free, or its beat is still `expired`. Resolves to the beat of its holder; null once taken. */
  async #put(name: string, holder: string, expired: string | null): Promise<string | null> {
    const condition =
      expired === null
        ? { ConditionExpression: "attribute_not_exists(#group)" }
        : {
            ConditionExpression: "attribute_not_exists(#group) OR beat = :expired",
            ExpressionAttributeValues: { ":expired": { S: expired } },
          };
    return asking(this.#table, async () => {
      try {
        await this.#client.send(
          new PutItemCommand({
            TableName: this.#table,
            Item: itemOf(name, holder),
            ...condition,
            ExpressionAttributeNames: { "#group": "group" },
            ReturnValuesOnConditionCheckFailure: "ALL_OLD",
          }),
        );
        return null;
      } catch (error) {
        const { name: kind, Item: held } = error as Error & { Item?: Item };
        if (kind !== "ConditionalCheckFailedException" || held === undefined) throw error;
        // A repeated request whose first answer was lost.
        return held["holder"]!.S === holder ? null : held["beat"]!.S!;
      }
    });
  }

  /** Resolves to whether the lease was still held. One that cannot be given back expires. */
  async #release(name: string, holder: string): Promise<boolean> {
    try {
      await this.#client.send(
        new DeleteItemCommand({
          TableName: this.#table,
          Key: keyOf(name),
          ConditionExpression: "attribute_not_exists(holder) OR holder = :holder",
          ExpressionAttributeValues: { ":holder": { S: holder } },
        }),
      );
      return true;
    } catch (error) {
      return (error as Error).name !== "ConditionalCheckFailedException";
    }
  }
}

class HeldLease implements Lease {
  readonly #name: string;
  readonly #durationMs: number;
  /** When the last beat that the server took was sent; −Infinity once another holds the lease. */
  beatSent: number;

  constructor(name: string, durationMs: number, beatSent: number) {
    this.#name = name;
    this.#durationMs = durationMs;
    this.beatSent = beatSent;
  }

  /** Whether no other can have taken the lease: who waits counts from when it has seen a beat, after it was sent. */
  get isInTime(): boolean {
    return performance.now() - this.beatSent < this.#durationMs;
  }

  check(): void {
    if (!this.isInTime) throw this.lost();
  }

  lost(cause?: unknown): InputError {
    return new InputError(
      "conflict",
      `the lease of ${this.#name} may have been taken by another process, as this one stood still, or DynamoDB did not ` +
        `answer it, for more than ${this.#durationMs / 1_000} s: run it again`,
      { cause },
    );
  }
}

function keyOf(name: string): Item {
  return { group: { S: JSON.stringify(["lease", name]) }, item: { S: "lease" } };
}

function itemOf(name: string, holder: string): Item {
  return { ...keyOf(name), holder: { S: holder }, beat: { S: randomUUID() } };
}
