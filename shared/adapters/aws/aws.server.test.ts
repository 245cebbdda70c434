import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import { CreateBucketCommand, ListObjectsV2Command, S3Client } from "@aws-sdk/client-s3";
import { CreateSecretCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sharedServer } from "#local/servers/shared-servers.ts";
import { largeStateStoreContract } from "#shared/testkit/large-state-store-contract.ts";
import { type AwsConnection, clientSettings } from "./connection.ts";
import { LargeStateBucket } from "./large-state-bucket.ts";
import { brokersOf } from "./msk-brokers.ts";
import { readSecret } from "./secrets.ts";

const CREDENTIALS = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"] as const;
const before = CREDENTIALS.map((name) => process.env[name]);

let connection: AwsConnection;
let s3: S3Client;
beforeAll(async () => {
  const { endpoint, region, accessKeyId, secretAccessKey } = await sharedServer("moto");
  process.env["AWS_ACCESS_KEY_ID"] = accessKeyId;
  process.env["AWS_SECRET_ACCESS_KEY"] = secretAccessKey;
  connection = { region, endpoint };
  s3 = new S3Client({ ...clientSettings(connection), forcePathStyle: true });
});
afterAll(() => {
  s3?.destroy();
  for (const [i, name] of CREDENTIALS.entries()) {
    if (before[i] === undefined) delete process.env[name];
    else process.env[name] = before[i];
  }
});

const freshName = () => `b-${randomBytes(6).toString("hex")}`;

async function madeBucket(): Promise<string> {
  const bucket = freshName();
  const where = { LocationConstraint: "eu-central-1" } as const;
  await s3.send(new CreateBucketCommand({ Bucket: bucket, CreateBucketConfiguration: where }));
  return bucket;
}

async function madeSecret(text: string): Promise<string> {
  const client = new SecretsManagerClient(clientSettings(connection));
  const { ARN } = await client.send(new CreateSecretCommand({ Name: freshName(), SecretString: text }));
  client.destroy();
  return ARN!;
}

largeStateStoreContract("LargeStateBucket", async () => {
  const bucket = await madeBucket();
  return {
    store: new LargeStateBucket(connection, bucket),
    close: async () => {},
    reopen: async () => new LargeStateBucket(connection, bucket),
  };
});

describe("large states in a bucket", () => {
  it("are never changed once they are there", async () => {
    const bucket = await madeBucket();
    const store = new LargeStateBucket(connection, bucket);
    await store.put("a", Uint8Array.of(1));
    const { Contents: first } = await s3.send(new ListObjectsV2Command({ Bucket: bucket }));
    await store.put("a", Uint8Array.of(2));
    const { Contents: second } = await s3.send(new ListObjectsV2Command({ Bucket: bucket }));
    expect(second).toEqual(first);
    expect([...(await store.get("a"))!]).toEqual([1]);
    store.close();
  });

  it("are told to be lost where the bucket is not there, or S3 does not answer", async () => {
    const missing = new LargeStateBucket(connection, "no-such-bucket");
    for (const call of [() => missing.put("a", Uint8Array.of(1)), () => missing.get("a")]) {
      await expect(call()).rejects.toThrow(/^S3 has no bucket 'no-such-bucket' .*: correct its name/);
    }
    const unreachable = new LargeStateBucket({ ...connection, endpoint: "http://127.0.0.1:1" }, "states");
    await expect(unreachable.get("a")).rejects.toThrow(/^S3 does not answer for bucket 'states' .*ECONNREFUSED/);
  });
});

describe("secrets", () => {
  it("are read once, by name", async () => {
    const arn = await madeSecret(JSON.stringify({ username: "app", password: "p", port: 9_092 }));
    expect(await readSecret(connection, arn, ["username", "password"])).toMatchObject({
      username: "app",
      password: "p",
    });
    // Nobody answers there: what is known is not asked for again.
    const again = await Promise.all([1, 2].map(() => readSecret(connection, arn, ["username"])));
    expect(again[0]).toBe(again[1]);
  });

  it("that lack a name, are no JSON or do not exist are refused without their values", async () => {
    const arn = await madeSecret(JSON.stringify({ username: "app", password: 7 }));
    await expect(readSecret(connection, arn, ["username", "password"])).rejects.toThrow(
      `Secret ${arn} has no text under password: add it to the secret's JSON.`,
    );
    const plain = await madeSecret("a plain password");
    await expect(readSecret(connection, plain, ["password"])).rejects.toThrow(`Secret ${plain} is no JSON object`);
    const unknown = `${arn.slice(0, -8)}-unknown`;
    await expect(readSecret(connection, unknown, ["password"])).rejects.toThrow(
      /^Secrets Manager has no secret arn:.*: correct its name/,
    );
  });
});

describe("brokers of an MSK cluster", () => {
  /** What MSK answers: moto does not tell brokers. */
  async function answering<T>(status: number, body: object, ask: (at: AwsConnection) => Promise<T>): Promise<T> {
    const server = createServer((request, response) => {
      const type = status === 404 ? { "x-amzn-errortype": "NotFoundException" } : {};
      const known = request.method === "GET" && request.url?.endsWith("/bootstrap-brokers") === true;
      response.writeHead(known ? status : 500, { "content-type": "application/json", ...type });
      response.end(JSON.stringify(body));
    });
    await once(server.listen(0, "127.0.0.1"), "listening");
    const { port } = server.address() as { port: number };
    try {
      return await ask({ region: "eu-central-1", endpoint: `http://127.0.0.1:${port}` });
    } finally {
      server.close();
      server.closeAllConnections();
    }
  }

  const ARN = "arn:aws:kafka:eu-central-1:1:cluster/c/1";

  it("are those of the login by SCRAM", async () => {
    const answer = { bootstrapBrokerStringTls: "t:9094", bootstrapBrokerStringSaslScram: "a:9096,b:9096" };
    expect(await answering(200, answer, (at) => brokersOf(at, ARN))).toEqual(["a:9096", "b:9096"]);
    const only = { bootstrapBrokerStringPublicSaslScram: "p:9196" };
    expect(await answering(200, only, (at) => brokersOf(at, ARN))).toEqual(["p:9196"]);
  });

  it("are refused where there is no such login, or no such cluster", async () => {
    const answer = { bootstrapBrokerStringTls: "t:9094" };
    await expect(answering(200, answer, (at) => brokersOf(at, ARN))).rejects.toThrow(
      /offers no SCRAM login \(it answers with BootstrapBrokerStringTls\): turn on/,
    );
    const gone = { message: "it does not exist" };
    await expect(answering(404, gone, (at) => brokersOf(at, ARN))).rejects.toThrow(/^MSK has no cluster arn:/);
    await expect(answering(403, { message: "no" }, (at) => brokersOf(at, ARN))).rejects.toThrow(/^MSK refuses cluster/);
  });
});
