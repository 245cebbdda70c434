import { setTimeout as sleep } from "node:timers/promises";
import {
  type AttributeValue,
  BatchGetItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  paginateScan,
  TransactionCanceledException,
  type TransactWriteItem,
  TransactWriteItemsCommand,
} from "@aws-sdk/client-dynamodb";
import type { LiveRunRegistry, RunRecord } from "#shared/ports/run-registry.ts";
import { fitsKey } from "#shared/wire/key-limit.ts";
import { latestRecords } from "#shared/wire/latest-records.ts";
import { asking } from "./faults.ts";

type Item = Record<string, AttributeValue>;

/** Most records of one transaction, which takes 100 items: the last is the list of those that run. */
const RECORDS_OF_TRANSACTION = 99;
/** Most items of one reading. */
const ITEMS_OF_READING = 100;

/** Key of the item that names the runs that are running, so that nobody reads all runs to find them. */
const RUNNING = "#running";

/** Longest pause before a transaction that met another is tried again, ms. */
const LONGEST_PAUSE = 1_000;

/** A condition on what is held of a run. */
interface Condition {
  readonly ConditionExpression: string;
  readonly ExpressionAttributeNames: Record<string, string>;
  readonly ExpressionAttributeValues: Item;
}

/** Runs as items of one table (`RUN_KEY`), each with its record as JSON. */
export class DynamodbRunRegistry implements LiveRunRegistry {
  readonly #client: DynamoDBClient;
  readonly #table: string;

  constructor(client: DynamoDBClient, table: string) {
    this.#client = client;
    this.#table = table;
  }

  async put(record: RunRecord): Promise<void> {
    await this.#write([record], unlessLater);
  }

  /** All or none of each 99, in their order: DynamoDB's transactions hold no more. Repeating it mends what broke off. */
  async putAll(records: readonly RunRecord[]): Promise<void> {
    for (const some of chunks(latestRecords(records), RECORDS_OF_TRANSACTION)) await this.#write(some, unlessLater);
  }

