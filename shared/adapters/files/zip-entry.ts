import { basename } from "node:path";
import { crc32, createInflateRaw } from "node:zlib";
import { type Entry, openPromise, type ZipFile } from "yauzl";
import { InputError } from "#shared/market/input-error.ts";
import type { ByteSource } from "./byte-source.ts";
import { COMPRESSED_CHUNK, fileChunks } from "./file-chunks.ts";
import { damaged, INFLATED_CHUNK, inflate } from "./inflate.ts";

const STORED = 0;
const DEFLATED = 8;

/** The one file inside a zip. Throws InputError for a damaged or encrypted zip, and for none or several files. */
export async function openZip(path: string, bytesTotal: number): Promise<ByteSource> {
  const zip = await openPromise(path, { autoClose: false, lazyEntries: true }).catch((error: Error) => {
    throw unreadable(path, error);
  });
  try {
    const entry = await onlyFile(path, zip);
    const { fileDataStart } = await zip.readLocalFileHeaderPromise(entry, { minimal: true });
    return {
      container: "zip",
      names: [basename(path), basename(entry.fileName)],
      bytesTotal,
      chunks: (onRead) => checked(path, entry, content(path, entry, fileDataStart, onRead)),
    };
  } catch (error) {
    throw error instanceof InputError ? error : unreadable(path, error as Error);
  } finally {
    zip.close();
  }
}

async function onlyFile(path: string, zip: ZipFile): Promise<Entry> {
  const files: Entry[] = [];
  for await (const entry of zip.eachEntry()) {
    if (!entry.fileName.endsWith("/")) files.push(entry);
    if (files.length > 1) break;
  }
  const [entry, second] = files;
  if (entry === undefined) throw new InputError("bad-data", `${path} is a zip without any file inside: fetch it again`);
  if (second !== undefined) {
    throw new InputError(
      "bad-data",
      `${path} is a zip of several files ('${entry.fileName}', '${second.fileName}', …), allowed is one: unpack it and ` +
        "read its files one by one",
    );
  }
  if (entry.isEncrypted()) {
    throw new InputError("bad-data", `${path} is an encrypted zip: unpack it and read the file inside`);
  }
  if (entry.compressionMethod !== STORED && entry.compressionMethod !== DEFLATED) {
    throw new InputError(
      "bad-data",
      `${path} is a zip packed by method ${entry.compressionMethod}, allowed are stored (0) and deflated (8): unpack it`,
    );
  }
  return entry;
}

function content(path: string, entry: Entry, start: number, onRead: (bytes: number) => void): AsyncGenerator<Buffer> {
  const packed = fileChunks(path, start, start + entry.compressedSize, COMPRESSED_CHUNK, onRead);
  return entry.compressionMethod === STORED
    ? packed
    : inflate(path, packed, createInflateRaw({ chunkSize: INFLATED_CHUNK }));
}

/** Passes the content on and compares its size and checksum with what the zip says, at its end. */
async function* checked(path: string, entry: Entry, chunks: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  let size = 0;
  let checksum = 0;
  for await (const chunk of chunks) {
    size += chunk.length;
    checksum = crc32(chunk, checksum);
    yield chunk;
  }
  if (size !== entry.uncompressedSize || checksum !== entry.crc32) {
    throw damaged(path, new Error("its size or checksum is not the one that the zip states"));
  }
}

function unreadable(path: string, error: Error): InputError {
  return new InputError("bad-data", `${path} is a damaged zip: ${error.message}. Fetch it again`, { cause: error });
}
