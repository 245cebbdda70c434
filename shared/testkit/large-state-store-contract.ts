import { describe, expect, it } from "vitest";
import type { LargeStateStore } from "#shared/ports/large-state-store.ts";
import { type Open, withStore } from "./opened.ts";

const KEYS = ["a", "A", "a/b:C/1", "../a", "ключ", "k".repeat(500)];

/** What every store of large states promises. */
export function largeStateStoreContract(name: string, open: Open<LargeStateStore>): void {
  describe(`${name}: large states`, () => {
    it("keeps any bytes under any key, once or twice put", () =>
      withStore(open, async (store) => {
        const large = Uint8Array.from({ length: 1_000_000 }, (_, i) => (i * 31) & 255);
        const states = KEYS.map((_, i) => large.subarray(i, i === 0 ? 0 : large.length));
        for (const [i, key] of KEYS.entries()) await store.put(key, states[i]!);
        for (const [i, key] of KEYS.entries()) await store.put(key, states[i]!);
        for (const [i, key] of KEYS.entries()) {
          expect(Buffer.from((await store.get(key))!).equals(Buffer.from(states[i]!))).toBe(true);
        }
      }));

    it("has nothing under other keys, nor under one removed", () =>
      withStore(open, async (store) => {
        expect(await store.get("a")).toBeNull();
        await store.put("a", Uint8Array.of(1));
        await store.put("b", Uint8Array.of(2));
        await store.remove("a");
        await store.remove("a");
        expect(await store.get("a")).toBeNull();
        expect([...(await store.get("b"))!]).toEqual([2]);
      }));

    it("takes the same state from several at once", () =>
      withStore(open, async (store) => {
        const state = new Uint8Array(100_000).fill(7);
        await Promise.all([1, 2, 3, 4].map(() => store.put("a", state)));
        expect(await store.get("a")).toHaveLength(100_000);
      }));

    it("keeps everything over a close", () =>
      withStore(open, async (store, opened) => {
        if (opened.reopen === undefined) return;
        await store.put("a", Uint8Array.of(1, 2));
        expect([...(await (await opened.reopen()).get("a"))!]).toEqual([1, 2]);
      }));
  });
}
