import {
  CreateTableCommand,
  DescribeTableCommand,
  type DynamoDBClient,
  type KeySchemaElement,
  waitUntilTableExists,
} from "@aws-sdk/client-dynamodb";
import { InputError } from "#shared/market/input-error.ts";
import { asking } from "./faults.ts";

/** Names of a table's key attributes, all of them strings. */
export interface TableKey {
  readonly partition: string;
  readonly sort: string | null;
}

/** Of the table that `DynamodbCheckpointStore` uses. */
export const CHECKPOINT_KEY: TableKey = { partition: "group", sort: "item" };
/** Of the table that `DynamodbRunRegistry` uses. */
export const RUN_KEY: TableKey = { partition: "run", sort: null };

/**
 * Makes a table, paid by request, unless it exists, and resolves when it can be used. Throws InputError where it exists
 * with another key.
 */
export async function createTable(client: DynamoDBClient, table: string, key: TableKey): Promise<void> {
  const names = key.sort === null ? [key.partition] : [key.partition, key.sort];
  const schema = names.map<KeySchemaElement>((name, i) => ({
    AttributeName: name,
    KeyType: i === 0 ? "HASH" : "RANGE",
  }));
  await asking(table, async () => {
    try {
      await client.send(
        new CreateTableCommand({
          TableName: table,
          BillingMode: "PAY_PER_REQUEST",
          AttributeDefinitions: names.map((name) => ({ AttributeName: name, AttributeType: "S" })),
          KeySchema: schema,
        }),
      );
    } catch (error) {
      if ((error as Error).name !== "ResourceInUseException") throw error;
    }
    await waitUntilTableExists({ client, maxWaitTime: 60, minDelay: 1 }, { TableName: table });
    const { Table } = await client.send(new DescribeTableCommand({ TableName: table }));
    const held = Table?.KeySchema?.map(({ AttributeName }) => AttributeName).join(", ");
    if (held === names.join(", ")) return;
    throw new InputError(
      "conflict",
      `DynamoDB's table '${table}' has the key ${held} and not ${names.join(", ")}: choose another table.`,
    );
  });
}
