import { InputError } from "#shared/market/input-error.ts";
import type { TickKind } from "#shared/market/tick.ts";
import type { ByteSource } from "./byte-source.ts";
import { type CsvLayout, headerFields, headerlessLayout, isHeader, layoutOf } from "./csv-layout.ts";
import { FRAME, FRAME_HEADERS, frameKind, frameLines } from "./frame-lines.ts";
import { type LineBlock, lineBlocks } from "./line-blocks.ts";
import { openParquet } from "./parquet-lines.ts";
import type { RowSink } from "./row-sink.ts";
import type { IdSource } from "./tick-rows.ts";

/** Lines that are looked at to tell the layout. */
const SAMPLE_LINES = 100;
/** Bytes that the sample may have. */
const SAMPLE_BYTES = 262_144;

const SUPPORTED =
  "Read are: Binance's public archive (trades, aggTrades, klines; .csv, .csv.gz, .zip); CSV or Parquet with named " +
  "columns (trades: id, time, price, amount, side; candles: openTime, open, high, low, close, volume); recorded " +
  "websocket frames (receive time in ns, a space, JSON)";

/** Lines of comma-separated values and how to read them. */
export interface RecognisedText {
  /** For a person. */
  readonly name: string;
  readonly layout: CsvLayout;
  readonly idSource: IdSource;
  /** The lines from the start of the file. What is not turned into a line goes to `sink`. */
  blocks(onRead: (bytes: number) => void, sink: RowSink): AsyncIterable<LineBlock>;
}

/** Recognises a Parquet file by its column names. Throws InputError 'bad-data'. */
export async function recogniseParquet(path: string, source: ByteSource): Promise<RecognisedText> {
  const parquet = await openParquet(path, source.bytesTotal);
  const found = namedLayout(path, "Parquet columns", parquet.columns);
  const roles = Object.entries(found.columns);
  const wanted = roles.map(([, column]) => parquet.columns[column]!);
  const columns = Object.fromEntries(roles.map(([role], index) => [role, index]));
  const sample: string[] = [];
  for await (const { bytes } of parquet.lines(wanted, () => {})) {
    sample.push(...bytes.toString("utf8").split("\n", SAMPLE_LINES));
    break;
  }
  const named: CsvLayout = { ...found, width: wanted.length, columns, header: false, archive: false };
  const layout = withFilledIds(named, sample);
  return {
    name: layout.kind === "candles" ? "Parquet candles" : `Parquet ${plural(layout.kind)}`,
    layout,
    idSource: idSourceOf(layout, sample),
    blocks: (onRead) => parquet.lines(wanted, onRead),
  };
}

/** Recognises a text by its first lines. Throws InputError 'bad-data'; `symbols` are those to look for in frames. */
export async function recogniseText(
  path: string,
  source: ByteSource,
  symbols: readonly string[],
): Promise<RecognisedText> {
  const sample = await firstLines(path, source);
  const first = sample[0]!;
  if (sample.some((line) => FRAME.test(line))) return recogniseFrames(path, source, symbols);
  if (isHeader(first)) {
    const layout = namedLayout(path, "a header", headerFields(first));
    const rows = sample.slice(1);
    return csv(source, withFilledIds(layout, rows), rows);
  }
  const layout = headerlessLayout(sample);
  if (layout === null) {
    throw new InputError(
      "bad-data",
      `${path} is of no known layout: its first line is '${shown(first)}'. ${SUPPORTED}`,
    );
  }
  return csv(source, layout, sample);
}

function csv(source: ByteSource, layout: CsvLayout, sample: readonly string[]): RecognisedText {
  const what = layout.kind === "candles" ? (layout.archive ? "klines" : "candles") : plural(layout.kind);
  return {
    name: `${layout.archive ? "Binance archive" : "CSV"} ${what}`,
    layout,
    idSource: idSourceOf(layout, sample),
    blocks: (onRead) => lineBlocks(withoutMark(source.chunks(onRead))),
  };
}

