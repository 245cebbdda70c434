import { expect, test } from "vitest";
import { ContentIds, idOfText } from "./content-id.ts";

test("ids are integers below 2^53 and the same at every reading", () => {
  const read = (): number[] => {
    const ids = new ContentIds();
    return Array.from({ length: 1_000 }, (_, i) => ids.next(1_723_161_255_342 + (i >> 2), 60_000, 0.5, i & 1));
  };
  const first = read();
  expect(read()).toEqual(first);
  expect(new Set(first).size).toBe(1_000);
  expect(first.every((id) => Number.isSafeInteger(id) && id >= 0)).toBe(true);
  expect(Math.max(...first)).toBeGreaterThan(2 ** 52);
});

test("each part of a row counts", () => {
  const rows = [
    [1, 2, 3, 0],
    [2, 2, 3, 0],
    [1, 2.5, 3, 0],
    [1, 2, 4, 0],
    [1, 2, 3, 1],
    [1, 3, 2, 0],
  ] as const;
  expect(new Set(rows.map(([ts, price, amount, side]) => new ContentIds().next(ts, price, amount, side))).size).toBe(
    rows.length,
  );
});

test("ids stay apart among more contents than one generation holds", () => {
  const ids = new ContentIds();
  const seen = new Set<number>();
  for (let i = 0; i < 300_000; i++) seen.add(ids.next(1_723_161_255_342 + i, 60_000 + (i % 7) / 100, 0.001, 1));
  expect(seen.size).toBe(300_000);
});

test("an id that is text hashes by its characters", () => {
  const id = (text: string): number => idOfText(Buffer.from(text), 0, Buffer.byteLength(text));
  expect(id("a-1")).toBe(id("a-1"));
  expect(new Set(["a-1", "a-2", "1-a", "a-11"].map(id)).size).toBe(4);
});
