import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { writeTradesCsv } from "#shared/adapters/files/trade-csv-writer.ts";
import { type FaultRecord, injectFaults, planFaults } from "#shared/generator/faults.ts";
import { generateMarket } from "#shared/generator/generate-market.ts";
import { majorPairs } from "#shared/generator/major-pairs.ts";
import { collectTicks } from "#shared/market/collect-ticks.ts";
import type { Instrument } from "#shared/market/instrument.ts";
import { pickTicks, type TickColumns } from "#shared/market/tick.ts";

const SEED = 20_240_805;
const DAY = 86_400_000;
const START = Date.UTC(2024, 7, 5);
const DAYS = 4;
/** The last hours come live. */
const LIVE_FROM = START + DAYS * DAY - 6 * 3_600_000;
const TRADES_PER_DAY = 60_000;
/** A late stretch of the live part arrives so much after its time. */
const LATE_BY = 5 * 60_000;

/** A file of the demo and whose trades it holds. */
export interface DemoFile {
  readonly instrument: Instrument;
  readonly path: string;
}

/** The trades of an instrument's last hours, in order of arrival. */
export interface LiveTicks {
  readonly instrument: Instrument;
  readonly ticks: TickColumns;
}

export interface DemoMarket {
  /** To import: days in the layout of Binance's archive, one of them faulty. */
  readonly files: readonly DemoFile[];
  /** The faulty day as it should have been: importing it heals the hole. */
  readonly whole: DemoFile;
  readonly live: readonly LiveTicks[];
  readonly liveFrom: number;
  /** What is wrong with the files and with the live part. */
  readonly faults: readonly FaultRecord[];
  readonly trades: number;
}

/** Makes the demo's market, the same on every machine, and leaves it as files in `folder`. */
export async function makeDemoMarket(folder: string, onDay: (done: number, of: number) => void): Promise<DemoMarket> {
  await mkdir(join(folder, "whole-days"), { recursive: true });
  const files: DemoFile[] = [];
  const live: LiveTicks[] = [];
  const faults: FaultRecord[] = [];
  let whole: DemoFile | null = null;
  let trades = 0;
  const streams = generateMarket(SEED, {
    from: START,
    to: START + DAYS * DAY,
    instruments: majorPairs(TRADES_PER_DAY),
  });
  const days = streams.length * DAYS;
  for (const [s, { instrument, blocks }] of streams.entries()) {
    const ticks = collectTicks(blocks(65_536));
    trades += ticks.length;
    for (let day = 0; day < DAYS; day++) {
      const from = START + day * DAY;
      const ofDay = ticksBetween(ticks, from, Math.min(from + DAY, LIVE_FROM));
      const path = join(folder, dayFile(instrument, from));
      if (s === 0 && day === 1) {
        whole = { instrument, path: join(folder, "whole-days", dayFile(instrument, from)) };
        await writeTradesCsv(whole.path, [ofDay]);
        const faulty = addFaults(ofDay, ["duplicate", "shuffle", "hole"]);
        faults.push(...faulty.manifest);
        await writeTradesCsv(path, [faulty.ticks]);
      } else await writeTradesCsv(path, [ofDay]);
      files.push({ instrument, path });
      onDay(files.length, days);
    }
    const last = ticksBetween(ticks, LIVE_FROM, START + DAYS * DAY);
    if (s === 0) {
      const faulty = addFaults(last, ["late"]);
      faults.push(...faulty.manifest);
      live.push({ instrument, ticks: faulty.ticks });
    } else live.push({ instrument, ticks: last });
  }
  return { files, whole: whole!, live, liveFrom: LIVE_FROM, faults, trades };
}

function addFaults(ticks: TickColumns, kinds: readonly FaultRecord["kind"][]): ReturnType<typeof injectFaults> {
  const faults = planFaults(SEED, ticks, { kinds, length: 400 });
  return injectFaults(SEED, ticks, faults, LATE_BY);
}

function ticksBetween(ticks: TickColumns, from: number, to: number): TickColumns {
  const rows: number[] = [];
  for (let i = 0; i < ticks.length; i++) if (ticks.ts[i]! >= from && ticks.ts[i]! < to) rows.push(i);
  return pickTicks(ticks, rows);
}

function dayFile({ symbol }: Instrument, from: number): string {
  return `${symbol.replace("/", "")}-trades-${new Date(from).toISOString().slice(0, 10)}.csv.gz`;
}
