import type { Candle } from "../market/candle.ts";
import type { Instrument } from "../market/instrument.ts";
import type { IdScheme, TickColumns, TickKind } from "../market/tick.ts";
import type { Timeframe } from "../market/timeframe.ts";

/** A file of market data and what its sender says about it. */
export interface TradeFileRequest {
  readonly path: string;
  /** Whose data the file holds. A file whose name, or whose rows, say otherwise is refused. */
  readonly instrument: Instrument;
  /** Of the candles, where the file's name does not tell it; null if not known. Must not contradict the name. */
  readonly timeframe: Timeframe | null;
  /** The time of the reading, ms UTC: rows later than a day after it are refused. */
  readonly now: number;
}

/** What is known before the first row is read. */
export interface TradeFileFacts {
  /** For a person: `Binance archive trades, gzip`. */
  readonly format: string;
  readonly kind: TickKind | "candles";
  /** Null for candles. */
  readonly ids: IdScheme | null;
  /** Symbol as the file's name spells it, such as `BTCUSDT`; null where the name has none. */
  readonly symbol: string | null;
  /** Null for ticks. */
  readonly timeframe: Timeframe | null;
}

/** A row that was left out. */
export interface FileReject {
  /** Of text: the line, from 1, headers and empty lines counted. Of Parquet: the row, from 1. */
  readonly line: number;
  /** The row as it stands in the file, or the fields of a frame or Parquet row; cut after 200 characters. */
  readonly value: string;
  readonly reason: string;
}

/** How far the file is read, in bytes as stored, so compressed where it is. */
export interface FileProgress {
  readonly bytesRead: number;
  readonly bytesTotal: number;
}

interface FileBatch {
  /** Rows left out since the batch before, in order. */
  readonly rejects: readonly FileReject[];
  /** Well-formed records since the batch before that are of another kind or symbol, such as depth frames. */
  readonly ignored: number;
  readonly progress: FileProgress;
}

/** A bounded number of ticks in the file's order. May hold no tick, only rejects. */
export interface FileTickBatch extends FileBatch {
  readonly kind: "ticks";
  readonly ticks: TickColumns;
  /** Line (see `FileReject`) of each tick. */
  readonly lines: Float64Array;
}

/** A bounded number of candles in the file's order, with reason `import` and completeness `unknown`. */
export interface FileCandleBatch extends FileBatch {
  readonly kind: "candles";
  readonly candles: readonly Candle[];
}

/** A recognised file. Rows come in the file's order, repeats included: order and repeats are the store's business. */
export interface TradeFile {
  readonly facts: TradeFileFacts;
  /**
   * Reads the file from its start in bounded memory; each call is a reading of its own. If the file turns out damaged
   * on the way, the rows before the damage come first and then InputError 'bad-data' is thrown.
   */
  batches(): AsyncIterable<FileTickBatch | FileCandleBatch>;
}

/** Recognises files of market data by content and name. */
export interface TradeFileReader {
  /**
   * Throws InputError: 'not-found' for a file that is missing, 'bad-data' for one that is no market data or no known
   * layout, 'conflict' for one of another instrument or timeframe, 'usage' where a timeframe is needed and not given.
   */
  open(request: TradeFileRequest): Promise<TradeFile>;
}
