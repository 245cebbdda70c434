import { DynamoDBClient } from "@aws-sdk/client-dynamodb";

/** Where DynamoDB is and who asks. */
export interface DynamodbSettings {
  readonly region: string;
  /** Of another server than AWS's own; null: the region's. */
  readonly endpoint: string | null;
  /** Null: as AWS's tools find them, by role or environment. */
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string } | null;
}

const CONNECT_MS = 3_000;
const REQUEST_MS = 10_000;
/** Throttled, interrupted and refused requests are tried this often, with growing pauses. */
const ATTEMPTS = 4;

/** A client whose calls end within a minute, answered or not. */
export function clientOf({ region, endpoint, credentials }: DynamodbSettings): DynamoDBClient {
  return new DynamoDBClient({
    region,
    ...(endpoint === null ? {} : { endpoint }),
    ...(credentials === null ? {} : { credentials }),
    maxAttempts: ATTEMPTS,
    requestHandler: { connectionTimeout: CONNECT_MS, requestTimeout: REQUEST_MS, throwOnRequestTimeout: true },
  });
}
