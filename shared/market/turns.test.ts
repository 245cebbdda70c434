import { expect, test } from "vitest";
import { Turns } from "./turns.ts";

test("works of one name run one after the other, whatever becomes of them, and others beside them", async () => {
  const turns = new Turns();
  const seen: string[] = [];
  const [gate, later] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const first = turns.take("a", async () => {
    await gate.promise;
    seen.push("first");
    throw new Error("no");
  });
  const second = turns.take("a", async () => {
    seen.push("second");
    await later.promise;
  });
  await turns.take("b", async () => seen.push("other"));
  expect([turns.isTaken("a"), turns.isTaken("b")]).toEqual([true, false]);
  gate.resolve();
  await expect(first).rejects.toThrow("no");
  expect(turns.isTaken("a")).toBe(true);
  later.resolve();
  await second;
  expect(seen).toEqual(["other", "first", "second"]);
  expect(turns.isTaken("a")).toBe(false);
});
