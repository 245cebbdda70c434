import { execFile, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import type { CandleColumns } from "#shared/market/candle.ts";

const run = promisify(execFile);

/** Made once, in the folder that git ignores. */
const ENVIRONMENT = join(".millrace", "bench-peers");
const PACKAGE = "backtrader==1.9.78.123";

/** What backtrader did with some bars. */
export interface PeerRun {
  /** CPU time of its run on bars that are in memory. */
  readonly cpuSeconds: number;
  /** Number of the bar that hears of the fill, from 1; signed size; price. */
  readonly fills: readonly (readonly [bar: number, size: number, price: number])[];
  readonly value: number;
}

/** Python with backtrader, in a virtual environment of our own. Throws Error where there is no Python 3. */
async function python(): Promise<string> {
  const path = join(ENVIRONMENT, "bin", "python");
  if (existsSync(path)) return path;
  try {
    await run("python3", ["-m", "venv", ENVIRONMENT]);
    await run(path, ["-m", "pip", "install", "--quiet", PACKAGE]);
  } catch (cause) {
    throw new Error(`the peer ${PACKAGE} could not be installed: Python 3 with venv and pip is needed`, { cause });
  }
  return path;
}

/** Bars of a feed that backtrader is given. */
export interface PeerFeed {
  readonly bars: CandleColumns;
  /** How many, from the first on. */
  readonly count: number;
}

/** Runs a strategy of bench/peers in backtrader. */
export async function runBacktrader(
  script: "backtrader_sma_cross.py" | "backtrader_rich.py",
  feeds: readonly PeerFeed[],
  settings: { readonly cash: number; readonly fee: number; readonly stake: number },
): Promise<PeerRun> {
  const child = spawn(await python(), [join(import.meta.dirname, "peers", script)], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  child.stdin.end(JSON.stringify({ ...settings, feeds: feeds.map(peerBars) }));
  let text = "";
  for await (const chunk of child.stdout.setEncoding("utf8")) text += chunk;
  const { cpu_seconds: cpuSeconds, ...rest } = JSON.parse(text) as Omit<PeerRun, "cpuSeconds"> & {
    cpu_seconds: number;
  };
  return { cpuSeconds, ...rest };
}

function peerBars({ bars, count }: PeerFeed): Record<string, number[]> {
  const column = (values: Float64Array): number[] => [...values.subarray(0, count)];
  return {
    time: column(bars.closeTime).map((time) => time - 1),
    open: column(bars.open),
    high: column(bars.high),
    low: column(bars.low),
    close: column(bars.close),
    volume: column(bars.volume),
  };
}
