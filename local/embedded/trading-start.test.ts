import { expect, it } from "vitest";
import { backtest } from "#shared/app/backtest.ts";
import { startPaperRun, stopPaperRun } from "#shared/app/paper-run.ts";
import { rebuild } from "#shared/app/rebuild.ts";
import { parsePlan } from "#shared/app/run-plan.ts";
import { tickRecords } from "#shared/app/tick-records.ts";
import { type Tick, tickColumns } from "#shared/market/tick.ts";
import { StreamHost } from "./stream-host.ts";
import { codeOf, memoryPorts, planOf, publishTicks } from "./test-chain.ts";
import { BTC, MINUTE, NOON } from "./test-sessions.ts";

/** A trade every 20 s, up and down. */
function ticksFrom(from: number, count: number, firstId: number): readonly Tick[] {
  return Array.from({ length: count }, (_, i) => {
    return { id: firstId + i, ts: from + i * 20_000, price: 100 + ((i * 7) % 11), amount: 1, side: "buy" } as const;
  });
}

it("of a run that was started while nothing was held is the first live candle, whatever is imported before that", async () => {
  const ports = memoryPorts();
  const plan = planOf("sma-cross", ["binance:BTC/USDT@1m"], 0);
  const started = await startPaperRun(ports, plan, await codeOf(ports.catalog, "sma-cross"), 0);
  const before = NOON - 60 * MINUTE;
  await ports.ticks.append(BTC, tickColumns(ticksFrom(before, 150, 0)), "import");
  await ports.ranges.markDirty(BTC, before, NOON);
  await rebuild(ports, BTC);
  for (const record of tickRecords(tickColumns(ticksFrom(NOON, 90, 1_000)), { origin: "live", span: 1 })) {
    await publishTicks(ports.log, [{ instrument: BTC, record }]);
  }
  await new StreamHost(ports).drain();
  const { definition, identity } = (await ports.runs.get(started.run))!;
  expect(parsePlan(definition)).toMatchObject({ warmFrom: NOON, tradeFrom: NOON });
  expect(identity).not.toBe(started.identity);
  const stopped = await stopPaperRun(ports, started.run);
  expect((await ports.results.read(started.run)).cycles.time[0]).toBe(NOON + MINUTE - 1);
  const tested = await backtest(ports, parsePlan(definition), await codeOf(ports.catalog, "sma-cross"), 0);
  expect(stopped).toMatchObject({ definition, resultHash: tested.resultHash, figures: tested.figures });
});
