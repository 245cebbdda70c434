import { createHash, randomBytes } from "node:crypto";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type DynamoDBClient, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sharedServer } from "#local/servers/shared-servers.ts";
import { type DynamodbAccess, startDynamodb } from "#local/servers/start-dynamodb.ts";
import type { LargeStateStore } from "#shared/ports/large-state-store.ts";
import { checkpointStoreContract } from "#shared/testkit/checkpoint-store-contract.ts";
import { liveRunRegistryContract } from "#shared/testkit/run-registry-contract.ts";
import { LargeStateFolder } from "../files/large-state-folder.ts";
import { DynamodbCheckpointStore } from "./checkpoint-store.ts";
import { DynamodbRunRegistry } from "./run-registry.ts";
import { clientOf } from "./settings.ts";
import { CHECKPOINT_KEY, createTable, RUN_KEY } from "./tables.ts";

const settingsOf = ({ endpoint, region, ...credentials }: DynamodbAccess) => ({ endpoint, region, credentials });
const freshName = () => `t-${randomBytes(6).toString("hex")}`;

let client: DynamoDBClient;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "large-states-"));
  client = clientOf(settingsOf(await sharedServer("dynamodb")));
});
afterAll(async () => {
  client?.destroy();
  await rm(folder, { recursive: true });
});

async function openCheckpoints(largeStates?: LargeStateStore) {
  const table = freshName();
  await createTable(client, table, CHECKPOINT_KEY);
  const large = largeStates ?? new LargeStateFolder(join(folder, table));
  return {
    table,
    store: new DynamodbCheckpointStore(client, table, large),
    close: async () => {},
    reopen: async () => new DynamodbCheckpointStore(client, table, large),
  };
}

checkpointStoreContract("DynamodbCheckpointStore", openCheckpoints);

liveRunRegistryContract("DynamodbRunRegistry", async () => {
  const table = freshName();
  await createTable(client, table, RUN_KEY);
  return {
    store: new DynamodbRunRegistry(client, table),
    close: async () => {},
    reopen: async () => new DynamodbRunRegistry(client, table),
  };
});

const checkpoint = (size: number, fill: number) => ({ schema: 1, state: new Uint8Array(size).fill(fill), fence: [] });

/** What was stored, short enough to compare and to print. */
async function loaded(store: DynamodbCheckpointStore) {
  const { version, state } = (await store.load("s", "k"))!;
  return { version, sha256: digest(state) };
}

const digest = (state: Uint8Array): string => createHash("sha256").update(state).digest("hex");
const expected = (version: number, size: number, fill: number) => ({
  version,
  sha256: digest(checkpoint(size, fill).state),
});

describe("large states", () => {
  it("beyond 350 kB leave the item, and the store when the next commit replaces them", async () => {
    const { table, store } = await openCheckpoints();
    const files = () => readdir(join(folder, table)).catch(() => []);
    await store.commit("s", "k", 0, checkpoint(350_000, 1));
    expect(await files()).toEqual([]);
    await store.commit("s", "k", 1, checkpoint(350_001, 2));
    const [first] = await files();
    await store.commit("s", "k", 2, checkpoint(5_000_000, 3));
    expect(await files()).toEqual([expect.not.stringMatching(first!)]);
    expect(await loaded(store)).toEqual(expected(3, 5_000_000, 3));
    await store.commit("s", "k", 3, checkpoint(10, 4));
    expect(await files()).toEqual([]);
    expect((await store.load("s", "k"))!.state).toHaveLength(10);
  });

  it("are held before the item points at them: a crash in between keeps the last checkpoint", async () => {
    const { table } = await openCheckpoints();
    const large = new LargeStateFolder(join(folder, table));
    const store = new DynamodbCheckpointStore(client, table, large);
    await store.commit("s", "k", 0, checkpoint(400_000, 1));
    const failing: LargeStateStore = {
      put: async () => {
        throw new Error("disk full");
      },
      get: (key) => large.get(key),
      remove: (key) => large.remove(key),
    };
    const crashing = new DynamodbCheckpointStore(client, table, failing);
    await crashing.load("s", "k");
    await expect(crashing.commit("s", "k", 1, checkpoint(400_000, 2))).rejects.toThrow("disk full");
    expect(await loaded(store)).toEqual(expected(1, 400_000, 1));
  });

  it("of a commit that came too late are not read", async () => {
    const { store } = await openCheckpoints();
    expect(await store.commit("s", "k", 0, checkpoint(400_000, 1))).toBe(true);
    expect(await store.commit("s", "k", 0, checkpoint(400_000, 2))).toBe(false);
    expect(await loaded(store)).toEqual(expected(1, 400_000, 1));
  });

  it("are read anew where a faster commit removed them, and said to be lost where none did", async () => {
    const { table } = await openCheckpoints();
    const large = new LargeStateFolder(join(folder, table));
    const faster = new DynamodbCheckpointStore(client, table, large);
    await faster.commit("s", "k", 0, checkpoint(400_000, 1));
    let once = true;
    const slow: LargeStateStore = {
      put: (key, state) => large.put(key, state),
      get: async (key) => {
        if (once) await faster.commit("s", "k", 1, checkpoint(400_000, 2));
        once = false;
        return large.get(key);
      },
      remove: (key) => large.remove(key),
    };
    const store = new DynamodbCheckpointStore(client, table, slow);
    expect(await loaded(store)).toEqual(expected(2, 400_000, 2));
    await rm(join(folder, table), { recursive: true });
    await expect(store.load("s", "k")).rejects.toThrow(/^The state of s for 'k' is lost/);
  });
});

