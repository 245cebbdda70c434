import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type DemoMarket, makeDemoMarket } from "#local/demo/demo-market.ts";
import { playLive } from "#local/demo/play-live.ts";
import { openPlatform, type Platform } from "#local/embedded/platform.ts";
import { RejectsFile } from "#shared/adapters/files/rejects-file.ts";
import { backtest } from "#shared/app/backtest.ts";
import { findGaps } from "#shared/app/find-gaps.ts";
import { startPaperRun, stopPaperRun } from "#shared/app/paper-run.ts";
import { loadCode, type RunPlan } from "#shared/app/run-plan.ts";
import type { Candle, CandleChoice } from "#shared/market/candle.ts";
import { instrumentKey, parseFeed } from "#shared/market/instrument.ts";
import type { RunRecord } from "#shared/ports/run-registry.ts";
import { candleCells } from "../candle-lines.ts";
import type { Command } from "../command.ts";
import { writeLine } from "../output.ts";
import { Progress } from "../progress.ts";
import { reportOf } from "../report-page.ts";
import { figureTable } from "../run-lines.ts";
import { formatNumber, formatTime, renderTable } from "../table.ts";
import { planFeed } from "./backtest.ts";
import { gapTable } from "./gaps.ts";
import { importOne, rebuildWithProgress } from "./import.ts";

const FOLDER = join(".millrace", "demo");
const STORE = join(FOLDER, "store.duckdb");
const MINUTE = 60_000;
const BTC = { exchange: "binance", symbol: "BTC/USDT" } as const;

export const demo: Command = {
  name: "demo",
  usage: "",
  summary: "a first look: a made-up market, candles, strategies and a report, in under a minute",
  details: [
    `Works in ${FOLDER}, with a store of its own. Run again it starts over: what that folder holds`,
    "is deleted, runs and imports of yours in the demo's store included.",
  ].join("\n"),
  examples: ["demo"],
  options: {},
  positionals: [0, 0],
  async run() {
    // A demo that is run again starts over; nothing but the demo is in this folder.
    await rm(FOLDER, { recursive: true, force: true });
    const market = await generate();
    const platform = await openPlatform(STORE);
    try {
      await importFiles(platform, market);
      const live = await tradeLive(platform, market);
      await showData(platform, market);
      const record = await runStrategies(platform);
      await showPromise(platform, live);
      await finish(platform, market, record);
    } finally {
      await platform.close();
    }
  },
};

function heading(text: string): Promise<void> {
  return writeLine(`\n── ${text} ${"─".repeat(Math.max(0, 92 - text.length))}`);
}

async function generate(): Promise<DemoMarket> {
  await heading("1. A market");
  const progress = new Progress("making a market");
  const market = await makeDemoMarket(FOLDER, (done, of) => progress.update(done / of, `day ${done} of ${of}`));
  progress.done();
  await writeLine(
    `${formatNumber(market.trades, 0)} made-up trades of BTC, ETH and SOL, four days of August 2024, as files in the layout of\n` +
      `Binance's archive in ${FOLDER}. One day of BTC has a stretch twice, one shuffled, and one missing.`,
  );
  return market;
}

async function importFiles(platform: Platform, market: DemoMarket): Promise<void> {
  await heading("2. Import: trades in, candles out");
  const rejects = new RejectsFile(join(FOLDER, "rejects.csv"));
  const totals = new Map<string, { stored: number; repeated: number }>();
  for (const { instrument, path } of market.files) {
    const { stored, repeated } = await importOne(platform, { path, instrument, timeframe: null }, rejects);
    const before = totals.get(instrumentKey(instrument)) ?? { stored: 0, repeated: 0 };
    totals.set(instrumentKey(instrument), { stored: before.stored + stored, repeated: before.repeated + repeated });
  }
  const rows = Array.from(totals, ([name, { stored, repeated }]) => [
    name,
    formatNumber(stored, 0),
    formatNumber(repeated, 0),
  ]);
  const columns = [
    { heading: "instrument" },
    { heading: "trades stored", align: "right" },
    { heading: "repeats dropped", align: "right" },
  ] as const;
  await writeLine(renderTable(columns, rows));
}

async function tradeLive(platform: Platform, market: DemoMarket): Promise<RunRecord> {
  await heading("3. Live: the last six hours come as a stream");
  const plan = planOn("sma-cross", ["binance:BTC/USDT@1m"], {
    choice: "known",
    warmFrom: market.liveFrom - 120 * MINUTE,
    tradeFrom: market.liveFrom,
  });
  const code = await loadCode(platform.catalog, plan.strategy);
  const paper = await startPaperRun(platform.stream, plan, code, Date.now());
  const progress = new Progress("live ticks");
  await playLive(platform, market.live, market.liveFrom + 6 * 60 * MINUTE, (fraction, at) =>
    progress.update(fraction, formatTime(at)),
  );
  progress.done();
  for (const { instrument } of market.live) await rebuildWithProgress(platform.store, instrument);
  const record = await stopPaperRun(platform.stream, paper.run);
  await writeLine(
    "Ticks went through the log; candles closed when the stream proved them complete; sma-cross traded on paper, step by\n" +
      "step. 400 trades of BTC came five minutes late. The source had vouched that nothing more would come, so candles of\n" +
      "their minutes were published as proven, some as empty; that turned out wrong, and they were restated. --as known shows\n" +
      "what was known then, which is what the strategy traded on; --as best shows what is true.",
  );
  const late = market.faults.find((fault) => fault.kind === "late")!;
  const from = late.firstTime - (late.firstTime % MINUTE);
  for (const choice of ["known", "best"] as const) {
    await writeLine(`\n--as ${choice}:`);
    await writeLine(candleTable(await candlesOf(platform, choice, from, from + 3 * MINUTE)));
  }
  return record;
}

