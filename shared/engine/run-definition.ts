import { InputError } from "../market/input-error.ts";
import { type Feed, feedKey, type InstrumentSpec } from "../market/instrument.ts";
import type { CommissionSettings } from "./broker/commission.ts";
import type { FillerSettings } from "./broker/filler.ts";
import type { SlippageSettings } from "./broker/slippage.ts";
import { canonicalJson } from "./canonical-json.ts";
import type { ParameterValue } from "./parameter.ts";
import { resolveParameters } from "./parameter.ts";
import type { SizerSettings } from "./sizers/sizer.ts";
import { type SnapshotReader, SnapshotWriter } from "./snapshot.ts";
import type { StrategyClass } from "./strategy.ts";
import type { Shape } from "./strategy-shape.ts";

/** A feed of a run. */
export interface RunFeed {
  readonly feed: Feed;
  readonly spec: InstrumentSpec;
  /** Close time of its first candle, ms UTC: before it the feed counts as told. Null where it is not known. */
  readonly firstClose: number | null;
  /** What trading it costs and how positions are paid for; absent: as the broker's settings say. */
  readonly commission?: CommissionSettings;
  /**
   * Name of the feed of the same instrument whose closed bars its candles are merged from; absent: it is offered and
   * told itself.
   */
  readonly resampleOf?: string;
}

/** The simulated broker's settings. */
export interface BrokerSettings {
  /** Quote currency. */
  readonly cash: number;
  /** Fraction of the traded value, for all feeds; null for each instrument's taker and maker fees. */
  readonly fee: number | null;
  /** Whether positions may be negative. */
  readonly allowShort: boolean;
  /** What trading any feed costs and how positions are paid for, instead of `fee`; absent: a percentage, as that says. */
  readonly commission?: CommissionSettings;
  /** Whether a short's proceeds are paid out; else its value is locked like a long's. Absent: true. */
  readonly shortCash?: boolean;
  /** Whether the open hooks are called, whose market orders fill at the open of the bar that begins. Absent: false. */
  readonly cheatOnOpen?: boolean;
  /** Whether market orders fill at the close of the bar they are made on, booked a bar later. Absent: false. */
  readonly cheatOnClose?: boolean;
  /** How much worse orders fill; absent: not at all. */
  readonly slippage?: SlippageSettings;
  /** How much of an order a bar fills; absent: all. */
  readonly filler?: FillerSettings;
  /** Decides the size of orders that name none; absent: such an order is an error. */
  readonly sizer?: SizerSettings;
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
  /**
   * Fingerprint of the strategy's and the engine's code: a snapshot goes on only with the same. Absent: what the code
   * makes of the strategy is compared, which tells other fields, indicators and hooks, but not what hooks do.
   */
  readonly codeHash?: string;
}

/** What trading a feed costs: its own settings, else the broker's, else the broker's fee, else its instrument's fees. */
export function commissionOf({ spec, commission }: RunFeed, broker: BrokerSettings): CommissionSettings {
  if (broker.fee !== null && (commission ?? broker.commission) !== undefined) {
    throw new InputError("usage", `a run has both a fee of ${broker.fee} and a commission: set fee to null`);
  }
  const own = commission ?? broker.commission;
  if (own !== undefined) return own;
  if (broker.fee !== null) return { type: "percent", rate: broker.fee };
  return { type: "percent", rate: spec.takerFee, makerRate: spec.makerFee };
}

/** Version of the engine's snapshots: a change of what they hold raises it. */
export const SNAPSHOT_VERSION = 4;

/** A definition and the shape of its strategy. */
export interface DefinitionText {
  /** Canonical JSON. */
  readonly text: string;
  /** The text as a snapshot carries it. */
  readonly words: Float64Array;
}

/** Most differences that a refusal lists. */
const MOST_TOLD = 5;

const writtenOf = new WeakMap<RunDefinition, DefinitionText>();

/**
 * The text of a definition, made once for each. Not while a snapshot is being written.
 * @param shape of the definition's strategy
 */
export function describeDefinition(definition: RunDefinition, shape: () => Shape): DefinitionText {
  const known = writtenOf.get(definition);
  if (known !== undefined) return known;
  const { strategy, feeds, broker, tradeFrom, codeHash } = definition;
  const text = canonicalJson({
    ...shape(),
    strategy: strategy.name,
    code: codeHash,
    params: resolveParameters(strategy.parameters, definition.params, strategy.name),
    feeds: feeds.map(({ feed, spec, firstClose, commission, resampleOf }) => ({
      name: feed.name,
      feed: feedKey(feed),
      spec: { ...spec },
      firstClose,
      ...(commission === undefined ? null : { commission }),
      ...(resampleOf === undefined ? null : { resampleOf }),
    })),
    broker: { ...broker },
    tradeFrom,
  });
  const writer = new SnapshotWriter();
  writer.text(text);
  const entry = { text, words: new Float64Array(writer.bytes().buffer) };
  writtenOf.set(definition, entry);
  return entry;
}

/** Writes what a snapshot of a run of this definition begins with. */
export function writeDefinition(writer: SnapshotWriter, { words }: DefinitionText): void {
  writer.numbers(words, 0, words.length);
}

/** Reads it. Throws InputError unless it is of an equal definition. */
export function readDefinition(reader: SnapshotReader, { text, words }: DefinitionText): void {
  if (reader.skip(words)) return;
  const theirs = JSON.parse(reader.text()) as Record<string, unknown>;
  const ours = JSON.parse(text) as Record<string, unknown>;
  const keys = new Set([...Object.keys(ours), ...Object.keys(theirs)]);
  const written = (value: unknown): string => JSON.stringify(value) ?? "absent";
  const detail = Array.from(keys, (key) => [key, written(theirs[key]), written(ours[key])] as const)
    .filter(([, there, here]) => there !== here)
    .map(([key, there, here]) => `${key} is ${there} there and ${here} here`);
  const more = detail.length > MOST_TOLD ? `; and ${detail.length - MOST_TOLD} more` : "";
  throw new InputError(
    "conflict",
    `the snapshot is of another run: ${detail.slice(0, MOST_TOLD).join("; ")}${more}. Start this run anew`,
  );
}

/** Throws InputError unless `given` are the strategy's main feed and those that it names, in its order. */
export function requireFeeds(strategy: StrategyClass, given: readonly RunFeed[]): void {
  const names = strategy.feeds;
  const wanted = `give the main feed${names.map((name) => `, then ${name}=…`).join("")}`;
  if (given.length !== names.length + 1) {
    throw new InputError(
      "usage",
      `strategy ${strategy.name} runs on ${names.length + 1} feeds, not ${given.length}: ${wanted}`,
    );
  }
  for (const [i, name] of names.entries()) {
    const found = given[i + 1]!.feed.name;
    if (found !== name) {
      throw new InputError("usage", `feed ${i + 2} of strategy ${strategy.name} is named '${found}': ${wanted}`);
    }
  }
}

/** Throws InputError for values that the strategy's `valid` refuses. */
export function requireValid(strategy: StrategyClass, params: Readonly<Record<string, ParameterValue>>): void {
  if (strategy.valid(params)) return;
  const values = Object.entries(params).map(([name, value]) => `${name}=${value}`);
  throw new InputError(
    "usage",
    `strategy ${strategy.name} cannot run with ${values.join(" ")}: its valid() says that they do not go together; give others`,
  );
}
