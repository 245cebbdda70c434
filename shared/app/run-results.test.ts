import { expect, test } from "vitest";
import { MemoryResultStore } from "#shared/adapters/memory/result-store.ts";
import { statedHashes } from "./run-results.ts";

test("of a stopped run those hashes count that it stated before: a step that was lost may have stated more", async () => {
  const results = new MemoryResultStore();
  const [first, second] = [1, 2].map((day) => ({ time: Date.UTC(2024, 5, day), resultHash: `${day}`.repeat(32) }));
  await results.writeHashes("paper-1", [first!, second!]);
  const statedBy = (until: number | null) => statedHashes(results, { run: "paper-1", until });
  expect(await statedBy(null)).toEqual([first, second]);
  expect(await statedBy(second!.time + 60_000)).toEqual([first, second]);
  // Its last bar closed at midnight: it states that once the next one comes.
  expect(await statedBy(second!.time)).toEqual([first]);
  expect(await statedBy(0)).toEqual([]);
});
