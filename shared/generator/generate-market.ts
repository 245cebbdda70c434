import { InputError } from "../market/input-error.ts";
import { type Instrument, instrumentKey } from "../market/instrument.ts";
import type { TickColumns } from "../market/tick.ts";
import { TickWriter } from "./tick-writer.ts";
import { TradeStream, type TradingStyle } from "./trade-stream.ts";

export interface GeneratedInstrument extends TradingStyle {
  readonly instrument: Instrument;
}

/** What to generate: `from` inclusive and `to` exclusive, ms UTC, whole seconds. */
export interface MarketSpec {
  readonly from: number;
  readonly to: number;
  readonly instruments: readonly GeneratedInstrument[];
}

/** The trades of one instrument, in order of (ts, id), ids contiguous. */
export interface GeneratedStream {
  readonly instrument: Instrument;
  /** Starts over at each call. The size of the blocks (rows, the last one shorter) changes no tick. */
  blocks(size: number): Iterable<TickColumns>;
}

/**
 * A market that looks like one and is the same on every machine: + − × ÷ and sqrt only. The ticks of an instrument
 * depend on seed, `from` and its own entry; others in the spec, and a later `to`, change none of them.
 * Throws InputError 'usage' for a spec that cannot be generated.
 */
export function generateMarket(seed: number, spec: MarketSpec): readonly GeneratedStream[] {
  if (!Number.isSafeInteger(seed)) throw new InputError("usage", `seed ${seed} is refused: use an integer`);
  checkTime("from", spec.from);
  checkTime("to", spec.to);
  if (spec.to < spec.from) {
    throw new InputError("usage", `to ${spec.to} is before from ${spec.from}: give a later end`);
  }
  for (const entry of spec.instruments) checkStyle(entry);
  return spec.instruments.map((entry) => ({
    instrument: entry.instrument,
    blocks: (size) => blocks(seed, spec, entry, size),
  }));
}

function* blocks(seed: number, spec: MarketSpec, entry: GeneratedInstrument, size: number): Generator<TickColumns> {
  if (!Number.isSafeInteger(size) || size < 1) {
    throw new InputError("usage", `block size ${size} is refused: use a whole number of rows from 1 on`);
  }
  const stream = new TradeStream(seed, instrumentKey(entry.instrument), entry, spec.from);
  const writer = new TickWriter(size);
  for (let second = spec.from; second < spec.to; second += 1_000) {
    stream.nextSecond(writer);
    yield* writer.takeFull();
  }
  yield* writer.takeRest();
}

function checkTime(name: string, ts: number): void {
  if (!Number.isSafeInteger(ts) || ts < 0 || ts % 1_000 !== 0) {
    throw new InputError("usage", `${name} ${ts} is refused: use whole seconds in ms UTC`);
  }
}

function checkStyle(entry: GeneratedInstrument): void {
  const key = instrumentKey(entry.instrument);
  const positive = ["startPrice", "priceStep", "amountStep", "medianAmount", "tradesPerDay"] as const;
  for (const name of positive) {
    if (!(entry[name] > 0 && entry[name] < Number.POSITIVE_INFINITY)) {
      throw new InputError("usage", `${name} ${entry[name]} of ${key} is refused: use a number above 0`);
    }
  }
  if (!(entry.dailyVolatility >= 0 && entry.dailyVolatility <= 1)) {
    throw new InputError("usage", `dailyVolatility ${entry.dailyVolatility} of ${key} is refused: use 0 to 1`);
  }
  if (!(Math.abs(entry.correlation) <= 1)) {
    throw new InputError("usage", `correlation ${entry.correlation} of ${key} is refused: use −1 to 1`);
  }
  if (!Number.isSafeInteger(entry.firstId) || entry.firstId < 0) {
    throw new InputError("usage", `firstId ${entry.firstId} of ${key} is refused: use a whole number from 0 on`);
  }
}
