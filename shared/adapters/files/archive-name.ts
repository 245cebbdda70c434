import { InputError } from "#shared/market/input-error.ts";
import { type Instrument, instrumentKey } from "#shared/market/instrument.ts";
import { parseTimeframe, type Timeframe } from "#shared/market/timeframe.ts";

/** What a name in the style of Binance's public archive tells: `BTCUSDT-trades-2024-08-08.zip`, `BTCUSDT-1mo-2024-08.csv`. */
export interface ArchiveName {
  readonly symbol: string;
  readonly content: "trades" | "aggTrades" | "klines";
  /** Of klines only. */
  readonly timeframe: Timeframe | null;
}

const NAME = /^([A-Z0-9]+(?:_[A-Z0-9]+)?)-(trades|aggTrades|[0-9]+(?:mo|[smhdwM]))(?=[-._]|$)/;

/** Null for a name of another style. Throws InputError for a candle length that is not supported, such as `3d`. */
export function parseArchiveName(name: string): ArchiveName | null {
  const match = NAME.exec(name);
  if (match === null) return null;
  const symbol = match[1]!;
  const content = match[2]!;
  if (content === "trades" || content === "aggTrades") return { symbol, content, timeframe: null };
  return { symbol, content: "klines", timeframe: parseTimeframe(content.replace("mo", "M")) };
}

/** How exchanges spell the instrument's symbol without separators: `BTCUSDT`; of contracts also `BTCUSD_PERP`, `BTCUSD_241227`. */
export function plainSymbols(instrument: Instrument): readonly string[] {
  const [pair = "", contract] = instrument.symbol.split(":");
  const plain = pair.replace("/", "");
  if (contract === undefined) return [plain];
  const [, ...terms] = contract.split("-");
  return terms.length === 0 ? [plain, `${plain}_PERP`] : [`${plain}_${terms.join("_")}`];
}

/** Throws InputError 'conflict' if a file's symbol is not the instrument's. */
export function checkSymbol(path: string, symbol: string, instrument: Instrument): void {
  if (plainSymbols(instrument).includes(symbol)) return;
  throw new InputError(
    "conflict",
    `${path} holds ${symbol} by its name, not ${instrumentKey(instrument)}: name the instrument of that file, or ` +
      "rename the file if its name is wrong",
  );
}