/** Reads on to the first tick of the instrument, which tells the kind: a recording may begin with other frames. */
async function recogniseFrames(path: string, source: ByteSource, symbols: readonly string[]): Promise<RecognisedText> {
  const kind = await firstFrameKind(source, symbols);
  if (kind === null) {
    throw new InputError(
      "no-data",
      `${path} holds recorded frames, but no trade or aggTrade event of ${symbols[0]}: name the instrument that it holds`,
    );
  }
  const layout = { ...(layoutOf(FRAME_HEADERS[kind].split(",")) as CsvLayout), header: false };
  return {
    name: `recorded frames of ${plural(kind)}`,
    layout,
    idSource: "integer",
    blocks: (onRead, sink) => frameLines(lineBlocks(source.chunks(onRead)), kind, symbols, sink),
  };
}

async function firstFrameKind(source: ByteSource, symbols: readonly string[]): Promise<TickKind | null> {
  for await (const { bytes } of lineBlocks(source.chunks(() => {}))) {
    for (const line of bytes.toString("utf8").split("\n")) {
      const kind = frameKind(line, symbols);
      if (kind !== null) return kind;
    }
  }
  return null;
}

function namedLayout(path: string, what: string, names: readonly string[]): CsvLayout {
  const layout = layoutOf(names);
  if (typeof layout !== "string") return layout;
  throw new InputError(
    "bad-data",
    `${path} has ${what} of no known layout: ${layout}; seen were '${shown(names.join(","))}'. ${SUPPORTED}`,
  );
}

/** Without the columns of first and last trade id where nothing stands in them: a table of both kinds holds trades so. */
function withFilledIds(layout: CsvLayout, sample: readonly string[]): CsvLayout {
  if (layout.kind !== "aggregate" || sample.length === 0) return layout;
  const { firstId, lastId, ...columns } = layout.columns;
  const isFilled = sample.map(headerFields).some((fields) => fields[firstId!] !== "" || fields[lastId!] !== "");
  return isFilled ? layout : { ...layout, kind: "trade", columns };
}

/** Whether most ids of the sample are integers; a few bad ones among them are rejects, not another scheme. */
function idSourceOf(layout: CsvLayout, sample: readonly string[]): IdSource {
  const column = layout.columns.id;
  if (column === undefined) return "content";
  if (layout.archive || layout.kind === "aggregate") return "integer";
  const ids = sample.map((line) => headerFields(line)[column] ?? "").filter((id) => id !== "");
  const others = ids.filter((id) => !/^[-+]?[0-9]+(?:\.0*)?$/.test(id)).length;
  return others * 2 > ids.length ? "text" : "integer";
}

/** The first lines that are not empty. Throws InputError if there are none or they are no text. */
async function firstLines(path: string, source: ByteSource): Promise<readonly string[]> {
  const lines: string[] = [];
  let size = 0;
  try {
    for await (const { bytes, overlong } of lineBlocks(withoutMark(source.chunks(() => {})))) {
      const piece = bytes.subarray(0, SAMPLE_BYTES);
      if (piece.includes(0) || overlong) {
        throw new InputError(
          "bad-data",
          `${path} is no text of lines: it begins with '${shown(bytes.toString("latin1"))}'. ${SUPPORTED}`,
        );
      }
      lines.push(
        ...piece
          .toString("utf8")
          .split(/\r?\n/)
          .filter((line) => line.trim() !== ""),
      );
      size += piece.length;
      if (lines.length >= SAMPLE_LINES || size >= SAMPLE_BYTES) break;
    }
  } catch (error) {
    if (lines.length === 0) throw error;
  }
  if (lines.length === 0) throw new InputError("bad-data", `${path} holds no line of text: fetch it again`);
  return lines.slice(0, SAMPLE_LINES);
}

/** Drops the byte order mark that some programs write before UTF-8. */
async function* withoutMark(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let first = true;
  for await (const chunk of chunks) {
    yield first && chunk[0] === 0xef && chunk[1] === 0xbb && chunk[2] === 0xbf ? chunk.subarray(3) : chunk;
    first = false;
  }
}

function plural(kind: TickKind | "candles"): string {
  return kind === "trade" ? "trades" : kind === "aggregate" ? "aggTrades" : "candles";
}

/** Printable start of a text that may be anything. */
function shown(text: string): string {
  const printable = text.replace(/[^\x20-\x7e]+/g, "·");
  return printable.length > 100 ? `${printable.slice(0, 100)}…` : printable;
}
