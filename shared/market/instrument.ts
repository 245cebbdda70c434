import { InputError } from "./input-error.ts";
import { parseTimeframe, type Timeframe } from "./timeframe.ts";

/** An exchange id and a unified symbol, both as in CCXT: `binance`, `BTC/USDT`. */
export interface Instrument {
  readonly exchange: string;
  readonly symbol: string;
}

/**
 * Trading rules of an instrument from `validFrom` (ms UTC, inclusive) on. Steps and minimums are in base units
 * (`amountStep`, `minAmount`) or quote currency (`priceStep`, `minNotional`), 0 where the exchange sets none; fees
 * are fractions of the traded value.
 */
export interface InstrumentSpec {
  readonly base: string;
  readonly quote: string;
  readonly priceStep: number;
  readonly amountStep: number;
  readonly minAmount: number;
  readonly minNotional: number;
  readonly takerFee: number;
  readonly makerFee: number;
  readonly validFrom: number;
}

/** One series of candles under a name that a strategy knows it by. */
export interface Feed {
  readonly name: string;
  readonly instrument: Instrument;
  readonly timeframe: Timeframe;
}

const INSTRUMENT = /^([a-z][a-z0-9]*):([A-Z0-9]+\/[A-Z0-9]+(?::[A-Z0-9]+(?:-[A-Z0-9]+)*)?)$/;
const FEED = /^(?:([A-Za-z][A-Za-z0-9_]*)=)?(.+)@([^@]+)$/;

/** `binance:BTC/USDT` */
export function instrumentKey(instrument: Instrument): string {
  return `${instrument.exchange}:${instrument.symbol}`;
}

/** The inverse of `instrumentKey`. Throws InputError for anything else. */
export function parseInstrument(text: string): Instrument {
  const match = INSTRUMENT.exec(text);
  if (match === null) {
    const [exchange, ...symbol] = text.split(":");
    const other = `${exchange!.toLowerCase()}:${symbol.join(":").toUpperCase()}`;
    const advice = INSTRUMENT.test(other)
      ? `write the exchange small and the symbol in capitals, such as ${other}`
      : "write exchange:BASE/QUOTE, such as binance:BTC/USDT";
    throw new InputError("usage", `'${text}' names no instrument: ${advice}`);
  }
  return { exchange: match[1]!, symbol: match[2]! };
}

/** Parses `[name=]binance:BTC/USDT@1h`; without a name the feed is called `data`. Throws InputError. */
export function parseFeed(text: string): Feed {
  const match = FEED.exec(text);
  if (match === null) {
    throw new InputError(
      "usage",
      `'${text}' names no feed: write [name=]exchange:BASE/QUOTE@timeframe, such as binance:BTC/USDT@1h`,
    );
  }
  return { name: match[1] ?? "data", instrument: parseInstrument(match[2]!), timeframe: parseTimeframe(match[3]!) };
}

/** `binance:BTC/USDT@1h`, without the feed's name. */
export function feedKey(feed: Feed): string {
  return `${instrumentKey(feed.instrument)}@${feed.timeframe}`;
}
