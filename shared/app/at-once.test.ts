import { expect, it } from "vitest";
import { atOnce } from "./at-once.ts";

it("works on all items, on so many at once, and throws the first failure at the end", async () => {
  let busy = 0;
  let most = 0;
  const done: number[] = [];
  const work = async (item: number): Promise<void> => {
    most = Math.max(most, ++busy);
    for (let turn = 0; turn < (item % 3) + 1; turn++) await Promise.resolve();
    busy--;
    if (item % 4 === 1) throw new Error(`no ${item}`);
    done.push(item);
  };
  await expect(atOnce([0, 1, 2, 3, 4, 5, 6], 3, work)).rejects.toThrow("no 1");
  expect([most, busy]).toEqual([3, 0]);
  expect(done.sort()).toEqual([0, 2, 3, 4, 6]);
  await atOnce([], 3, work);
  expect(done).toHaveLength(5);
});
