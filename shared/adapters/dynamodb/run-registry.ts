import {
  type AttributeValue,
  BatchGetItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  paginateScan,
  TransactWriteItemsCommand,
} from "@aws-sdk/client-dynamodb";
import { fitsKey } from "#shared/ports/key-limit.ts";
import type { RunRecord, RunRegistry } from "#shared/ports/run-registry.ts";
import { asking } from "./faults.ts";

type Item = Record<string, AttributeValue>;

/** Most items of one transaction, and of one reading. */
const ITEMS_OF_REQUEST = 100;

/** Runs as items of one table (`RUN_KEY`), each with its record as JSON. */
export class DynamodbRunRegistry implements RunRegistry {
  readonly #client: DynamoDBClient;
  readonly #table: string;

  constructor(client: DynamoDBClient, table: string) {
    this.#client = client;
    this.#table = table;
  }

  async put(record: RunRecord): Promise<void> {
    await asking(this.#table, () =>
      this.#client.send(new PutItemCommand({ TableName: this.#table, Item: itemOf(record) })),
    );
  }

  /** All or none of each 100, in their order: DynamoDB's transactions hold no more. Repeating it mends what broke off. */
  async putAll(records: readonly RunRecord[]): Promise<void> {
    for (const some of chunks([...new Map(records.map((record) => [record.run, record])).values()])) {
      const puts = some.map((record) => ({ Put: { TableName: this.#table, Item: itemOf(record) } }));
      await asking(this.#table, () => this.#client.send(new TransactWriteItemsCommand({ TransactItems: puts })));
    }
  }

  async get(run: string): Promise<RunRecord | null> {
    if (!fitsKey(run)) return null;
    const { Item } = await asking(this.#table, () =>
      this.#client.send(new GetItemCommand({ TableName: this.#table, Key: { run: { S: run } }, ConsistentRead: true })),
    );
    return Item === undefined ? null : recordOf(Item);
  }

  async getAll(runs: readonly string[]): Promise<readonly RunRecord[]> {
    const records: RunRecord[] = [];
    for (const some of chunks([...new Set(runs)].filter(fitsKey))) {
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
    return (await this.list()).filter(({ status }) => status === "running");
  }

  async list(): Promise<readonly RunRecord[]> {
    return asking(this.#table, async () => {
      const records: RunRecord[] = [];
      const scan = { TableName: this.#table, ConsistentRead: true };
      for await (const { Items } of paginateScan({ client: this.#client }, scan)) {
        records.push(...(Items ?? []).map(recordOf));
      }
      return records.sort((a, b) => b.created - a.created);
    });
  }
}

function itemOf(record: RunRecord): Item {
  return { run: { S: record.run }, record: { S: JSON.stringify(record) } };
}

function recordOf(item: Item): RunRecord {
  return JSON.parse(item["record"]!.S!) as RunRecord;
}

function* chunks<T>(all: readonly T[]): Generator<readonly T[]> {
  for (let i = 0; i < all.length; i += ITEMS_OF_REQUEST) yield all.slice(i, i + ITEMS_OF_REQUEST);
}
