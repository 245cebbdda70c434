/** Where an AWS service is asked. */
export interface AwsConnection {
  readonly region: string;
  /** Of another server than AWS's own; null: the region's. */
  readonly endpoint: string | null;
}

const CONNECT_MS = 3_000;
const REQUEST_MS = 10_000;
/** Throttled, interrupted and refused requests are tried this often, with growing pauses. */
const ATTEMPTS = 4;

/** Settings of a client whose calls end within a minute, answered or not. Credentials are those of the process. */
export function clientSettings({ region, endpoint }: AwsConnection) {
  return {
    region,
    ...(endpoint === null ? {} : { endpoint }),
    maxAttempts: ATTEMPTS,
    requestHandler: { connectionTimeout: CONNECT_MS, requestTimeout: REQUEST_MS, throwOnRequestTimeout: true },
  };
}