it.each([
  { name: "small", size: 100 },
  { name: "large", size: 400_000 },
])("lets exactly one of many $name commits from several clients win each version", async ({ size }) => {
  const { table, store } = await openCheckpoints();
  const clients = [client, client, clientOf(settingsOf(await sharedServer("dynamodb")))];
  const stores = clients.map(
    (each) => new DynamodbCheckpointStore(each, table, new LargeStateFolder(join(folder, table))),
  );
  for (let version = 0; version < 5; version++) {
    const fills = [1, 2, 3, 4, 5, 6].map((fill) => version * 10 + fill);
    const won = await Promise.all(
      fills.map((fill, i) => stores[i % 3]!.commit("s", "k", version, checkpoint(size, fill))),
    );
    expect(won.filter(Boolean)).toHaveLength(1);
    expect(await loaded(store)).toEqual(expected(version + 1, size, fills[won.indexOf(true)]!));
  }
  clients[2]!.destroy();
});

it("counts a commit as won whose answer was lost, when the client repeats it", async () => {
  const { table, store } = await openCheckpoints();
  await store.commit("s", "k", 0, checkpoint(1, 1));
  const losing = clientOf(settingsOf(await sharedServer("dynamodb")));
  losing.middlewareStack.add(
    (next) => async (request) => {
      await next(request);
      return next(request);
    },
    { step: "finalizeRequest", priority: "low" },
  );
  const repeating = new DynamodbCheckpointStore(losing, table, new LargeStateFolder(folder));
  expect(await repeating.commit("s", "k", 1, checkpoint(1, 2))).toBe(true);
  expect(await repeating.commit("s", "first", 0, checkpoint(1, 3))).toBe(true);
  expect(await repeating.commit("s", "k", 1, checkpoint(1, 4))).toBe(false);
  losing.destroy();
});

describe("tables", () => {
  it("are made once, and refused where their key differs", async () => {
    const table = freshName();
    await createTable(client, table, RUN_KEY);
    await createTable(client, table, RUN_KEY);
    await expect(createTable(client, table, CHECKPOINT_KEY)).rejects.toThrow(
      `DynamoDB's table '${table}' has the key run and not group, item: choose another table.`,
    );
  });

  it("that are missing are named", async () => {
    const store = new DynamodbCheckpointStore(client, "nowhere", new LargeStateFolder(folder));
    const missing = { name: "InputError", code: "not-found", message: expect.stringContaining("no table 'nowhere'") };
    await expect(store.load("s", "k")).rejects.toMatchObject(missing);
    await expect(store.commit("s", "k", 0, checkpoint(1, 1))).rejects.toMatchObject(missing);
    await expect(store.commit("s", "k", 1, checkpoint(1, 1))).rejects.toMatchObject(missing);
    await expect(store.keys("s")).rejects.toMatchObject(missing);
    await expect(new DynamodbRunRegistry(client, "nowhere").list()).rejects.toMatchObject(missing);
  });

  it("take no item beyond DynamoDB's limit: that is why large states have a store", async () => {
    const table = freshName();
    await createTable(client, table, RUN_KEY);
    const Item = { run: { S: "r" }, state: { B: new Uint8Array(400 * 1_024 + 1) } };
    await expect(client.send(new PutItemCommand({ TableName: table, Item }))).rejects.toThrow("Item size has exceeded");
  });
});

it("keeps what it committed over a kill, and says so while the server is away", async () => {
  const own = await mkdtemp(join(tmpdir(), "dynamodb-"));
  let server = await startDynamodb(own);
  const ownClient = clientOf(settingsOf(server));
  try {
    await createTable(ownClient, "checkpoints", CHECKPOINT_KEY);
    const store = new DynamodbCheckpointStore(ownClient, "checkpoints", new LargeStateFolder(join(own, "large")));
    for (const version of [0, 1, 2]) {
      expect(await store.commit("s", "k", version, checkpoint(version * 200_000, version))).toBe(true);
    }
    await server.kill();
    const away = {
      name: "InputError",
      code: "store",
      message: expect.stringMatching(/^DynamoDB does not answer for table 'checkpoints' \(ECONN/),
    };
    await expect(store.load("s", "k")).rejects.toMatchObject(away);
    await expect(store.commit("s", "k", 3, checkpoint(1, 9))).rejects.toMatchObject(away);
    server = await startDynamodb(own);
    expect(await loaded(store)).toEqual(expected(3, 400_000, 2));
    expect(await store.keys("s")).toEqual(["k"]);
    expect(await store.commit("s", "k", 3, checkpoint(1, 9))).toBe(true);
  } finally {
    ownClient.destroy();
    await server.kill();
    await rm(own, { recursive: true });
  }
});
