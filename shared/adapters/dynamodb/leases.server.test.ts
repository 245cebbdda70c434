import { randomBytes } from "node:crypto";
import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, expect, it } from "vitest";
import { sharedServer } from "#local/servers/shared-servers.ts";
import type { Lease } from "#shared/ports/leases.ts";
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
  const hold = async (): Promise<void> => {
    const beating = clientOf(await settings());
    const send = beating.send.bind(beating) as (...of: unknown[]) => Promise<unknown>;
    let beats = 0;
    let long = (): void => {};
    const held = new Promise<void>((resolve) => {
      long = resolve;
    });
    beating.send = async (...of: unknown[]) => {
      const answer = await send(...of);
      // Five beats are the duration.
      if (holding && ++beats === 8) long();
      return answer;
    };
    let holding = false;
    await new DynamodbLeases(beating, table, DURATION_MS).withLease("one", async () => {
      holding = true;
      most = Math.max(most, ++holders);
      await held;
      holders--;
      holding = false;
    });
    beating.destroy();
  };
  await Promise.all([hold(), hold(), hold()]);
  expect(most).toBe(1);
});

it("leases of other names do not wait", async () => {
  await open().withLease("a", () => open().withLease("b", async () => {}));
});

/** A holder that stands still, as soon as it holds the lease, until `goOn`: its requests reach nobody. */
async function standingStill<T>(name: string, work: (lease: Lease) => Promise<T>) {
  const begun = Promise.withResolvers<void>();
  const still = Promise.withResolvers<void>();
  const gone = clientOf(await settings());
  const outcome = new DynamodbLeases(gone, table, DURATION_MS).withLease(name, async (lease) => {
    lease.check();
    begun.resolve();
    gone.destroy();
    gone.send = () => Promise.reject(new Error("nobody answers"));
    await still.promise;
    gone.send = client.send.bind(client);
    return work(lease);
  });
  await begun.promise;
  return { outcome, goOn: still.resolve };
}

it("a dead holder's lease is taken over, and one that stood still is told so", async () => {
  const first = await standingStill("still", async (lease) => {
    expect(() => lease.check()).toThrow("the lease of still may have been taken by another process");
    return "late";
  });
  expect(await open().withLease("still", async () => "taken over")).toBe("taken over");
  await open().withLease("still", async (lease) => {
    first.goOn();
    await expect(first.outcome).rejects.toThrow("the lease of still may have been taken by another process");
    lease.check();
  });
});

it("is not waited for by who only tries while its holder lives, and taken over when that has died", async () => {
  const none = async (): Promise<void> => {
    throw new Error("another holds it");
  };
  await open().withLease("tried", async () => {
    expect(await open().tryLease("tried", none)).toBe(false);
  });
  const first = await standingStill("tried", async () => {});
  let isHeld = false;
  const second = open().tryLease("tried", async () => {
    isHeld = true;
  });
  expect(await second).toBe(true);
  expect(isHeld).toBe(true);
  first.goOn();
  await expect(first.outcome).rejects.toThrow("may have been taken");
});

it("work that fails after its lease was taken, and given back, is told that too", async () => {
  const failure = new Error("out of paper");
  const first = await standingStill("lost", () => Promise.reject(failure));
  await open().withLease("lost", async () => {});
  first.goOn();
  await expect(first.outcome).rejects.toMatchObject({ code: "conflict", cause: failure });
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
