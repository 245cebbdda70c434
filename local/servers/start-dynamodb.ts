import { mkdir } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { artefacts } from "./artefacts.ts";
import { requireJava } from "./java.ts";
import { passwordOf } from "./password.ts";
import { portsOf } from "./ports-of.ts";
import { type ServerProcess, startServer } from "./server-process.ts";

/** How clients reach DynamoDB Local. It checks that requests are signed, not by whom. */
export interface DynamodbAccess {
  readonly endpoint: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

export interface DynamodbServer extends DynamodbAccess, ServerProcess {}

/**
 * Starts DynamoDB Local 3.1.0 on 127.0.0.1 with its tables, keys and log in `folder` (made if missing). A restart on
 * the same folder keeps tables, keys and port. Throws InputError where Java, Maven or the port is missing, Error where
 * the server does not start.
 */
export async function startDynamodb(folder: string, port?: number): Promise<DynamodbServer> {
  const [{ java }, { dynamodb, dynamodbLoopback }] = [await requireJava(), await artefacts()];
  const ports = await portsOf(folder, ["http"], port === undefined ? undefined : { http: port });
  const endpoint = `http://127.0.0.1:${ports.http}`;
  const data = join(folder, "data");
  await mkdir(data, { recursive: true });
  const server = await startServer({
    name: "DynamoDB Local",
    file: java,
    args: [
      ...["-Xmx128m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", `-Dsqlite4java.library.path=${dynamodb}`],
      ...["-cp", [dynamodbLoopback, join(dynamodb, "*")].join(delimiter), "DynamoDbLoopback", String(ports.http), data],
    ],
    environment: {},
    logFile: join(folder, "dynamodb.log"),
    healthy: () => listsTables(endpoint),
  });
  // An access key id may hold letters and digits alone.
  return { ...server, endpoint, region: "local", accessKeyId: "app", secretAccessKey: await passwordOf(folder) };
}

/** Asks for the tables, with a signature that has the right shape: DynamoDB Local looks no further. */
async function listsTables(endpoint: string): Promise<boolean> {
  const answer = await fetch(endpoint, {
    method: "POST",
    headers: {
      "content-type": "application/x-amz-json-1.0",
      "x-amz-target": "DynamoDB_20120810.ListTables",
      "x-amz-date": "20260101T000000Z",
      authorization:
        "AWS4-HMAC-SHA256 Credential=health/20260101/local/dynamodb/aws4_request, SignedHeaders=host, Signature=0",
    },
    body: "{}",
    signal: AbortSignal.timeout(2_000),
  });
  await answer.arrayBuffer();
  return answer.ok;
}
