import { expect, test } from "vitest";
import { VmWatchdog } from "#shared/adapters/vm/vm-watchdog.ts";
import { backtest } from "#shared/app/backtest.ts";
import { CatalogArtefacts } from "#shared/app/catalog-artefacts.ts";
import { startPaperRun } from "#shared/app/paper-run.ts";
import { parsePlan } from "#shared/app/run-plan.ts";
import { tickRecords } from "#shared/app/tick-records.ts";
import { int } from "#shared/engine/parameter.ts";
import { Strategy } from "#shared/engine/strategy.ts";
import { parseInstrument } from "#shared/market/instrument.ts";
import { tickColumns } from "#shared/market/tick.ts";
import type { RunArtefacts } from "#shared/ports/run-artefacts.ts";
import { StreamHost, type StreamPorts } from "./stream-host.ts";
import {
  type Arrival,
  codeOf,
  deadLetters,
  memoryPorts,
  planOf,
  publishTicks,
  stopped,
  TestCatalog,
} from "./test-chain.ts";

const MINUTE = 60_000;
const BTC = parseInstrument("binance:BTC/USDT");
const NOON = Date.UTC(2024, 5, 1, 12);
const RUNS = 100;

class Throws extends Strategy({}) {
  state = { bars: 0 };

  override next(): void {
    if (++this.state.bars === 9) throw new Error("nine is too many");
  }
}

class Loops extends Strategy({}) {
  state = { bars: 0 };

  override next(): void {
    this.log(`bar ${++this.state.bars}`);
    while (this.state.bars >= 9);
  }
}

class Turns extends Strategy({ every: int(2, { min: 1, max: 200 }) }) {
  state = { bars: 0 };

  override next(): void {
    if (++this.state.bars % this.params.every !== 0) return;
    if (this.position.size === 0) this.buy({ size: 0.1 });
    else this.close();
  }
}

function minutes(from: number, to: number): Arrival[] {
  const ticks = Array.from({ length: (to - from) * 3 }, (_, i) => {
    const id = from * 3 + i;
    return { id, ts: NOON + id * 20_000, price: 100 + ((id * 7) % 11), amount: 1, side: "buy" as const };
  });
  const records = tickRecords(tickColumns(ticks), { origin: "live", span: MINUTE });
  const beat = { kind: "heartbeat", watermark: NOON + to * MINUTE } as const;
  return [...records, beat].map((record) => ({ instrument: BTC, record }));
}

test("one run that throws, one that loops and one whose code is gone leave the others as their backtests", async () => {
  const catalog = new TestCatalog({ throws: Throws, loops: Loops, turns: Turns, gone: Turns });
  const ports = memoryPorts(1, catalog);
  const known = new CatalogArtefacts(catalog);
  const artefacts: RunArtefacts = {
    load: (pin) => (pin.strategy === "gone" ? new CatalogArtefacts(new TestCatalog()).load(pin) : known.load(pin)),
  };
  const hosted: StreamPorts = { ...ports, artefacts, watchdog: new VmWatchdog(0.3) };
  const names = ["throws", "loops", "gone"];
  const runs = new Map<string, string>();
  for (let i = 0; i < RUNS; i++) {
    const strategy = names[i - 40] ?? "turns";
    const params = strategy === "turns" ? { every: i + 1 } : {};
    const plan = { ...planOf(strategy, ["binance:BTC/USDT@1m"], NOON - MINUTE), params };
    runs.set((await startPaperRun(ports, plan, await codeOf(catalog, strategy), i)).run, strategy);
  }
  for (let at = 0; at < 60; at += 6) {
    await publishTicks(ports.log, minutes(at, at + 6));
    await new StreamHost(hosted).drain();
  }
  const idOf = (strategy: string): string => [...runs].find(([, name]) => name === strategy)![0];
  const thrown = await ports.runs.get(idOf("throws"));
  expect(thrown).toMatchObject({ status: "failed", error: expect.stringContaining("nine is too many") });
  const looped = await ports.runs.get(idOf("loops"));
  expect(looped?.status).toBe("failed");
  expect(looped?.error).toContain("took longer than 0.3 s in one step, after the bar that closed at 2024-06-01T12:0");
  expect((await ports.results.read(idOf("loops"))).logs.map(({ text }) => text)).toEqual(
    Array.from({ length: 8 }, (_, i) => `bar ${i + 1}`),
  );
  const gone = await ports.runs.get(idOf("gone"));
  expect(gone).toMatchObject({ status: "running", error: expect.stringContaining("no strategy 'gone'") });
  for (const [run, strategy] of runs) {
    if (strategy !== "turns") continue;
    const { definition, resultHash } = await stopped(hosted, run);
    const tested = await backtest(ports, parsePlan(definition), await codeOf(catalog, strategy), 0);
    expect(resultHash).toBe(tested.resultHash);
    expect(await ports.results.read(run)).toEqual(await ports.results.read(tested.run));
  }
  expect(await deadLetters(ports.log)).toEqual([]);
});
