import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Checkpoint, CheckpointStore } from "#shared/ports/checkpoint-store.ts";
import { LONGEST_KEY } from "#shared/wire/key-limit.ts";
import { type Open, withStore } from "./opened.ts";
import { propertyRuns } from "./property-runs.ts";

function checkpoint(text: string, schema = 1): Checkpoint {
  return {
    schema,
    state: new TextEncoder().encode(text),
    fence: [
      { topic: "ticks", partition: 0, epoch: 0, nextOffset: 12, appendTime: 1_723_075_200_000 },
      { topic: "ticks", partition: 3, epoch: 2, nextOffset: Number.MAX_SAFE_INTEGER, appendTime: 0 },
    ],
  };
}

/** What every checkpoint store promises. */
export function checkpointStoreContract(name: string, open: Open<CheckpointStore>): void {
  describe(`${name}: checkpoints`, () => {
    commitTests(open);
    keyTests(open);
    removeTests(open);
    stateTests(open);
    it("agrees with a map of versions, whatever is committed", () => modelTest(open));
  });
}

function commitTests(open: Open<CheckpointStore>): void {
  it("loads what was committed, with a version that counts from 1", () =>
    withStore(open, async (store) => {
      expect(await store.load("aggregate", "a:B/C")).toBeNull();
      expect(await store.commit("aggregate", "a:B/C", 0, checkpoint("one"))).toBe(true);
      expect(await store.load("aggregate", "a:B/C")).toEqual({ ...checkpoint("one"), version: 1 });
      expect(await store.commit("aggregate", "a:B/C", 1, checkpoint("two", 2))).toBe(true);
      expect(await store.load("aggregate", "a:B/C")).toEqual({ ...checkpoint("two", 2), version: 2 });
    }));

  it("refuses a version that is not the stored one, and changes nothing", () =>
    withStore(open, async (store) => {
      expect(await store.commit("s", "k", 1, checkpoint("early"))).toBe(false);
      expect(await store.load("s", "k")).toBeNull();
      await store.commit("s", "k", 0, checkpoint("one"));
      for (const expected of [0, 2]) expect(await store.commit("s", "k", expected, checkpoint("x"))).toBe(false);
      expect(await store.load("s", "k")).toEqual({ ...checkpoint("one"), version: 1 });
    }));

  it("lets one of many concurrent commits win", () =>
    withStore(open, async (store) => {
      const names = ["a", "b", "c", "d", "e"];
      const won = await Promise.all(names.map((text) => store.commit("s", "k", 0, checkpoint(text))));
      expect(won.filter(Boolean)).toHaveLength(1);
      const stored = await store.load("s", "k");
      expect(new TextDecoder().decode(stored!.state)).toBe(names[won.indexOf(true)]);
    }));

  it("keeps stages and keys apart, and lists a stage's keys in order", () =>
    withStore(open, async (store) => {
      for (const key of ["b", "a", "B", "ä", "a:1"]) await store.commit("one", key, 0, checkpoint(key));
      await store.commit("two", "z", 0, checkpoint("other"));
      expect(await store.keys("one")).toEqual(["B", "a", "a:1", "b", "ä"]);
      expect(await store.keys("two")).toEqual(["z"]);
      expect(await store.keys("three")).toEqual([]);
      expect(await store.load("two", "a")).toBeNull();
    }));
}

function keyTests(open: Open<CheckpointStore>): void {
  it("takes keys of up to 512 bytes, and refuses any other", () =>
    withStore(open, async (store) => {
      const longest = ["k".repeat(LONGEST_KEY), "ü".repeat(LONGEST_KEY / 2), '"'.repeat(LONGEST_KEY)].sort();
      for (const key of longest) {
        expect(await store.load("s", key)).toBeNull();
        expect(await store.commit("s", key, 0, checkpoint("one"))).toBe(true);
        expect(await store.load("s", key)).toEqual({ ...checkpoint("one"), version: 1 });
      }
      for (const key of ["", "k".repeat(LONGEST_KEY + 1), "ü".repeat(LONGEST_KEY / 2 + 1), "k".repeat(3_000)]) {
        await expect(store.load("s", key)).rejects.toThrow("has not 1 to 512 bytes");
        await expect(store.commit("s", key, 0, checkpoint("one"))).rejects.toThrow("has not 1 to 512 bytes");
      }
      expect(await store.keys("s")).toEqual(longest);
    }));
}

