import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { largeStateStoreContract } from "#shared/testkit/large-state-store-contract.ts";
import { LargeStateFolder } from "./large-state-folder.ts";

const made = () => mkdtemp(join(tmpdir(), "large-states-"));

largeStateStoreContract("LargeStateFolder", async () => {
  const folder = await made();
  return {
    store: new LargeStateFolder(join(folder, "states")),
    close: () => rm(folder, { recursive: true }),
    reopen: async () => new LargeStateFolder(join(folder, "states")),
  };
});

it("leaves nothing half written", async () => {
  const folder = await made();
  const store = new LargeStateFolder(folder);
  await Promise.all(["a", "a", "b"].map((key) => store.put(key, Uint8Array.of(1))));
  expect(await readdir(folder)).toHaveLength(2);
  await rm(folder, { recursive: true });
});
