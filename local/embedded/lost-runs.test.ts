import { expect, test } from "vitest";
import { VmWatchdog } from "#shared/adapters/vm/vm-watchdog.ts";
import { archive } from "#shared/app/archive.ts";
import { stepStrategies } from "#shared/app/step-strategies.ts";
import { Strategy } from "#shared/engine/strategy.ts";
import type { Watchdog } from "#shared/ports/watchdog.ts";
import { memoryPorts, TestCatalog } from "./test-chain.ts";
import { BTC, beat, CLASSES, candlesOf, MINUTE, NOON, register, send, trades } from "./test-live-runs.ts";

class Loops extends Strategy({}) {
  override next(): void {
    for (;;);
  }
}

/** Waits without using CPU time. */
class Waits extends Strategy({}) {
  override next(): void {
    const memory = new Int32Array(new SharedArrayBuffer(4));
    for (;;) Atomics.wait(memory, 0, 0, 20);
  }
}

/** Has time for a few calls, as a function has until its time-out. */
class ShortWatchdog implements Watchdog {
  readonly seconds = 0.1;
  readonly #inner = new VmWatchdog(this.seconds);
  #left = 4;

  watch(works: readonly (() => void)[], patience?: number) {
    if (this.#left-- === 0) throw new Error("the time of the function is over");
    return this.#inner.watch(works, patience);
  }
}

const FEED = ["binance:BTC/USDT@1m"];

test("runs that loop are failed a few in each attempt, though a batch has not the time for all", async () => {
  const ports = memoryPorts(1, new TestCatalog({ ...CLASSES, loops: Loops }));
  const first = await register(ports, "counts", FEED, {}, 9);
  const looping: string[] = [];
  for (let i = 0; i < 5; i++) looping.push(await register(ports, "loops", FEED, {}, i));
  const candles = await candlesOf(ports, [...trades(BTC, NOON, 8)]);
  await archive(ports, candles);
  let failed = 0;
  while (failed < looping.length) {
    await stepStrategies({ ...ports, watchdog: new ShortWatchdog() }, candles).catch(() => undefined);
    const records = await ports.runs.getAll(looping);
    const now = records.filter(({ status }) => status === "failed").length;
    expect(now).toBeGreaterThan(failed);
    failed = now;
  }
  expect(await ports.checkpoints.load("step-strategies", first)).not.toBeNull();
});

test("a run that waits for ever is failed by the time that its batch has, and the others are stepped", async () => {
  const ports = memoryPorts(1, new TestCatalog({ ...CLASSES, waits: Waits }));
  const waiting = await register(ports, "waits", FEED);
  const going = await register(ports, "counts", FEED, {}, 1);
  const watched = { ...ports, watchdog: new VmWatchdog(0.05) };
  await send(watched, [...trades(BTC, NOON, 8), beat(NOON + 4 * MINUTE)]);
  const error = expect.stringContaining("did not come back within 0.4 s, after its first bar");
  expect(await ports.runs.get(waiting)).toMatchObject({ status: "failed", error });
  expect((await ports.results.read(going)).logs).toHaveLength(4);
});