function removeTests(open: Open<CheckpointStore>): void {
  it("forgets what is removed, alone, and begins anew", () =>
    withStore(open, async (store) => {
      const large = { ...checkpoint("large"), state: new Uint8Array(600_000) };
      await store.commit("s", "gone", 0, checkpoint("one"));
      await store.commit("s", "gone", 1, large);
      await store.commit("s", "kept", 0, checkpoint("other"));
      await store.remove("s", "gone");
      await store.remove("s", "gone");
      await store.remove("never", "was");
      expect(await store.load("s", "gone")).toBeNull();
      expect(await store.keys("s")).toEqual(["kept"]);
      expect(await store.commit("s", "gone", 2, checkpoint("late"))).toBe(false);
      expect(await store.commit("s", "gone", 0, checkpoint("again"))).toBe(true);
      expect(await store.load("s", "gone")).toEqual({ ...checkpoint("again"), version: 1 });
      expect(await store.load("s", "kept")).toEqual({ ...checkpoint("other"), version: 1 });
    }));
}

function stateTests(open: Open<CheckpointStore>): void {
  it("keeps any bytes, none and many", () =>
    withStore(open, async (store) => {
      const large = new Uint8Array(600_000);
      for (let i = 0; i < large.length; i++) large[i] = (i * 31) & 255;
      const states = [new Uint8Array(0), Uint8Array.of(0, 255, 0, 39, 92), large, large.subarray(7, 99)];
      for (const [i, state] of states.entries()) {
        await store.commit("s", `k${i}`, 0, { schema: 3, state, fence: [] });
        const loaded = await store.load("s", `k${i}`);
        expect(Buffer.from(loaded!.state).equals(Buffer.from(state))).toBe(true);
        expect(loaded!.fence).toEqual([]);
      }
    }));

  it("keeps no hold of the caller's bytes, nor gives its own away", () =>
    withStore(open, async (store) => {
      const state = Uint8Array.of(1, 2, 3);
      await store.commit("s", "k", 0, { schema: 1, state, fence: [] });
      state.fill(9);
      (await store.load("s", "k"))!.state.fill(8);
      expect([...(await store.load("s", "k"))!.state]).toEqual([1, 2, 3]);
    }));

  it("keeps everything over a close", () =>
    withStore(open, async (store, opened) => {
      if (opened.reopen === undefined) return;
      await store.commit("s", "k", 0, checkpoint("one"));
      await store.commit("s", "k", 1, checkpoint("two"));
      const again = await opened.reopen();
      expect(await again.load("s", "k")).toEqual({ ...checkpoint("two"), version: 2 });
      expect(await again.commit("s", "k", 2, checkpoint("three"))).toBe(true);
    }));
}

async function modelTest(open: Open<CheckpointStore>): Promise<void> {
  const command = fc.record({
    key: fc.constantFrom("a", "b"),
    expected: fc.integer({ min: 0, max: 3 }),
    state: fc.uint8Array({ maxLength: 5 }),
  });
  let stages = 0;
  await withStore(open, async (store) => {
    await fc.assert(
      fc.asyncProperty(fc.array(command, { maxLength: 15 }), async (commands) => {
        const stage = `model-${stages++}`;
        const model = new Map<string, { version: number; state: number[] }>();
        for (const { key, expected, state } of commands) {
          const version = model.get(key)?.version ?? 0;
          const won = await store.commit(stage, key, expected, { schema: 1, state, fence: [] });
          expect(won).toBe(version === expected);
          if (won) model.set(key, { version: version + 1, state: [...state] });
          const stored = await store.load(stage, key);
          const seen = stored === null ? undefined : { version: stored.version, state: [...stored.state] };
          expect(seen).toEqual(model.get(key));
        }
        expect(await store.keys(stage)).toEqual([...model.keys()].sort());
      }),
      propertyRuns(15),
    );
  });
}
