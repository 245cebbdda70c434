import { InputError } from "#shared/market/input-error.ts";
import { instrumentKey } from "#shared/market/instrument.ts";
import { TIMEFRAMES, type Timeframe } from "#shared/market/timeframe.ts";
import type {
  FileCandleBatch,
  FileProgress,
  FileTickBatch,
  TradeFile,
  TradeFileReader,
  TradeFileRequest,
} from "#shared/ports/trade-file.ts";
import { type ArchiveName, checkSymbol, parseArchiveName, plainSymbols } from "./archive-name.ts";
import { type ByteSource, openByteSource } from "./byte-source.ts";
import { CandleRows } from "./candle-rows.ts";
import { LONGEST_LINE } from "./line-blocks.ts";
import { type RecognisedText, recogniseParquet, recogniseText } from "./recognise.ts";
import { RowSink } from "./row-sink.ts";
import { TickRows } from "./tick-rows.ts";
import { latestTime } from "./time-text.ts";

/** Reads Binance's public archive (plain, gzip, zip), CSV with named columns, Parquet, and recorded frames. */
export class FileTradeReader implements TradeFileReader {
  async open(request: TradeFileRequest): Promise<TradeFile> {
    const { path, instrument } = request;
    const source = await openByteSource(path);
    const names = source.names.map(parseArchiveName).filter((name) => name !== null);
    for (const name of names) checkSymbol(path, name.symbol, instrument);
    const symbols = symbolSpellings(request);
    const text = await (source.container === "parquet" ? recogniseParquet : recogniseText)(path, source, symbols);
    checkContent(path, names, text);
    const { kind, archive } = text.layout;
    const latest = latestTime(request.now);
    const facts = {
      format:
        source.container === "plain" || source.container === "parquet"
          ? text.name
          : `${text.name}, ${source.container}`,
      symbol: names[0]?.symbol ?? null,
    };
    if (kind === "candles") {
      const timeframe = timeframeOf(request, names);
      const origin = archive ? ("exchange" as const) : ("file" as const);
      const series = { instrument: instrumentKey(instrument), timeframe, origin, symbols, latest };
      return {
        facts: { ...facts, kind, ids: null, timeframe },
        batches: () => candleBatches(source, text, (sink) => new CandleRows(text.layout, series, sink)),
      };
    }
    const tickText = { layout: text.layout, kind, idSource: text.idSource };
    return {
      facts: { ...facts, kind, ids: text.idSource === "integer" ? "sequence" : "hash", timeframe: null },
      batches: () => tickBatches(source, text, (sink) => new TickRows(tickText, symbols, latest, sink)),
    };
  }
}

/** What reads the lines of a text; both kinds of rows do. */
interface Rows<T> {
  readonly full: boolean;
  consume(bytes: Buffer, from: number): number;
  refuse(bytes: Buffer, reason: string): void;
  take(): T;
}

async function* tickBatches(
  source: ByteSource,
  text: RecognisedText,
  rowsInto: (sink: RowSink) => TickRows,
): AsyncGenerator<FileTickBatch> {
  const sink = new RowSink();
  for await (const { rows, progress } of readRows(source, text, rowsInto(sink), sink)) {
    yield { kind: "ticks", ...rows, ...sink.take(), progress };
  }
}

async function* candleBatches(
  source: ByteSource,
  text: RecognisedText,
  rowsInto: (sink: RowSink) => CandleRows,
): AsyncGenerator<FileCandleBatch> {
  const sink = new RowSink();
  for await (const { rows, progress } of readRows(source, text, rowsInto(sink), sink)) {
    yield { kind: "candles", candles: rows, ...sink.take(), progress };
  }
}

/** Yields whenever the rows are full, and what is left at the end or before a fault is thrown. */
async function* readRows<T>(
  source: ByteSource,
  text: RecognisedText,
  rows: Rows<T>,
  sink: RowSink,
): AsyncGenerator<{ readonly rows: T; readonly progress: FileProgress }> {
  let bytesRead = 0;
  const batch = (): { readonly rows: T; readonly progress: FileProgress } => ({
    rows: rows.take(),
    progress: { bytesRead, bytesTotal: source.bytesTotal },
  });
  const onRead = (bytes: number): void => {
    bytesRead = bytes;
  };
  try {
    for await (const { bytes, overlong } of text.blocks(onRead, sink)) {
      if (overlong) rows.refuse(bytes, `the line is longer than ${LONGEST_LINE} bytes`);
      else {
        for (let at = rows.consume(bytes, 0); at < bytes.length; at = rows.consume(bytes, at)) yield batch();
      }
      if (rows.full) yield batch();
    }
  } catch (error) {
    yield batch();
    throw error;
  }
  bytesRead = source.bytesTotal;
  yield batch();
}

/** Values that may stand for the instrument in the rows of a file. */
function symbolSpellings({ instrument }: TradeFileRequest): readonly string[] {
  const { symbol } = instrument;
  return [...plainSymbols(instrument), symbol, symbol.replace("/", "-"), symbol.replace("/", "_")];
}

function checkContent(path: string, names: readonly ArchiveName[], text: RecognisedText): void {
  const expected = { trades: "trade", aggTrades: "aggregate", klines: "candles" } as const;
  const wrong = names.find((name) => expected[name.content] !== text.layout.kind);
  if (wrong === undefined) return;
  throw new InputError(
    "bad-data",
    `${path} is one of ${wrong.content} by its name, but its content is ${text.name}: rename it if the name is wrong, ` +
      "or fetch it again",
  );
}

function timeframeOf({ path, timeframe }: TradeFileRequest, names: readonly ArchiveName[]): Timeframe {
  const named = names.find((name) => name.timeframe !== null)?.timeframe ?? null;
  if (named !== null && timeframe !== null && named !== timeframe) {
    throw new InputError(
      "conflict",
      `${path} holds candles of ${named} by its name, not ${timeframe}: ask for @${named}`,
    );
  }
  const found = timeframe ?? named;
  if (found === null) {
    throw new InputError(
      "usage",
      `${path} holds candles, but its name does not tell of which length: name one of ${TIMEFRAMES.join(" ")}, as in ` +
        "binance:BTC/USDT@1h",
    );
  }
  return found;
}
