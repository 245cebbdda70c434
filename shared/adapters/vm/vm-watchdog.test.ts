import { expect, test } from "vitest";
import { VmWatchdog } from "./vm-watchdog.ts";

function burn(ms: number): void {
  const { user, system } = process.threadCpuUsage();
  for (;;) {
    const now = process.threadCpuUsage();
    if (now.user + now.system - user - system >= ms * 1_000) return;
  }
}

test("work that loops for ever is ended alone", () => {
  const seen: string[] = [];
  const loop = (): void => {
    seen.push("loops");
    try {
      for (;;);
    } finally {
      seen.push("its own finally is not run");
    }
  };
  const outcomes = new VmWatchdog(0.2).watch([() => seen.push("before"), loop, () => seen.push("after")]);
  expect(outcomes).toEqual(["done", "overran", "done"]);
  expect(seen).toEqual(["before", "loops", "after"]);
});

test("work that is ended though others used up its time was only interrupted", () => {
  expect(new VmWatchdog(0.4).watch([() => burn(250), () => burn(250)])).toEqual(["done", "interrupted"]);
});

test("work that is ended as the process stood still was only interrupted", () => {
  // Waits without using CPU time, as a stopped process does.
  const stand = (): void => {
    const memory = new Int32Array(new SharedArrayBuffer(4));
    const until = performance.now() + 500;
    while (performance.now() < until) Atomics.wait(memory, 0, 0, 20);
  };
  expect(new VmWatchdog(0.2).watch([stand, () => undefined])).toEqual(["interrupted", "done"]);
});

test("no work is no outcome", () => {
  expect(new VmWatchdog().watch([])).toEqual([]);
});
