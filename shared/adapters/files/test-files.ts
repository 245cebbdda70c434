import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Candle } from "#shared/market/candle.ts";
import { InputError } from "#shared/market/input-error.ts";
import { parseInstrument } from "#shared/market/instrument.ts";
import { type Tick, tickAt } from "#shared/market/tick.ts";
import type { Timeframe } from "#shared/market/timeframe.ts";
import type { FileReject, TradeFileFacts } from "#shared/ports/trade-file.ts";
import { FileTradeReader } from "./trade-file-reader.ts";

/** When the tests' files are read: 2025-06-01. */
export const NOW = Date.UTC(2025, 5, 1);
/** 2024-08-08T23:54:15.342Z */
export const TS = 1_723_161_255_342;

/** All that a file gave. */
export interface Reading {
  readonly facts: TradeFileFacts;
  readonly ticks: readonly Tick[];
  readonly candles: readonly Candle[];
  readonly rejects: readonly FileReject[];
  readonly ignored: number;
  readonly batches: number;
  /** What ended the reading early. */
  readonly fault: InputError | null;
}

/** Files of one test in a folder that is removed with it. */
export class TestFiles implements AsyncDisposable {
  readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
  }

  static async create(): Promise<TestFiles> {
    return new TestFiles(await mkdtemp(join(tmpdir(), "millrace-files-")));
  }

  async write(name: string, content: string | Uint8Array): Promise<string> {
    const path = join(this.folder, name);
    await writeFile(path, content);
    return path;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** Reads a whole file. */
export async function readAll(
  path: string,
  instrument = "binance:BTC/USDT",
  timeframe: Timeframe | null = null,
): Promise<Reading> {
  const request = { path, instrument: parseInstrument(instrument), timeframe, now: NOW };
  const file = await new FileTradeReader().open(request);
  const ticks: Tick[] = [];
  const candles: Candle[] = [];
  const rejects: FileReject[] = [];
  let ignored = 0;
  let batches = 0;
  let fault: InputError | null = null;
  try {
    for await (const batch of file.batches()) {
      batches++;
      ignored += batch.ignored;
      rejects.push(...batch.rejects);
      if (batch.kind === "candles") candles.push(...batch.candles);
      else for (let row = 0; row < batch.ticks.length; row++) ticks.push(tickAt(batch.ticks, row));
    }
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    fault = error;
  }
  return { facts: file.facts, ticks, candles, rejects, ignored, batches, fault };
}

/** Writes a text to a file and reads it. */
export async function readText(
  text: string | Uint8Array,
  name = "data.csv",
  instrument = "binance:BTC/USDT",
  timeframe: Timeframe | null = null,
): Promise<Reading> {
  await using files = await TestFiles.create();
  return await readAll(await files.write(name, text), instrument, timeframe);
}