async function candlesOf(platform: Platform, choice: CandleChoice, from: number, to: number): Promise<Candle[]> {
  const candles: Candle[] = [];
  const query = { instrument: BTC, timeframe: "1m", choice, from, to } as const;
  for await (const block of platform.store.candles.read(query)) candles.push(...block);
  return candles;
}

function candleTable(candles: readonly Candle[]): string {
  const names = ["open time (UTC)", "open", "high", "low", "close", "volume", "trades", "origin", "completeness"];
  const columns = names.map((name, i) => ({
    heading: name,
    align: i > 0 && i < 7 ? ("right" as const) : ("left" as const),
  }));
  return renderTable(columns, candles.map(candleCells));
}

async function showData(platform: Platform, market: DemoMarket): Promise<void> {
  await heading("4. What is wrong with the data");
  const found = await findGaps(platform.store, BTC, { from: 0, to: market.liveFrom + 6 * 60 * MINUTE });
  await writeLine(gapTable(found));
  const hole = market.faults.find((fault) => fault.kind === "hole")!;
  const missing = found.reduce((sum, gap) => sum + (gap.missing ?? 0), 0);
  await writeLine(
    `\n${missing} trades are missing by their ids; the demo left out ${hole.count} (${hole.firstId} to ${hole.lastId}). ` +
      `Repeats and disorder changed nothing.`,
  );
}

async function runStrategies(platform: Platform): Promise<RunRecord> {
  await heading("5. Strategies, beside buy & hold");
  const records: RunRecord[] = [];
  for (const symbol of ["BTC/USDT", "ETH/USDT", "SOL/USDT"]) {
    for (const strategy of ["sma-cross", "rsi-reversion", "trend-filter"]) {
      const feeds = [`binance:${symbol}@5m`];
      if (strategy === "trend-filter") feeds.push(`slow=binance:${symbol}@1h`);
      const plan = planOn(strategy, feeds, { choice: "best", warmFrom: 0, tradeFrom: 0 });
      const code = await loadCode(platform.catalog, strategy);
      records.push(await backtest(platform.store, plan, code, Date.now()));
    }
  }
  await writeLine(figureTable(records));
  await writeLine("Fees of 0.1 % a fill are paid; a made-up market owes nobody a profit.");
  return records[0]!;
}

async function showPromise(platform: Platform, live: RunRecord): Promise<void> {
  await heading("6. The promise: the same result, live or as a backtest");
  const { definition } = live;
  const plan = JSON.parse(definition) as Pick<RunPlan, "warmFrom" | "tradeFrom">;
  const again = planOn("sma-cross", ["binance:BTC/USDT@1m"], { choice: "known", ...pickSpan(plan) });
  const code = await loadCode(platform.catalog, "sma-cross");
  const record = await backtest(platform.store, again, code, Date.now());
  await writeLine(`live, step by step  ${live.resultHash}  ${live.figures?.trades ?? 0} trades`);
  await writeLine(`backtest            ${record.resultHash}  ${record.figures?.trades ?? 0} trades`);
  if (live.resultHash !== record.resultHash) throw new Error("the live run and its backtest differ");
  await writeLine("Bit for bit the same orders, fills and equity.");
}

function pickSpan({
  warmFrom,
  tradeFrom,
}: Pick<RunPlan, "warmFrom" | "tradeFrom">): Pick<RunPlan, "warmFrom" | "tradeFrom"> {
  return { warmFrom, tradeFrom };
}

function planOn(
  strategy: string,
  feeds: readonly string[],
  span: Pick<RunPlan, "choice" | "warmFrom" | "tradeFrom">,
): RunPlan {
  return {
    strategy,
    params: {},
    feeds: feeds.map((text) => planFeed(parseFeed(text), span.tradeFrom)),
    broker: { cash: 10_000, fee: null, allowShort: false },
    end: null,
    ...span,
  };
}

async function finish(platform: Platform, market: DemoMarket, record: RunRecord): Promise<void> {
  await heading("7. The report, and what to try next");
  const path = join(FOLDER, "report.html");
  await writeFile(path, await reportOf(platform, record));
  const store = `--store ${STORE}`;
  await writeLine(
    [
      `Open ${path} in a browser. Then:`,
      "",
      `  npx millrace candles binance:BTC/USDT@1h ${store}`,
      `  npx millrace import binance:BTC/USDT ${market.whole.path} ${store}   # heals the hole`,
      `  npx millrace gaps binance:BTC/USDT ${store}`,
      `  npx millrace backtest sma-cross binance:BTC/USDT@1m --param fast=20 --param slow=60 ${store}`,
      `  npx millrace runs ${store}`,
      "",
      `After 'export MILLRACE_STORE=${STORE}' all commands work on it without --store. The demo run again`,
      "starts over: it deletes this store, your runs in it included.",
    ].join("\n"),
  );
}