  async replace(record: RunRecord): Promise<boolean> {
    return (await this.#write([record], ifNext)) === 1;
  }

  async get(run: string): Promise<RunRecord | null> {
    if (!mayBeRun(run)) return null;
    const { Item } = await this.#read(run);
    return Item === undefined ? null : recordOf(Item);
  }

  async getAll(runs: readonly string[]): Promise<readonly RunRecord[]> {
    const records: RunRecord[] = [];
    for (const some of chunks([...new Set(runs)].filter(mayBeRun), ITEMS_OF_READING)) {
      let keys: Item[] = some.map((run) => ({ run: { S: run } }));
      while (keys.length > 0) {
        const request = { RequestItems: { [this.#table]: { Keys: keys, ConsistentRead: true } } };
        const answer = await asking(this.#table, () => this.#client.send(new BatchGetItemCommand(request)));
        records.push(...(answer.Responses?.[this.#table] ?? []).map(recordOf));
        // What did not fit into one answer.
        keys = answer.UnprocessedKeys?.[this.#table]?.Keys ?? [];
      }
    }
    return records;
  }

  async running(): Promise<readonly RunRecord[]> {
    let { Item } = await this.#read(RUNNING);
    if (Item === undefined) {
      await this.#listRunning();
      ({ Item } = await this.#read(RUNNING));
    }
    const records = await this.getAll(Object.keys(Item!["runs"]!.M!));
    return newestFirst(records.filter(({ status }) => status === "running"));
  }

  async list(): Promise<readonly RunRecord[]> {
    return asking(this.#table, async () => {
      const records: RunRecord[] = [];
      const scan = { TableName: this.#table, ConsistentRead: true };
      for await (const { Items } of paginateScan({ client: this.#client }, scan)) {
        records.push(...(Items ?? []).filter((item) => item["record"] !== undefined).map(recordOf));
      }
      return newestFirst(records);
    });
  }

  #read(run: string) {
    const request = { TableName: this.#table, Key: { run: { S: run } }, ConsistentRead: true };
    return asking(this.#table, () => this.#client.send(new GetItemCommand(request)));
  }

  /**
   * Writes records under a condition on each, all in one transaction with the list of those that run. Leaves out those
   * whose condition does not hold; resolves to how many were written.
   */
  async #write(records: readonly RunRecord[], condition: (record: RunRecord) => Condition): Promise<number> {
    let left = records;
    for (let pause = 10; left.length > 0; ) {
      const puts = left.map((record) => ({
        Put: { TableName: this.#table, Item: itemOf(record), ...condition(record) },
      }));
      const refused = await this.#transact([...puts, this.#runningOf(left)]);
      if (refused === null) break;
      if (refused[left.length] === "ConditionalCheckFailed") await this.#listRunning();
      left = left.filter((_, i) => refused[i] !== "ConditionalCheckFailed");
      if (!refused.includes("ConditionalCheckFailed")) {
        // It met another transaction, as on the list of those that run.
        await sleep(pause * (0.5 + Math.random() / 2));
        pause = Math.min(pause * 2, LONGEST_PAUSE);
      }
    }
    return left.length;
  }

  /** Null where all was written, else why each item was not. Throws what no repeat mends. */
  async #transact(items: TransactWriteItem[]): Promise<readonly (string | undefined)[] | null> {
    return asking(this.#table, async () => {
      try {
        await this.#client.send(new TransactWriteItemsCommand({ TransactItems: items }));
        return null;
      } catch (error) {
        if (!(error instanceof TransactionCanceledException)) throw error;
        const codes = (error.CancellationReasons ?? []).map(({ Code }) => Code);
        const passing = new Set(["None", "ConditionalCheckFailed", "TransactionConflict"]);
        if (codes.length === 0 || codes.some((code) => code !== undefined && !passing.has(code))) throw error;
        return codes;
      }
    });
  }

  /** What brings the list of those that run up to these records. */
  #runningOf(records: readonly RunRecord[]): TransactWriteItem {
    const names = Object.fromEntries(records.map(({ run }, i) => [`#r${i}`, run]));
    const places = (isRunning: boolean): string[] =>
      records.flatMap(({ status }, i) => ((status === "running") === isRunning ? [`#runs.#r${i}`] : []));
    const [added, removed] = [places(true), places(false)];
    const set = added.length === 0 ? "" : `SET ${added.map((place) => `${place} = :yes`).join(", ")}`;
    const remove = removed.length === 0 ? "" : `REMOVE ${removed.join(", ")}`;
    return {
      Update: {
        TableName: this.#table,
        Key: { run: { S: RUNNING } },
        UpdateExpression: `${set} ${remove}`,
        ConditionExpression: "attribute_exists(#runs)",
        ExpressionAttributeNames: { "#runs": "runs", ...names },
        ...(added.length === 0 ? null : { ExpressionAttributeValues: { ":yes": { BOOL: true } } }),
      },
    };
  }

  /** Makes the list of those that run, unless it is there: nobody writes a record without it. */
  async #listRunning(): Promise<void> {
    const running = (await this.list()).filter(({ status }) => status === "running");
    const runs = Object.fromEntries(running.map(({ run }) => [run, { BOOL: true }]));
    const put = new PutItemCommand({
      TableName: this.#table,
      Item: { run: { S: RUNNING }, runs: { M: runs } },
      ConditionExpression: "attribute_not_exists(#run)",
      ExpressionAttributeNames: { "#run": "run" },
    });
    await asking(this.#table, async () => {
      try {
        await this.#client.send(put);
      } catch (error) {
        if ((error as Error).name !== "ConditionalCheckFailedException") throw error;
      }
    });
  }
}

/** Whether a run can have this id. */
function mayBeRun(run: string): boolean {
  return run !== RUNNING && fitsKey(run);
}

/** No later version is held. */
function unlessLater({ version }: RunRecord): Condition {
  return conditionOf("attribute_not_exists(#version) OR #version <= :version", version);
}

/** The version before this one is held. */
function ifNext({ version }: RunRecord): Condition {
  return conditionOf("#version = :version", version - 1);
}

function conditionOf(expression: string, version: number): Condition {
  return {
    ConditionExpression: expression,
    ExpressionAttributeNames: { "#version": "version" },
    ExpressionAttributeValues: { ":version": { N: String(version) } },
  };
}

function itemOf(record: RunRecord): Item {
  return {
    run: { S: record.run },
    version: { N: String(record.version) },
    record: { S: JSON.stringify(record) },
  };
}

function recordOf(item: Item): RunRecord {
  return JSON.parse(item["record"]!.S!) as RunRecord;
}

function newestFirst(records: readonly RunRecord[]): RunRecord[] {
  return [...records].sort((a, b) => b.created - a.created);
}

function* chunks<T>(all: readonly T[], size: number): Generator<readonly T[]> {
  for (let i = 0; i < all.length; i += size) yield all.slice(i, i + size);
}
