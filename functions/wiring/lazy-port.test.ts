import { expect, it } from "vitest";
import { lazyPort } from "./lazy-port.ts";
import { openedOnce } from "./opened-once.ts";

class Counter {
  #count = 0;

  async add(amount: number): Promise<number> {
    this.#count += amount;
    return this.#count;
  }

  async *upTo(last: number): AsyncIterable<number> {
    for (let i = 1; i <= last; i++) yield i;
  }
}

it("opens a port at its first call, and again only where that failed", async () => {
  let opened = 0;
  const port = lazyPort<Counter>(
    openedOnce(async () => {
      if (++opened === 1) throw new Error("it is down");
      return new Counter();
    }),
    ["upTo"],
  );
  expect(await port).toBe(port);
  expect(opened).toBe(0);
  await expect(port.add(1)).rejects.toThrow("it is down");
  expect(await Promise.all([port.add(1), port.add(2)])).toEqual([1, 3]);
  const numbers: number[] = [];
  for await (const number of port.upTo(3)) numbers.push(number);
  expect(numbers).toEqual([1, 2, 3]);
  expect(opened).toBe(2);
});
