import { randomBytes } from "node:crypto";
import { CreateBucketCommand, ListObjectsV2Command, S3Client } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { sharedServer } from "#local/servers/shared-servers.ts";
import { checkpointStoreContract } from "#shared/testkit/checkpoint-store-contract.ts";
import { LargeStateBucket } from "../aws/large-state-bucket.ts";
import { DynamodbCheckpointStore } from "./checkpoint-store.ts";
import { clientOf } from "./settings.ts";
import { CHECKPOINT_KEY, createTable } from "./tables.ts";

let client: ReturnType<typeof clientOf>;
let s3: S3Client;
let bucketAt: { readonly region: string; readonly endpoint: string };
beforeAll(async () => {
  const { endpoint, region, ...credentials } = await sharedServer("dynamodb");
  client = clientOf({ endpoint, region, credentials });
  const moto = await sharedServer("moto");
  bucketAt = { region: moto.region, endpoint: moto.endpoint };
  vi.stubEnv("AWS_ACCESS_KEY_ID", moto.accessKeyId);
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", moto.secretAccessKey);
  s3 = new S3Client({ ...bucketAt, forcePathStyle: true });
});
afterAll(() => {
  client?.destroy();
  s3?.destroy();
  vi.unstubAllEnvs();
});

async function openCheckpoints() {
  const name = `t-${randomBytes(6).toString("hex")}`;
  await createTable(client, name, CHECKPOINT_KEY);
  const where = { LocationConstraint: "eu-central-1" } as const;
  await s3.send(new CreateBucketCommand({ Bucket: name, CreateBucketConfiguration: where }));
  const states = new LargeStateBucket(bucketAt, name);
  return {
    bucket: name,
    store: new DynamodbCheckpointStore(client, name, states),
    close: async () => states.close(),
    reopen: async () => new DynamodbCheckpointStore(client, name, states),
  };
}

checkpointStoreContract("DynamodbCheckpointStore with a bucket for large states", openCheckpoints);

const checkpoint = (size: number, fill: number) => ({ schema: 1, state: new Uint8Array(size).fill(fill), fence: [] });

it("lets exactly one of many large commits win each version", async () => {
  const { store, close, reopen } = await openCheckpoints();
  const others = await Promise.all([reopen(), reopen()]);
  for (let version = 0; version < 3; version++) {
    const fills = [1, 2, 3].map((fill) => version * 10 + fill);
    const won = await Promise.all(
      [store, ...others].map((each, i) => each.commit("s", "k", version, checkpoint(400_000, fills[i]!))),
    );
    expect(won.filter(Boolean)).toHaveLength(1);
    const { state, ...rest } = (await store.load("s", "k"))!;
    expect(rest.version).toBe(version + 1);
    expect([state.length, state[0]]).toEqual([400_000, fills[won.indexOf(true)]]);
  }
  await close();
});

it("moves a state that grows and shrinks into the bucket and out of it", async () => {
  const { bucket, store, close } = await openCheckpoints();
  const kept = async () => (await s3.send(new ListObjectsV2Command({ Bucket: bucket }))).Contents?.length ?? 0;
  await store.commit("s", "k", 0, checkpoint(350_000, 1));
  expect(await kept()).toBe(0);
  await store.commit("s", "k", 1, checkpoint(350_001, 2));
  await store.commit("s", "k", 2, checkpoint(5_000_000, 3));
  expect(await kept()).toBe(1);
  expect((await store.load("s", "k"))!.state).toHaveLength(5_000_000);
  await store.commit("s", "k", 3, checkpoint(10, 4));
  expect(await kept()).toBe(0);
  expect((await store.load("s", "k"))!.state).toHaveLength(10);
  await close();
});
