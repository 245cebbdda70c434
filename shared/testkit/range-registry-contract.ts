import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Interval } from "#shared/market/interval.ts";
import type { RangeRegistry } from "#shared/ports/range-registry.ts";
import { type Open, withStore } from "./opened.ts";
import { propertyRuns } from "./property-runs.ts";
import { freshInstrument } from "./sample-instruments.ts";

const spans = (ranges: readonly Interval[]): number[][] => ranges.map(({ from, to }) => [from, to]);

/** What every range registry promises. */
export function rangeRegistryContract(name: string, open: Open<RangeRegistry>): void {
  describe(`${name}: dirty ranges`, () => {
    dirtyTests(open);
    it("loses no mark made after the reading, whatever is marked and cleared", () => modelTest(open));
  });
  describe(`${name}: coverage`, () => {
    coverageTests(open);
  });
  describe(`${name}: leases`, () => {
    leaseTests(open);
  });
}

function dirtyTests(open: Open<RangeRegistry>): void {
  it("lists marks in order of from, of one instrument or all", () =>
    withStore(open, async (registry) => {
      const [one, two] = [freshInstrument(), freshInstrument()];
      expect(await registry.dirty(null)).toEqual([]);
      await registry.markDirty(one, 300, 400);
      await registry.markDirty(two, 150, 250);
      await registry.markDirty(one, 100, 350);
      expect(spans(await registry.dirty(one))).toEqual([
        [100, 350],
        [300, 400],
      ]);
      expect(spans(await registry.dirty(null))).toEqual([
        [100, 350],
        [150, 250],
        [300, 400],
      ]);
      expect((await registry.dirty(null)).map((range) => range.instrument)).toEqual([one, two, one]);
      expect(await registry.dirty(freshInstrument())).toEqual([]);
    }));

  it("clears the marks it is given and no others", () =>
    withStore(open, async (registry) => {
      const instrument = freshInstrument();
      await registry.markDirty(instrument, 0, 10);
      await registry.markDirty(instrument, 5, 20);
      const [first] = await registry.dirty(instrument);
      await registry.clearDirty([first!]);
      expect(spans(await registry.dirty(instrument))).toEqual([[5, 20]]);
      await registry.clearDirty([first!]);
      await registry.clearDirty([]);
      expect(spans(await registry.dirty(instrument))).toEqual([[5, 20]]);
    }));

  it("keeps a span that was marked again after it was read", () =>
    withStore(open, async (registry) => {
      const instrument = freshInstrument();
      await registry.markDirty(instrument, 0, 10);
      const read = await registry.dirty(instrument);
      await registry.markDirty(instrument, 0, 10);
      await registry.clearDirty(read);
      const left = await registry.dirty(instrument);
      expect(spans(left)).toEqual([[0, 10]]);
      expect(read.map(({ mark }) => mark)).not.toContain(left[0]!.mark);
    }));

  it("never gives a mark out twice, even when all are cleared", () =>
    withStore(open, async (registry, opened) => {
      const instrument = freshInstrument();
      await registry.markDirty(instrument, 0, 10);
      const stale = await registry.dirty(instrument);
      await registry.clearDirty(stale);
      const again = opened.reopen === undefined ? registry : await opened.reopen();
      await again.markDirty(instrument, 0, 10);
      await again.clearDirty(stale);
      expect(spans(await again.dirty(instrument))).toEqual([[0, 10]]);
    }));

  it("marks nothing for an empty span", () =>
    withStore(open, async (registry) => {
      await registry.markDirty(freshInstrument(), 10, 10);
      expect(await registry.dirty(null)).toEqual([]);
    }));

  it("keeps marks and coverage over a close", () =>
    withStore(open, async (registry, opened) => {
      if (opened.reopen === undefined) return;
      const instrument = freshInstrument();
      await registry.markDirty(instrument, 0, 10);
      await registry.addCoverage(instrument, { from: 0, to: 10, kind: "lost", reason: "retention" });
      const read = await registry.dirty(instrument);
      const again = await opened.reopen();
      expect(await again.dirty(instrument)).toEqual(read);
      expect(await again.coverage(instrument, 0, 10)).toHaveLength(1);
    }));
}

