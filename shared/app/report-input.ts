import { traceIndicators } from "../engine/trace-indicators.ts";
import type { Candle, CandleColumns, ToldCandles } from "../market/candle.ts";
import { isEmpty } from "../market/candle.ts";
import { candleColumnsOf } from "../market/candle-columns.ts";
import { InputError } from "../market/input-error.ts";
import type { CandleQuery } from "../ports/candle-store.ts";
import type { ResultStore } from "../ports/result-store.ts";
import type { RunRecord } from "../ports/run-registry.ts";
import type { DataQuality, QualityStretch, ReportInput, WindowQuality } from "../report/report-input.ts";
import { costBand } from "./cost-band.ts";
import { candleColumns, type ReadCandlesPorts, readCandles } from "./read-candles.ts";
import { definitionOf, feesOf, parsePlan, type RunCode, type RunPlan } from "./run-plan.ts";
import { runResults } from "./run-results.ts";

export interface ReportPorts extends ReadCandlesPorts {
  readonly results: ResultStore;
}

/** Stretches that a report shows. */
const WORST = 10;

/**
 * What a report shows of a run: its results, the candles of its first feed, the strategy's indicators on them, and how
 * well the candles are known. Everything but the page's scripts and styles. Throws InputError for a set of a sweep.
 */
export async function reportInput(
  ports: ReportPorts,
  record: RunRecord,
  code: RunCode,
): Promise<Omit<ReportInput, "assets">> {
  if (record.kind === "sweep") {
    const params = Object.entries(record.params).map(([name, value]) => `--param ${name}=${value}`);
    throw new InputError(
      "no-data",
      `run ${record.run} is a set of a sweep, of which the figures alone are kept: run it once more, with the sweep's ` +
        `other options, by npx millrace backtest ${record.strategy} ${record.feeds.join(" ")} ${params.join(" ")}`,
    );
  }
  const plan = parsePlan(record.definition);
  const results = await runResults(ports.results, record);
  const [first] = plan.feeds;
  const fees = feesOf(plan);
  const to = plan.end ?? lastTime(results.cycles.time) + 1;
  const query = { ...first!.feed, choice: plan.choice, from: plan.warmFrom, to };
  const { candles, quality } = await readFirstFeed(ports, query);
  const columns = candles.length === 0 ? [] : await allFeeds(ports, plan, candles, query);
  const period = {
    from: Math.max(plan.tradeFrom, candles.openTime[0] ?? plan.tradeFrom),
    to: candles.closeTime[candles.length - 1] ?? to,
  };
  return {
    run: {
      strategy: record.strategy,
      run: record.run,
      kind: record.kind,
      status: record.status,
      error: record.error,
      identity: record.identity,
      resultHash: record.resultHash,
      params: record.params,
      feeds: plan.feeds.map(({ feed }) => feed),
      candleChoice: plan.choice,
      period,
      broker: {
        cash: plan.broker.cash,
        takerFee: fees.taker,
        makerFee: fees.maker,
        slippage: plan.broker.slippage?.perc ?? 0,
      },
      created: record.created,
    },
    spec: first!.spec,
    candles,
    // A run that did nothing may be one whose hooks never return.
    indicators: results.cycles.length === 0 ? new Map() : indicatorsOf(plan, code, columns),
    results,
    figures: record.figures,
    quality,
    costBand: record.resultHash !== null ? costBand(plan, code, columns) : null,
  };
}

function lastTime(times: Float64Array): number {
  return times[times.length - 1] ?? 0;
}

async function readFirstFeed(
  ports: ReadCandlesPorts,
  query: CandleQuery,
): Promise<{ readonly candles: ToldCandles; readonly quality: DataQuality }> {
  const bars: Candle[] = [];
  const stretches = new Stretches();
  for await (const block of readCandles(ports, query)) {
    for (const candle of block) {
      bars.push(candle);
      stretches.push(candle);
    }
  }
  return { candles: candleColumnsOf(bars), quality: stretches.quality() };
}

/** Counts windows by quality, and finds the longest stretches of bad ones. */
class Stretches {
  readonly #counts: Record<WindowQuality, number> = { proven: 0, reconciled: 0, unknown: 0, gap: 0, empty: 0 };
  readonly #bad: QualityStretch[] = [];

  push(candle: Candle): void {
    const quality = isEmpty(candle) && candle.completeness === "proven" ? "empty" : candle.completeness;
    this.#counts[quality]++;
    if (quality !== "gap" && quality !== "unknown") return;
    const last = this.#bad.at(-1);
    if (last !== undefined && last.quality === quality && last.to === candle.openTime) {
      this.#bad[this.#bad.length - 1] = { ...last, to: candle.closeTime, windows: last.windows + 1 };
    } else {
      this.#bad.push({ from: candle.openTime, to: candle.closeTime, quality, windows: 1, reason: null });
    }
  }

  quality(): DataQuality {
    const worse = (a: QualityStretch, b: QualityStretch): number =>
      Number(b.quality === "gap") - Number(a.quality === "gap") || b.windows - a.windows;
    return { counts: this.#counts, worst: [...this.#bad].sort(worse).slice(0, WORST) };
  }
}

/** Columns of every feed of a plan, in order; `first` are those of the first. */
async function allFeeds(
  ports: ReadCandlesPorts,
  plan: RunPlan,
  first: ToldCandles,
  query: CandleQuery,
): Promise<ToldCandles[]> {
  const columns = [first];
  for (const { feed, resampleOf } of plan.feeds.slice(1)) {
    columns.push(resampleOf === undefined ? await candleColumns(ports, { ...query, ...feed }) : candleColumnsOf([]));
  }
  return columns;
}

function indicatorsOf(
  plan: RunPlan,
  code: RunCode,
  columns: readonly CandleColumns[],
): ReadonlyMap<string, Float64Array> {
  const firstCloses = columns.map((feed) => feed.closeTime[0] ?? null);
  return traceIndicators(definitionOf(plan, code, firstCloses), columns);
}
