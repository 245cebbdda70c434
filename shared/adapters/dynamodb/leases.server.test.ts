import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, expect, it } from "vitest";
import { sharedServer } from "#local/servers/shared-servers.ts";
import { DynamodbLeases } from "./leases.ts";
import { clientOf } from "./settings.ts";
import { CHECKPOINT_KEY, createTable } from "./tables.ts";

const DURATION_MS = 1_000;

let client: DynamoDBClient;
let table: string;

/** As another process has them. */
const open = (): DynamodbLeases => new DynamodbLeases(client, table, DURATION_MS);

beforeAll(async () => {
  const { endpoint, region, ...credentials } = await sharedServer("dynamodb");
  client = clientOf({ endpoint, region, credentials });
  table = `t-${randomBytes(6).toString("hex")}`;
  await createTable(client, table, CHECKPOINT_KEY);
});
afterAll(() => client?.destroy());

it("one holder at a time, whoever asks, for longer than the lease's duration", async () => {
  let holders = 0;
  let most = 0;
  const work = async (): Promise<void> => {
    most = Math.max(most, ++holders);
    await sleep(1.5 * DURATION_MS);
    holders--;
  };
  await Promise.all([open().withLease("one", work), open().withLease("one", work), open().withLease("one", work)]);
  expect(most).toBe(1);
});

it("leases of other names do not wait", async () => {
  await open().withLease("a", () => open().withLease("b", async () => {}));
});

it("a dead holder's lease is taken over, and one that stood still is told so", async () => {
  let stall = (): void => {};
  const stalled = new Promise<void>((resolve) => {
    stall = resolve;
  });
  // Requests of a client that is gone reach nobody, as those of a process that stands still.
  const gone = clientOf(await settings());
  const first = new DynamodbLeases(gone, table, DURATION_MS).withLease("still", async () => {
    gone.destroy();
    gone.send = () => Promise.reject(new Error("nobody answers"));
    await stalled;
    gone.send = client.send.bind(client);
    return "late";
  });
  await sleep(100);
  expect(await open().withLease("still", async () => "taken over")).toBe("taken over");
  await open().withLease("still", async () => {
    stall();
    await expect(first).rejects.toThrow("the lease of still was taken by another process");
  });
});

it("work that throws frees the lease and passes its fault on", async () => {
  const failing = open().withLease("fault", () => Promise.reject(new Error("out of paper")));
  await expect(failing).rejects.toThrow("out of paper");
  expect(await open().withLease("fault", async () => "free")).toBe("free");
});

async function settings() {
  const { endpoint, region, ...credentials } = await sharedServer("dynamodb");
  return { endpoint, region, credentials };
}
