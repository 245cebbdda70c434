import { InputError } from "../market/input-error.ts";
import { type Feed, feedKey, type InstrumentSpec } from "../market/instrument.ts";
import { type CanonicalValue, canonicalJson } from "./canonical-json.ts";
import type { ParameterValue } from "./parameter.ts";
import { resolveParameters } from "./parameter.ts";
import type { StrategyClass } from "./strategy.ts";

/** A feed of a run. */
export interface RunFeed {
  readonly feed: Feed;
  readonly spec: InstrumentSpec;
  /** Close time of its first candle, ms UTC: before it the feed counts as told. Null where it is not known. */
  readonly firstClose: number | null;
}

/** The simulated broker's settings. */
export interface BrokerSettings {
  /** Quote currency. */
  readonly cash: number;
  /** Fraction of the traded value, for all feeds; null for each instrument's taker fee. */
  readonly fee: number | null;
  /** Whether positions may be negative. */
  readonly allowShort: boolean;
}

/** All that decides what a run does with its candles. */
export interface RunDefinition {
  readonly strategy: StrategyClass;
  /** Values that differ from the initial ones. */
  readonly params: Readonly<Record<string, ParameterValue>>;
  /** The strategy's first feed, of any name, then those that it names. */
  readonly feeds: readonly RunFeed[];
  readonly broker: BrokerSettings;
  /** ms UTC, inclusive: cycles with an earlier clock only advance feeds and indicators. */
  readonly tradeFrom: number;
}

/** Version of the engine's snapshots: a change of what they hold raises it. */
export const SNAPSHOT_VERSION = 1;

const textOf = new WeakMap<RunDefinition, string>();

/** The definition without the strategy's code, as canonical JSON; made once for a definition. */
export function definitionText(definition: RunDefinition): string {
  const known = textOf.get(definition);
  if (known !== undefined) return known;
  const { strategy, feeds, broker, tradeFrom } = definition;
  const value: CanonicalValue = {
    strategy: strategy.name,
    params: resolveParameters(strategy.parameters, definition.params, strategy.name),
    feeds: feeds.map(({ feed, spec, firstClose }) => ({
      name: feed.name,
      feed: feedKey(feed),
      spec: { ...spec },
      firstClose,
    })),
    broker: { ...broker },
    tradeFrom,
  };
  const text = canonicalJson(value);
  textOf.set(definition, text);
  return text;
}

/** Throws InputError unless `found`, the text that a snapshot carries, is that of `definition`. */
export function refuseOtherDefinition(found: string, definition: RunDefinition): void {
  const expected = definitionText(definition);
  if (found === expected) return;
  const theirs = JSON.parse(found) as Record<string, unknown>;
  const ours = JSON.parse(expected) as Record<string, unknown>;
  const detail = Object.keys(ours)
    .map((key) => [key, JSON.stringify(theirs[key]), JSON.stringify(ours[key])] as const)
    .filter(([, there, here]) => there !== here)
    .map(([key, there, here]) => `${key} is ${there} there and ${here} here`);
  throw new InputError("conflict", `the snapshot is of another run: ${detail.join("; ")}. Start this run anew`);
}
