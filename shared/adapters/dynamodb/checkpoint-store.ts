import { createHash, randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import {
  type AttributeValue,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  paginateQuery,
  TransactWriteItemsCommand,
} from "@aws-sdk/client-dynamodb";
import type { Checkpoint, CheckpointStore, FenceEntry, StoredCheckpoint } from "#shared/ports/checkpoint-store.ts";
import type { LargeStateStore } from "#shared/ports/large-state-store.ts";
import { checkKey } from "#shared/wire/key-limit.ts";
import { asking } from "./faults.ts";

type Item = Record<string, AttributeValue>;

/** Largest state that its item holds, bytes: DynamoDB takes 400 kB with all names and the fence. */
const LARGEST_INLINE = 350_000;
/** Transactions on one item at the same moment cancel each other. */
const CONFLICT_ATTEMPTS = 20;
const CONFLICT_WAIT_MS = 20;

/**
 * Checkpoints as items of one table (`CHECKPOINT_KEY`): one a stage and key, in a partition of its own, and one a stage
 * and key in the stage's list. A large state is kept under a key of its version and content before an item points at
 * it, and removed after the next one does; what a crash in between leaves is never read.
 */
export class DynamodbCheckpointStore implements CheckpointStore {
  readonly #client: DynamoDBClient;
  readonly #table: string;
  readonly #largeStates: LargeStateStore;
  /** Key of the large state of what was last loaded or committed, by stage and key. */
  readonly #lastLarge = new Map<string, string>();

  constructor(client: DynamoDBClient, table: string, largeStates: LargeStateStore) {
    this.#client = client;
    this.#table = table;
    this.#largeStates = largeStates;
  }

  async load(stage: string, key: string): Promise<StoredCheckpoint | null> {
    checkKey(key);
    for (let missing = ""; ; ) {
      const item = await this.#get(stage, key);
      if (item === undefined) return null;
      const large = item["largeState"]?.S;
      const state = large === undefined ? item["state"]!.B! : await this.#largeStates.get(large);
      if (state !== null) {
        if (large !== undefined) this.#lastLarge.set(groupOf(stage, key), large);
        return {
          version: Number(item["version"]!.N),
          schema: Number(item["schema"]!.N),
          state,
          fence: JSON.parse(item["fence"]!.S!) as FenceEntry[],
        };
      }
      // Removed since by a faster commit, whose item points elsewhere; or lost.
      if (large === missing) {
        throw new Error(
          `The state of ${stage} for '${key}' is lost: the large-state store has nothing under '${large}'`,
        );
      }
      missing = large!;
    }
  }

  async commit(stage: string, key: string, expectedVersion: number, checkpoint: Checkpoint): Promise<boolean> {
    checkKey(key);
    const version = expectedVersion + 1;
    const group = groupOf(stage, key);
    const large = checkpoint.state.length > LARGEST_INLINE ? largeKeyOf(group, version, checkpoint.state) : null;
    if (large !== null) await this.#largeStates.put(large, checkpoint.state);
    const item: Item = {
      group: { S: group },
      item: { S: "checkpoint" },
      version: { N: String(version) },
      // Tells a repeated request, whose first answer was lost, from that of another who was faster.
      commit: { S: randomUUID() },
      schema: { N: String(checkpoint.schema) },
      fence: { S: JSON.stringify(checkpoint.fence) },
      ...(large === null ? { state: { B: checkpoint.state } } : { largeState: { S: large } }),
    };
    const won = await asking(this.#table, () =>
      expectedVersion === 0 ? this.#putFirst(item, stage, key) : this.#putNext(item, expectedVersion),
    );
    if (won) await this.#forgetLarge(group, large);
    return won;
  }

  async keys(stage: string): Promise<readonly string[]> {
    const query = {
      TableName: this.#table,
      ConsistentRead: true,
      KeyConditionExpression: "#group = :stage",
      ExpressionAttributeNames: { "#group": "group" },
      ExpressionAttributeValues: { ":stage": { S: listOf(stage) } },
    };
    return asking(this.#table, async () => {
      const keys: string[] = [];
      for await (const { Items } of paginateQuery({ client: this.#client }, query)) {
        for (const item of Items ?? []) keys.push(item["item"]!.S!);
      }
      return keys.sort();
    });
  }

  async remove(stage: string, key: string): Promise<void> {
    const large = (await this.#get(stage, key))?.["largeState"]?.S;
    const keys = [
      { group: { S: groupOf(stage, key) }, item: { S: "checkpoint" } },
      { group: { S: listOf(stage) }, item: { S: key } },
    ];
    const deletes = keys.map((Key) => ({ Delete: { TableName: this.#table, Key } }));
    await asking(this.#table, () => this.#client.send(new TransactWriteItemsCommand({ TransactItems: deletes })));
    if (large !== undefined) await this.#largeStates.remove(large);
    this.#lastLarge.delete(groupOf(stage, key));
  }

  async #get(stage: string, key: string): Promise<Item | undefined> {
    const Key = { group: { S: groupOf(stage, key) }, item: { S: "checkpoint" } };
    const { Item } = await asking(this.#table, () =>
      this.#client.send(new GetItemCommand({ TableName: this.#table, Key, ConsistentRead: true })),
    );
    return Item;
  }

  async #putNext(item: Item, expectedVersion: number): Promise<boolean> {
    try {
      await this.#client.send(
        new PutItemCommand({
          TableName: this.#table,
          Item: item,
          ConditionExpression: "version = :expected",
          ExpressionAttributeValues: { ":expected": { N: String(expectedVersion) } },
          ReturnValuesOnConditionCheckFailure: "ALL_OLD",
        }),
      );
      return true;
    } catch (error) {
      const { name, Item } = error as Error & { Item?: Item };
      if (name !== "ConditionalCheckFailedException") throw error;
      return Item?.["commit"]?.S === item["commit"]!.S;
    }
  }

  /** The first commit enters the key into the stage's list as well. The client repeats it under one token. */
  async #putFirst(item: Item, stage: string, key: string): Promise<boolean> {
    const entry: Item = { group: { S: listOf(stage) }, item: { S: key } };
    const first = {
      TableName: this.#table,
      Item: item,
      ConditionExpression: "attribute_not_exists(#group)",
      ExpressionAttributeNames: { "#group": "group" },
    };
    const request = { TransactItems: [{ Put: first }, { Put: { TableName: this.#table, Item: entry } }] };
    for (let attempt = 1; ; attempt++) {
      try {
        await this.#client.send(new TransactWriteItemsCommand(request));
        return true;
      } catch (error) {
        const reasons = (error as { CancellationReasons?: { Code?: string }[] }).CancellationReasons ?? [];
        if (reasons.some(({ Code }) => Code === "ConditionalCheckFailed")) return false;
        const inConflict = reasons.some(({ Code }) => Code === "TransactionConflict");
        if (!inConflict || attempt === CONFLICT_ATTEMPTS) throw error;
        await sleep(CONFLICT_WAIT_MS * attempt);
      }
    }
  }

  async #forgetLarge(group: string, current: string | null): Promise<void> {
    const last = this.#lastLarge.get(group);
    if (current === null) this.#lastLarge.delete(group);
    else this.#lastLarge.set(group, current);
    if (last !== undefined && last !== current) await this.#largeStates.remove(last);
  }
}

function groupOf(stage: string, key: string): string {
  return JSON.stringify([stage, key]);
}

function listOf(stage: string): string {
  return JSON.stringify([stage]);
}

/** Holds the content's hash, so that of two who commit the same version neither replaces the other's state. */
function largeKeyOf(group: string, version: number, state: Uint8Array): string {
  return JSON.stringify([
    ...(JSON.parse(group) as string[]),
    version,
    createHash("sha256").update(state).digest("hex"),
  ]);
}
