import { randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { sharedServer } from "#local/servers/shared-servers.ts";
import { clientOf } from "#shared/adapters/dynamodb/settings.ts";
import { CHECKPOINT_KEY, createTable, RUN_KEY } from "#shared/adapters/dynamodb/tables.ts";
import type { StreamSettings } from "#shared/config/stream-settings.ts";
import { checkpointStoreContract } from "#shared/testkit/checkpoint-store-contract.ts";
import { largeStateStoreContract } from "#shared/testkit/large-state-store-contract.ts";
import { liveRunRegistryContract } from "#shared/testkit/run-registry-contract.ts";
import { bundle } from "./bundle.ts";

let folder: string;
let lean: typeof import("./wiring/dynamodb.ts");
let client: ReturnType<typeof clientOf>;
let s3: S3Client;
let where: { readonly region: string; readonly dynamodb: string; readonly s3: string };
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "lean-"));
  const file = join(folder, "dynamodb.mjs");
  await writeFile(file, (await bundle("functions/wiring/dynamodb.ts")).contents);
  lean = (await import(pathToFileURL(file).href)) as typeof lean;
  const { endpoint, region, ...credentials } = await sharedServer("dynamodb");
  client = clientOf({ endpoint, region, credentials });
  const moto = await sharedServer("moto");
  where = { region, dynamodb: endpoint, s3: moto.endpoint };
  s3 = new S3Client({ region, endpoint: moto.endpoint, credentials, forcePathStyle: true });
  vi.stubEnv("AWS_ACCESS_KEY_ID", credentials.accessKeyId);
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", credentials.secretAccessKey);
});
afterAll(async () => {
  client?.destroy();
  s3?.destroy();
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true });
});

const freshName = () => `t-${randomBytes(6).toString("hex")}`;

/** What functions do with DynamoDB and S3, by the code that they are bundled with. */
async function openLean() {
  const [checkpointsTable, runsTable, bucket] = [freshName(), freshName(), freshName()];
  await createTable(client, checkpointsTable, CHECKPOINT_KEY);
  await createTable(client, runsTable, RUN_KEY);
  await s3.send(new CreateBucketCommand({ Bucket: bucket }));
  const settings = {
    region: where.region,
    dynamodb: { endpoint: where.dynamodb, checkpointsTable, runsTable },
    state: { bucket, endpoint: where.s3 },
  } as StreamSettings;
  return () => lean.openDynamodb(settings);
}

const part =
  <K extends "checkpoints" | "runs" | "leases" | "largeStates">(name: K) =>
  async () => {
    const open = await openLean();
    const ports = open();
    return {
      store: ports[name],
      close: async () => ports.close(),
      reopen: async () => open()[name],
    };
  };

checkpointStoreContract("lean DynamodbCheckpointStore", part("checkpoints"));
liveRunRegistryContract("lean DynamodbRunRegistry", part("runs"));
largeStateStoreContract("lean LargeStateBucket", part("largeStates"));

it("lets one hold a lease at a time", async () => {
  const open = await openLean();
  const both = [open(), open()];
  let holders = 0;
  const work = async (): Promise<void> => {
    expect(++holders).toBe(1);
    await new Promise((resolve) => setTimeout(resolve, 20));
    holders--;
  };
  await Promise.all(both.map(({ leases }) => leases.withLease("rebuild", work)));
  for (const each of both) each.close();
});

it("still tells errors apart by their names, whose classes are left out", async () => {
  const missing = lean.openDynamodb({
    region: where.region,
    dynamodb: { endpoint: where.dynamodb, checkpointsTable: "nowhere", runsTable: "nowhere" },
    state: { bucket: "no-such-bucket", endpoint: where.s3 },
  } as StreamSettings);
  await expect(missing.checkpoints.load("s", "k")).rejects.toMatchObject({ name: "InputError", code: "not-found" });
  await expect(missing.largeStates.get("a")).rejects.toThrow(/^S3 has no bucket 'no-such-bucket'/);
  missing.close();
});