function coverageTests(open: Open<RangeRegistry>): void {
  it("lists the spans that overlap, in order of from, and not those that touch", () =>
    withStore(open, async (registry) => {
      const instrument = freshInstrument();
      for (const [from, to] of [
        [30, 40],
        [10, 20],
        [15, 35],
        [50, 60],
      ] as const) {
        await registry.addCoverage(instrument, { from, to, kind: "lost", reason: `from ${from}` });
      }
      await registry.addCoverage(freshInstrument(), { from: 0, to: 100, kind: "source", reason: "another's" });
      const read = async (from: number, to: number) => spans(await registry.coverage(instrument, from, to));
      expect(await read(20, 50)).toEqual([
        [15, 35],
        [30, 40],
      ]);
      expect(await read(19, 20)).toEqual([
        [10, 20],
        [15, 35],
      ]);
      expect(await read(40, 50)).toEqual([]);
      expect(await read(0, 10)).toEqual([]);
      expect(await read(Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY)).toHaveLength(4);
      expect(await registry.coverage(freshInstrument(), 0, 100)).toEqual([]);
    }));

  it("takes repeats of a span once, with the last reason, and keeps kinds apart", () =>
    withStore(open, async (registry) => {
      const instrument = freshInstrument();
      const span = { from: 10, to: 20 };
      await registry.addCoverage(instrument, { ...span, kind: "lost", reason: "first" });
      await registry.addCoverage(instrument, { ...span, kind: "lost", reason: "it's second" });
      await registry.addCoverage(instrument, { ...span, kind: "silent", reason: "heartbeats" });
      const held = await registry.coverage(instrument, 0, 100);
      expect(held).toHaveLength(2);
      expect(held).toContainEqual({ ...span, kind: "lost", reason: "it's second" });
      expect(held).toContainEqual({ ...span, kind: "silent", reason: "heartbeats" });
    }));
}

function leaseTests(open: Open<RangeRegistry>): void {
  it("lets one work at a time for an instrument, and others meanwhile", () =>
    withStore(open, async (registry) => {
      const [one, two] = [freshInstrument(), freshInstrument()];
      const log: string[] = [];
      let release = (): void => {};
      const held = new Promise<void>((resolve) => {
        release = resolve;
      });
      const first = registry.withLease(one, async () => {
        log.push("first starts");
        await held;
        log.push("first ends");
        return 1;
      });
      const second = registry.withLease(one, async () => {
        log.push("second");
        return 2;
      });
      await registry.withLease(two, async () => {
        log.push("other");
      });
      release();
      expect(await Promise.all([first, second])).toEqual([1, 2]);
      expect(log.filter((entry) => entry !== "other")).toEqual(["first starts", "first ends", "second"]);
      expect(log.indexOf("other")).toBeLessThan(log.indexOf("first ends"));
    }));

  it("is not waited for by who only tries, who has it where it is free", () =>
    withStore(open, async (registry) => {
      const instrument = freshInstrument();
      const log: string[] = [];
      const trying = (): Promise<boolean> =>
        registry.tryLease(instrument, async (lease) => {
          lease.check();
          log.push("tried");
        });
      await registry.withLease(instrument, async () => {
        expect(await trying()).toBe(false);
      });
      expect(log).toEqual([]);
      expect(await trying()).toBe(true);
      const failing = registry.tryLease(instrument, () => Promise.reject(new Error("rebuild failed")));
      const waiting = registry.withLease(instrument, async () => "free");
      await expect(failing).rejects.toThrow("rebuild failed");
      expect(await waiting).toBe("free");
      expect(await trying()).toBe(true);
      expect(log).toEqual(["tried", "tried"]);
    }));

  it("frees the lease of work that throws, and passes the error on", () =>
    withStore(open, async (registry) => {
      const instrument = freshInstrument();
      const failing = registry.withLease(instrument, async () => {
        throw new Error("rebuild failed");
      });
      await expect(failing).rejects.toThrow("rebuild failed");
      expect(await registry.withLease(instrument, async () => "free")).toBe("free");
    }));
}

async function modelTest(open: Open<RangeRegistry>): Promise<void> {
  const span = fc.tuple(fc.integer({ min: 0, max: 5 }), fc.integer({ min: 1, max: 3 }));
  const command = fc.oneof(
    span.map(([from, length]) => ({ do: "mark" as const, from, to: from + length })),
    fc.constant({ do: "read" as const }),
    fc.constant({ do: "clear" as const }),
  );
  await withStore(open, async (registry) => {
    await fc.assert(
      fc.asyncProperty(fc.array(command, { maxLength: 20 }), async (commands) => {
        const instrument = freshInstrument();
        // Whether each span was marked since the reading that is cleared next.
        const marked = new Map<string, boolean>();
        let read = await registry.dirty(instrument);
        for (const step of commands) {
          if (step.do === "mark") {
            await registry.markDirty(instrument, step.from, step.to);
            marked.set(`${step.from} ${step.to}`, true);
          } else if (step.do === "read") {
            read = await registry.dirty(instrument);
            for (const key of marked.keys()) marked.set(key, false);
          } else {
            await registry.clearDirty(read);
            const cleared = new Set(read.map(({ from, to }) => `${from} ${to}`));
            for (const [key, since] of marked) if (!since && cleared.has(key)) marked.delete(key);
          }
        }
        const left = new Set((await registry.dirty(instrument)).map(({ from, to }) => `${from} ${to}`));
        expect([...left].sort()).toEqual([...marked.keys()].sort());
      }),
      propertyRuns(25),
    );
  });
}
