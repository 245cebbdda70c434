import { describeAwsFault } from "#shared/wire/aws-faults.ts";

/** Sends a request to a table. Throws InputError where the table, the server or the permission is missing. */
export async function asking<T>(table: string, request: () => Promise<T>): Promise<T> {
  try {
    return await request();
  } catch (error) {
    throw describeAwsFault({ service: "DynamoDB", what: `table '${table}'` }, error);
  }
}
