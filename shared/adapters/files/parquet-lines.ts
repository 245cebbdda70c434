import { open } from "node:fs/promises";
import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from "node:zlib";
import {
  type AsyncBuffer,
  type Compressors,
  type DecodedArray,
  type FileMetaData,
  parquetMetadataAsync,
  parquetScan,
  type SchemaElement,
} from "hyparquet";
import { InputError } from "#shared/market/input-error.ts";
import type { LineBlock } from "./line-blocks.ts";

/** Rows that are turned into text at a time. */
const ROWS = 8_192;
/** A row group is held whole, so a larger one is refused: 1 GiB unpacked, of the columns that are read. */
const LARGEST_GROUP = 1_073_741_824;

const COMPRESSORS: Compressors = {
  GZIP: (input) => gunzipSync(input),
  BROTLI: (input) => brotliDecompressSync(input),
  ZSTD: (input) => zstdDecompressSync(input),
};
const CODECS = ["UNCOMPRESSED", "SNAPPY", ...Object.keys(COMPRESSORS)];

/** A Parquet file that was opened and found sound. */
export interface ParquetText {
  readonly columns: readonly string[];
  /** The rows as lines of comma-separated values without a header, one row group after the other. */
  lines(wanted: readonly string[], onRead: (bytes: number) => void): AsyncGenerator<LineBlock>;
}

/** Decimals by column name: digits after the point. */
type Scales = ReadonlyMap<string, number>;

/** Reads the footer of a Parquet file. Throws InputError 'bad-data' if it is damaged. */
export async function openParquet(path: string, bytesTotal: number): Promise<ParquetText> {
  const { metadata, scales } = await withFile(path, bytesTotal, async (file) => {
    const read = await parquetMetadataAsync(file);
    return { metadata: read, scales: withoutDecimals(read) };
  });
  const columns = metadata.schema.filter((element) => element.type !== undefined).map((element) => element.name);
  return {
    columns,
    async *lines(wanted, onRead) {
      let from = 0;
      for (const group of metadata.row_groups) {
        const to = from + Number(group.num_rows);
        checkGroup(path, metadata, wanted, group.columns);
        const data = await withFile(path, bytesTotal, (file) => readGroup(file, metadata, wanted, from, to));
        onRead(lastByte(group.columns));
        const decimals = wanted.map((name) => scales.get(name) ?? null);
        for (let row = 0; row < to - from; row += ROWS) {
          yield textOfRows(data, decimals, row, Math.min(row + ROWS, to - from));
        }
        from = to;
      }
    },
  };
}

async function readGroup(
  file: AsyncBuffer,
  metadata: FileMetaData,
  wanted: readonly string[],
  rowStart: number,
  rowEnd: number,
): Promise<DecodedArray[]> {
  const scan = await parquetScan({
    file,
    metadata,
    columns: [...wanted],
    rowStart,
    rowEnd,
    compressors: COMPRESSORS,
    parsers: {
      timestampFromMilliseconds: (time) => String(time),
      timestampFromMicroseconds: (time) => String(time / 1_000n),
      timestampFromNanoseconds: (time) => String(time / 1_000_000n),
    },
  });
  const data: DecodedArray[] = [];
  for (const column of wanted) data.push(await scan.readColumn({ column, rowStart, rowEnd }));
  return data;
}

async function withFile<T>(path: string, byteLength: number, work: (file: AsyncBuffer) => Promise<T>): Promise<T> {
  const handle = await open(path);
  try {
    return await work({
      byteLength,
      async slice(start, end = byteLength) {
        const bytes = new Uint8Array(end - start);
        let filled = 0;
        while (filled < bytes.length) {
          const { bytesRead } = await handle.read(bytes, filled, bytes.length - filled, start + filled);
          if (bytesRead === 0) throw new Error("it ends too early");
          filled += bytesRead;
        }
        return bytes.buffer;
      },
    });
  } catch (error) {
    throw new InputError(
      "bad-data",
      `${path} is a damaged Parquet file: ${(error as Error).message}. Row groups before that were read. Fetch it again`,
      { cause: error },
    );
  } finally {
    await handle.close();
  }
}

type GroupColumns = FileMetaData["row_groups"][number]["columns"];

function checkGroup(path: string, metadata: FileMetaData, wanted: readonly string[], columns: GroupColumns): void {
  let size = 0;
  for (const { meta_data: meta } of columns) {
    if (meta === undefined || !wanted.includes(meta.path_in_schema[0] ?? "")) continue;
    size += Number(meta.total_uncompressed_size);
    if (!CODECS.includes(meta.codec)) {
      throw new InputError(
        "bad-data",
        `${path} is packed by ${meta.codec}, read are ${CODECS.join(" ")}: write it anew`,
      );
    }
  }
  if (size > LARGEST_GROUP) {
    throw new InputError(
      "bad-data",
      `${path} has a row group of ${size} bytes among ${metadata.row_groups.length}, allowed are ${LARGEST_GROUP}: ` +
        "write it with row groups of a million rows",
    );
  }
}

function lastByte(columns: GroupColumns): number {
  let last = 0;
  for (const { meta_data: meta } of columns) {
    if (meta === undefined) continue;
    const start = meta.dictionary_page_offset ?? meta.data_page_offset;
    last = Math.max(last, Number(start) + Number(meta.total_compressed_size));
  }
  return last;
}

/**
 * Takes the decimal type off the schema, as the library multiplies decimals by an inexact power of ten: without it the
 * exact integers are given.
 */
function withoutDecimals(metadata: FileMetaData): Scales {
  const scales = new Map<string, number>();
  for (const element of metadata.schema as SchemaElement[]) {
    if (element.converted_type !== "DECIMAL" && element.logical_type?.type !== "DECIMAL") continue;
    const logical = element.logical_type;
    scales.set(element.name, logical?.type === "DECIMAL" ? logical.scale : (element.scale ?? 0));
    delete element.converted_type;
    delete element.logical_type;
  }
  return scales;
}

function textOfRows(
  data: readonly DecodedArray[],
  decimals: readonly (number | null)[],
  from: number,
  to: number,
): LineBlock {
  let text = "";
  for (let row = from; row < to; row++) {
    for (let column = 0; column < data.length; column++) {
      if (column > 0) text += ",";
      const scale = decimals[column] ?? null;
      const value: unknown = data[column]![row];
      text += scale === null ? textOfCell(value) : textOfDecimal(value, scale);
    }
    text += "\n";
  }
  return { bytes: Buffer.from(text), overlong: false };
}

function textOfCell(value: unknown): string {
  if (value === null || value === undefined) return '""';
  if (typeof value === "number" || typeof value === "bigint" || typeof value === "boolean") return String(value);
  if (value instanceof Date) return value.toISOString();
  return `"${String(value).replace(/["\r\n]/g, "?")}"`;
}

function textOfDecimal(value: unknown, scale: number): string {
  if (value === null || value === undefined) return '""';
  const unscaled = value instanceof Uint8Array ? bigEndian(value) : BigInt(value as number | bigint);
  const sign = unscaled < 0n ? "-" : "";
  const digits = (unscaled < 0n ? -unscaled : unscaled).toString().padStart(scale + 1, "0");
  const point = digits.length - scale;
  return `${sign}${digits.slice(0, point)}.${digits.slice(point)}`;
}

/** Two's complement. */
function bigEndian(bytes: Uint8Array): bigint {
  const unsigned = BigInt(`0x${Buffer.from(bytes).toString("hex") || "0"}`);
  return BigInt.asIntN(bytes.length * 8, unsigned);
}
