import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { openStore } from "#shared/adapters/duckdb/store.ts";
import { writeTradesCsv } from "#shared/adapters/files/trade-csv-writer.ts";
import type { Candle } from "#shared/market/candle.ts";
import { sliceTicks, type TickColumns } from "#shared/market/tick.ts";
import type { Figure } from "./figure.ts";
import { BENCH_INSTRUMENT, benchmarkTicks } from "./market.ts";

const TRADES = 10_000_000;
const MILLRACE = fileURLToPath(new URL("../local/cli/main.ts", import.meta.url));

/** The command on a 10 M-trade CSV of Binance's archive, process start to exit: trades and all candles stored. */
export async function run(): Promise<Figure[]> {
  const folder = await mkdtemp(join(tmpdir(), "millrace-bench-"));
  try {
    const csv = join(folder, "BTCUSDT-trades-2024-01-01.csv");
    const ticks = benchmarkTicks(TRADES);
    await writeTradesCsv(csv, blocksOf(ticks));
    const store = join(folder, "store.duckdb");
    const started = performance.now();
    const peakMiB = await importFile(csv, store);
    const seconds = (performance.now() - started) / 1_000;
    await check(store, ticks);
    return [
      { name: "import", value: TRADES / seconds / 1e6, unit: "M ticks/s" },
      { name: "import memory", value: peakMiB, unit: "MiB resident" },
    ];
  } finally {
    await rm(folder, { recursive: true });
  }
}

function* blocksOf(ticks: TickColumns): Generator<TickColumns> {
  for (let from = 0; from < ticks.length; from += 65_536) yield sliceTicks(ticks, from, from + 65_536);
}

/** Runs the import; resolves to the greatest memory it had resident, from the kernel where it tells. */
async function importFile(csv: string, store: string): Promise<number> {
  const child = spawn(process.execPath, [MILLRACE, "import", "binance:BTC/USDT", csv, "--store", store], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  let peak = Number.NaN;
  const watch = setInterval(() => {
    readFile(`/proc/${child.pid}/status`, "utf8").then(
      (status) => {
        const match = /VmHWM:\s+(\d+)/.exec(status);
        if (match !== null) peak = Number(match[1]) / 1_024;
      },
      () => undefined,
    );
  }, 50);
  const code = await new Promise<number | null>((resolve) => child.on("close", resolve));
  clearInterval(watch);
  if (code !== 0) throw new Error(`the import failed with exit code ${code}`);
  return peak;
}

/** Throws unless all trades are held and every day adds up. */
async function check(path: string, ticks: TickColumns): Promise<void> {
  const store = await openStore(path);
  try {
    const extent = await store.ticks.extent(BENCH_INSTRUMENT);
    if (extent?.count !== ticks.length) throw new Error(`${extent?.count} trades are held, not ${ticks.length}`);
    const days: Candle[] = [];
    const span = { from: 0, to: Number.MAX_SAFE_INTEGER };
    const query = { instrument: BENCH_INSTRUMENT, timeframe: "1d", choice: "best", ...span } as const;
    for await (const block of store.candles.read(query)) days.push(...block);
    const trades = days.reduce((sum, day) => sum + day.trades!, 0);
    if (trades !== ticks.length) throw new Error(`the days hold ${trades} trades, not ${ticks.length}`);
  } finally {
    await store.close();
  }
}
