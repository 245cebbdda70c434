import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { FolderCatalog } from "#local/embedded/folder-catalog.ts";
import { RunMemory, runOnColumns } from "#shared/app/run-on-columns.ts";
import { loadCode, type RunPlan } from "#shared/app/run-plan.ts";
import { randomWalk } from "#shared/engine/random-walk.ts";
import type { ChosenCandles } from "#shared/market/candle.ts";
import { parseFeed } from "#shared/market/instrument.ts";
import { specOf } from "#shared/market/instrument-specs.ts";
import { threadRunner } from "./thread-runner.ts";

const START = Date.UTC(2024, 0, 1);
const MOODY = `import { choice } from "#shared/engine/parameter.ts";
import { Strategy } from "#shared/engine/strategy.ts";
export class Moody extends Strategy({ mood: choice("well", ["well", "throws", "hangs", "exits"]) }) {
  override next(): void {
    if (this.data.bars % 50 === 0) this.buy({ size: 0.1 });
    if (this.data.bars % 50 === 25) this.close();
    if (this.data.bars < 5_000) return;
    if (this.params.mood === "throws") throw new Error("no mood for it");
    if (this.params.mood === "hangs") for (;;);
    if (this.params.mood === "exits") process.exit(7);
  }
}
`;

let folder: string;
let rootsBefore: string | undefined;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "millrace-backtest-"));
  await mkdir(join(folder, "moody"));
  await writeFile(join(folder, "moody", "strategy.ts"), MOODY);
  rootsBefore = process.env["MILLRACE_STRATEGIES"];
  process.env["MILLRACE_STRATEGIES"] = folder;
});
afterAll(async () => {
  if (rootsBefore === undefined) delete process.env["MILLRACE_STRATEGIES"];
  else process.env["MILLRACE_STRATEGIES"] = rootsBefore;
  await rm(folder, { recursive: true });
});

const candles = randomWalk({ timeframe: "1m", start: START, count: 10_000, seed: 5 });
const columns: ChosenCandles[] = [
  { ...candles, quality: { proven: 0, reconciled: 0, unknown: candles.length, gap: 0 } },
];

function planOf(mood: string, broker: Partial<RunPlan["broker"]> = {}): RunPlan {
  const feed = parseFeed("binance:BTC/USDT@1m");
  return {
    strategy: "moody",
    params: { mood },
    feeds: [{ feed, spec: specOf(feed.instrument, START) }],
    broker: { cash: 10_000, fee: null, allowShort: false, ...broker },
    choice: "best",
    warmFrom: 0,
    tradeFrom: 0,
    end: null,
  };
}

async function both(plan: RunPlan, silence?: number) {
  const code = await loadCode(new FolderCatalog(process.env), "moody");
  return {
    there: threadRunner(silence)(plan, code, columns),
    here: () => runOnColumns(plan, code, columns, new RunMemory(), () => {}),
  };
}

test.each(["well", "throws"])("a strategy that does %s comes to the same in a thread as here", async (mood) => {
  const { there, here } = await both(planOf(mood));
  const outcome = await there;
  expect(outcome).toEqual(here());
  expect(outcome.events.fills.length).toBeGreaterThan(100);
  expect(outcome.error === null).toBe(mood === "well");
});

test("a strategy that never returns has failed, and the words say where", async () => {
  const { there } = await both(planOf("hangs"), 400);
  const { error, resultHash, figures, events } = await there;
  expect({ resultHash, figures, cycles: events.cycles.length }).toEqual({ resultHash: null, figures: null, cycles: 0 });
  expect(error).toContain("strategy moody: it showed no progress for 0.4 s and was ended");
  expect(error).toContain("between the bars of 2024-01-03T20:16:00.000Z and 2024-01-06T16:31:00.000Z.");
});

test("a strategy that ends its thread has failed", async () => {
  const { there } = await both(planOf("exits"));
  expect((await there).error).toContain("its thread ended with code 7");
});

test("what the plan cannot be run with is refused as it is here", async () => {
  const { there, here } = await both(planOf("well", { cash: 0 }));
  expect(here).toThrow("starting cash is 0");
  await expect(there).rejects.toMatchObject({
    name: "InputError",
    code: "usage",
    message: expect.stringContaining("starting cash is 0") as string,
  });
});
