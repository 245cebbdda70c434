import { expect, test } from "vitest";
import { VmWatchdog } from "./vm-watchdog.ts";

function burn(ms: number): void {
  const { user, system } = process.threadCpuUsage();
  for (;;) {
    const now = process.threadCpuUsage();
    if (now.user + now.system - user - system >= ms * 1_000) return;
  }
}

/** Again and again with more patience while it is only interrupted, as on a busy machine. */
function settled(watchdog: VmWatchdog, works: readonly (() => void)[]): string[] {
  return works.map((work) => {
    for (let patience = 1; ; patience *= 2) {
      const [outcome] = watchdog.watch([work], patience);
      if (outcome !== "interrupted") return outcome!;
    }
  });
}

test("work that loops for ever is ended alone", () => {
  const seen = new Set<string>();
  const loop = (): void => {
    seen.add("loops");
    try {
      for (;;);
    } finally {
      seen.add("its own finally is not run");
    }
  };
  const works = [() => seen.add("before"), loop, () => seen.add("after")];
  expect(settled(new VmWatchdog(0.2), works)).toEqual(["done", "overran", "done"]);
  expect([...seen]).toEqual(["before", "loops", "after"]);
});

test("what comes after work that did not come back is not begun, so that what is done can be kept first", () => {
  const seen: number[] = [];
  const works = [() => seen.push(1), () => burn(10_000), () => seen.push(2)];
  const outcomes = new VmWatchdog(0.2).watch(works);
  expect(outcomes).toHaveLength(2);
  expect(outcomes[0]).toBe("done");
  expect(seen).toEqual([1]);
});

test("work that is ended though others used up its time was only interrupted", () => {
  const outcomes = new VmWatchdog(0.4).watch([() => burn(250), () => burn(250), () => burn(250)]);
  expect(outcomes).toContain("interrupted");
  expect(outcomes).not.toContain("overran");
});

test("work that is ended as the process stood still was only interrupted", () => {
  // Waits without using CPU time, as a stopped process does.
  const stand = (): void => {
    const memory = new Int32Array(new SharedArrayBuffer(4));
    const until = performance.now() + 500;
    while (performance.now() < until) Atomics.wait(memory, 0, 0, 20);
  };
  expect(new VmWatchdog(0.2).watch([stand, () => undefined])).toEqual(["interrupted"]);
});

test("work that needs more time than a busy machine has for it comes back in the end", () => {
  let waits = 350;
  // Each time it waits as long: only a longer limit lets it come back.
  const slow = (): void => {
    const until = performance.now() + waits;
    const memory = new Int32Array(new SharedArrayBuffer(4));
    while (performance.now() < until) Atomics.wait(memory, 0, 0, 20);
    waits = 0;
  };
  expect(settled(new VmWatchdog(0.1), [slow])).toEqual(["done"]);
});

test("no work is no outcome", () => {
  expect(new VmWatchdog().watch([])).toEqual([]);
});
