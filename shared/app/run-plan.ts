import { createHash } from "node:crypto";
import { type CanonicalValue, canonicalJson } from "../engine/canonical-json.ts";
import { type ParameterValue, resolveParameters } from "../engine/parameter.ts";
import { type BrokerSettings, commissionOf, type RunDefinition } from "../engine/run-definition.ts";
import type { CandleChoice } from "../market/candle.ts";
import { type Feed, feedKey, type InstrumentSpec, parseFeed } from "../market/instrument.ts";
import type { PinnedCode } from "../ports/run-artefacts.ts";
import type { CatalogStrategy, StrategyCatalog } from "../ports/strategy-catalog.ts";

/** A feed and the trading rules of its instrument. */
export interface PlannedFeed {
  readonly feed: Feed;
  readonly spec: InstrumentSpec;
  /** Name of the feed whose bars its candles are merged from; absent: they are read from the store. */
  readonly resampleOf?: string;
}

/** What a run is asked to be. Times in ms UTC. */
export interface RunPlan {
  readonly strategy: string;
  readonly params: Readonly<Record<string, ParameterValue>>;
  readonly feeds: readonly PlannedFeed[];
  readonly broker: BrokerSettings;
  readonly choice: CandleChoice;
  /** Candles with openTime from here on warm the strategy up. */
  readonly warmFrom: number;
  /** Orders are taken from here on. */
  readonly tradeFrom: number;
  /** Candles with closeTime up to here are taken; null for a live run, which has no end yet. */
  readonly end: number | null;
}

/** Code that a plan is run with, and what it is run on. */
export interface RunCode {
  readonly strategy: CatalogStrategy;
  readonly engineHash: string;
}

/** As much of the code as runs; with both hashes its snapshots go on only with the same code. */
export interface RunClass {
  readonly strategy: Pick<CatalogStrategy, "strategy"> & Partial<Pick<CatalogStrategy, "bundleHash">>;
  readonly engineHash?: string;
}

/** Loads the code that a plan names. */
export async function loadCode(catalog: StrategyCatalog, strategy: string): Promise<RunCode> {
  return { strategy: await catalog.load(strategy), engineHash: await catalog.engineHash() };
}

/** The plan for the engine. `firstCloses`: close time of each feed's first candle, null where unknown. */
export function definitionOf(plan: RunPlan, code: RunClass, firstCloses: readonly (number | null)[]): RunDefinition {
  const { strategy, bundleHash } = code.strategy;
  const { engineHash } = code;
  const hashes = bundleHash === undefined || engineHash === undefined ? null : { bundleHash, engineHash };
  return { strategy, ...definitionWith(plan, hashes, firstCloses) };
}

/** The same without the strategy's class, for an artefact that brings its own. `hashes`: null where they do not count. */
export function definitionWith(
  plan: RunPlan,
  hashes: Pick<PinnedCode, "bundleHash" | "engineHash"> | null,
  firstCloses: readonly (number | null)[],
): Omit<RunDefinition, "strategy"> {
  return {
    params: plan.params,
    feeds: plan.feeds.map((planned, i) => ({ ...planned, firstClose: firstCloses[i] ?? null })),
    broker: plan.broker,
    tradeFrom: plan.tradeFrom,
    ...(hashes === null ? null : { codeHash: `${hashes.bundleHash}+${hashes.engineHash}` }),
  };
}

/**
 * What fills of the first feed cost, as fractions of the traded value: its instrument's fees where a commission is no
 * percentage.
 */
export function feesOf({ feeds, broker }: RunPlan): { readonly taker: number; readonly maker: number } {
  const first = feeds[0]!;
  const commission = commissionOf({ ...first, firstClose: null }, broker);
  if ("rate" in commission) return { taker: commission.rate, maker: commission.makerRate ?? commission.rate };
  return { taker: first.spec.takerFee, maker: first.spec.makerFee };
}

/** Everything that decides a run's result, as canonical JSON. `dataHash`: of the candles taken; null for a live run. */
export function describePlan(plan: RunPlan, code: RunCode, dataHash: string | null): string {
  const { strategy, bundleHash } = code.strategy;
  return canonicalJson({
    strategy: plan.strategy,
    bundle: bundleHash,
    engine: code.engineHash,
    params: resolveParameters(strategy.parameters, plan.params, plan.strategy),
    feeds: plan.feeds.map(({ feed, spec, resampleOf }) => ({
      name: feed.name,
      feed: feedKey(feed),
      spec: { ...spec },
      ...(resampleOf === undefined ? null : { resampleOf }),
    })),
    broker: { ...plan.broker },
    choice: plan.choice,
    warmFrom: plan.warmFrom,
    tradeFrom: plan.tradeFrom,
    end: plan.end,
    data: dataHash,
  });
}

/** The plan that a description was made from. */
export function parsePlan(description: string): RunPlan {
  const json = JSON.parse(description) as Omit<RunPlan, "feeds"> & {
    readonly feeds: readonly (Omit<PlannedFeed, "feed"> & { readonly name: string; readonly feed: string })[];
  };
  return {
    strategy: json.strategy,
    params: json.params,
    feeds: json.feeds.map(({ name, feed, ...rest }) => ({ ...rest, feed: parseFeed(`${name}=${feed}`) })),
    broker: json.broker,
    choice: json.choice,
    warmFrom: json.warmFrom,
    tradeFrom: json.tradeFrom,
    end: json.end,
  };
}

/** The code that a description was made with. */
export function pinnedCode(description: string): PinnedCode {
  const json = JSON.parse(description) as {
    readonly strategy: string;
    readonly bundle: string;
    readonly engine: string;
  };
  return { strategy: json.strategy, bundleHash: json.bundle, engineHash: json.engine };
}

/** A description under the trading rules that `plan`, which is otherwise the same, has for its feeds. */
export function withSpecs(description: string, plan: RunPlan): string {
  const json = JSON.parse(description) as Record<string, CanonicalValue> & { readonly feeds: readonly object[] };
  const feeds = json.feeds.map((feed, i) => ({ ...feed, spec: { ...plan.feeds[i]!.spec } }));
  return canonicalJson({ ...json, feeds });
}

/** A description whose run trades from `from` on, ms UTC, and takes no candle before. */
export function startingAt(description: string, from: number): string {
  const json = JSON.parse(description) as Record<string, CanonicalValue>;
  return canonicalJson({ ...json, warmFrom: from, tradeFrom: from });
}

/** sha256 of a description, hex: the identity of its run. */
export function identityOf(description: string): string {
  return createHash("sha256").update(description).digest("hex");
}

/** Names of feeds as registry and reports write them: `data=binance:BTC/USDT@1m`. */
export function feedNames(plan: RunPlan): string[] {
  return plan.feeds.map(({ feed }) => `${feed.name}=${feedKey(feed)}`);
}

/** Parameters as plain JSON values, resolved. */
export function resolvedParams(plan: RunPlan, code: RunCode): Record<string, ParameterValue> {
  const values: CanonicalValue = resolveParameters(code.strategy.strategy.parameters, plan.params, plan.strategy);
  return { ...(values as Record<string, ParameterValue>) };
}
