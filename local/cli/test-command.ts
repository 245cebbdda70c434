import { spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { openPlatform } from "#local/embedded/platform.ts";
import { writeTradesCsv } from "#shared/adapters/files/trade-csv-writer.ts";
import { readCandles } from "#shared/app/read-candles.ts";
import { generateMarket } from "#shared/generator/generate-market.ts";
import { majorPairs } from "#shared/generator/major-pairs.ts";
import { collectTicks } from "#shared/market/collect-ticks.ts";
import { parseInstrument } from "#shared/market/instrument.ts";
import type { TickColumns } from "#shared/market/tick.ts";
import { TIMEFRAMES, type Timeframe } from "#shared/market/timeframe.ts";
import { candleJson } from "./candle-lines.ts";

/** The command as a user starts it. */
export const MILLRACE = fileURLToPath(new URL("./millrace.mjs", import.meta.url));

/** The instrument of the tests. */
export const BTC = "binance:BTC/USDT";
/** The first moment of generated trades: a Sunday's evening, the last of a month. */
export const START = Date.UTC(2024, 5, 30, 20);
export const DAY = 86_400_000;

/** How a command ended. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command that goes on. */
export interface Running {
  readonly ended: Promise<Ended>;
  kill(signal: NodeJS.Signals): void;
}

/** A folder that commands of a test run in, removed with it. Its store is `store.duckdb` unless an argument says else. */
export class CommandFolder implements AsyncDisposable {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  static async create(): Promise<CommandFolder> {
    return new CommandFolder(await mkdtemp(join(tmpdir(), "millrace-cli-")));
  }

  file(name: string): string {
    return join(this.path, name);
  }

  async write(name: string, content: string | Uint8Array): Promise<string> {
    await writeFile(this.file(name), content);
    return this.file(name);
  }

  /** Starts `millrace` as a user would. */
  start(words: readonly string[], store = "store.duckdb"): Running {
    const child = spawn(process.execPath, [MILLRACE, ...words], {
      cwd: this.path,
      env: { ...process.env, MILLRACE_STORE: store },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr += text;
    });
    const ended = new Promise<Ended>((resolve, reject) => {
      child.on("error", reject);
      child.on("close", (code, signal) => resolve({ code, signal, stdout, stderr }));
    });
    return { ended, kill: (signal) => child.kill(signal) };
  }

  run(words: readonly string[], store?: string): Promise<Ended> {
    return this.start(words, store).ended;
  }

  /** Runs a command that must succeed, and gives what it wrote. */
  async output(words: readonly string[], store?: string): Promise<string> {
    const { code, signal, stdout, stderr } = await this.run(words, store);
    if (code !== 0) throw new Error(`millrace ${words.join(" ")} ended with ${code ?? signal}: ${stderr}`);
    return stdout;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.path, { recursive: true, force: true });
  }
}

/** What `candles --json` writes, read in this process, without the revision: one text for each timeframe. */
export async function heldCandles(
  store: string,
  instrument = BTC,
  timeframes: readonly Timeframe[] = TIMEFRAMES,
): Promise<Record<string, string>> {
  const platform = await openPlatform(store);
  try {
    const texts: Record<string, string> = {};
    for (const timeframe of timeframes) {
      const query = {
        instrument: parseInstrument(instrument),
        timeframe,
        choice: "best",
        from: 0,
        to: 8.64e15,
      } as const;
      let text = "";
      for await (const block of readCandles(platform.store, query)) {
        for (const candle of block) text += `${JSON.stringify({ ...candleJson(candle), revision: undefined })}\n`;
      }
      texts[timeframe] = text;
    }
    return texts;
  } finally {
    await platform.close();
  }
}

export function withoutRevision(json: string): string {
  return json.replaceAll(/"revision":\d+,/g, "");
}

/** Seeded trades of BTC from `START` on. */
export function makeTrades(tradesPerDay: number, days: number): TickColumns {
  const spec = { from: START, to: START + days * DAY, instruments: majorPairs(tradesPerDay).slice(0, 1) };
  return collectTicks(generateMarket(20_240_808, spec)[0]!.blocks(8_192));
}

/** Writes trades in the archive's layout, packed as the name says. */
export async function writeTrades(path: string, trades: TickColumns): Promise<string> {
  await writeTradesCsv(path, [trades]);
  return path;
}

/** Runs jobs two at a time, as the machines of the tests have two cores; results in order. */
export async function byTwo<T>(jobs: readonly (() => Promise<T>)[]): Promise<T[]> {
  const results: T[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let job = next++; job < jobs.length; job = next++) results[job] = await jobs[job]!();
  };
  await Promise.all([worker(), worker()]);
  return results;
}
