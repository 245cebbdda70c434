import type { Candle } from "#shared/market/candle.ts";
import { DECIMAL_PLACES, type Decimal } from "#shared/market/decimal.ts";
import { parseInstrument } from "#shared/market/instrument.ts";
import { doubleName, LineBuffer, type Lines, linePrefix, microseconds } from "./line-buffer.ts";

/** Rows of a request at most: about 6 MB. */
const ROWS = 20_000;

const OPEN = doubleName("open");
const HIGH = doubleName("high");
const LOW = doubleName("low");
const CLOSE = doubleName("close");
const ZERO = 48;

/** A candle and whether it is no more. */
export interface CandleLine {
  readonly candle: Candle;
  readonly removed: boolean;
}

/** Candles in line protocol. */
export function* candleLines(candles: readonly Candle[]): Generator<Lines, void, undefined> {
  const builder = new CandleLineBuilder();
  for (let at = 0; at < candles.length; at += ROWS) {
    const end = Math.min(candles.length, at + ROWS);
    for (let i = at; i < end; i++) builder.add(candles[i]!, false);
    yield builder.take();
  }
}

/** All of `lines` for one request. */
export function candleRequest(lines: readonly CandleLine[]): Lines {
  const builder = new CandleLineBuilder();
  for (const { candle, removed } of lines) builder.add(candle, removed);
  return builder.take();
}

class CandleLineBuilder {
  readonly #lines = new LineBuffer();
  readonly #prefixes = new Map<string, Buffer>();
  #prefix: Buffer = Buffer.alloc(0);
  #last: Candle | null = null;

  add(candle: Candle, removed: boolean): void {
    const lines = this.#lines;
    lines.start(this.#prefixOf(candle));
    lines.ascii(`revision=${candle.revision}i,close_ts=${microseconds(candle.closeTime)}`);
    if (candle.open !== null) lines.double(OPEN, candle.open);
    if (candle.high !== null) lines.double(HIGH, candle.high);
    if (candle.low !== null) lines.double(LOW, candle.low);
    if (candle.close !== null) lines.double(CLOSE, candle.close);
    const { volume, quoteVolume, buyVolume, trades, firstId, lastId } = candle;
    let rest = `,volume=${decimalText(volume)}d`;
    if (quoteVolume !== null) rest += `,quote_volume=${decimalText(quoteVolume)}d`;
    if (buyVolume !== null) rest += `,buy_volume=${decimalText(buyVolume)}d`;
    if (trades !== null) rest += `,trades=${trades}i`;
    if (firstId !== null) rest += `,first_id=${firstId}i`;
    if (lastId !== null) rest += `,last_id=${lastId}i`;
    lines.ascii(`${rest},removed=${removed ? "t" : "f"} ${microseconds(candle.openTime)}\n`);
    lines.end();
  }

  take(): Lines {
    return this.#lines.take();
  }

  /** Most candles are of the series of the one before. */
  #prefixOf(candle: Candle): Buffer {
    const last = this.#last;
    this.#last = candle;
    if (
      last !== null &&
      last.instrument === candle.instrument &&
      last.timeframe === candle.timeframe &&
      last.origin === candle.origin &&
      last.reason === candle.reason &&
      last.completeness === candle.completeness
    ) {
      return this.#prefix;
    }
    const { instrument, timeframe, origin, reason, completeness } = candle;
    const key = `${instrument} ${timeframe} ${origin} ${reason} ${completeness}`;
    const { exchange, symbol } = parseInstrument(instrument);
    const prefix =
      this.#prefixes.get(key) ?? linePrefix("candles", { exchange, symbol, timeframe, origin, reason, completeness });
    this.#prefixes.set(key, prefix);
    this.#prefix = prefix;
    return prefix;
  }
}

/** Its digits without zeros at the end: `1.5`, `100`. */
export function decimalText(value: Decimal): string {
  const digits = (value < 0n ? -value : value).toString().padStart(DECIMAL_PLACES + 1, "0");
  const point = digits.length - DECIMAL_PLACES;
  let end = digits.length;
  while (end > point && digits.charCodeAt(end - 1) === ZERO) end--;
  const sign = value < 0n ? "-" : "";
  return end === point
    ? `${sign}${digits.slice(0, point)}`
    : `${sign}${digits.slice(0, point)}.${digits.slice(point, end)}`;
}
