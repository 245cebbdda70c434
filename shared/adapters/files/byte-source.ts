import { open, stat } from "node:fs/promises";
import { basename } from "node:path";
import { createGunzip } from "node:zlib";
import { InputError } from "#shared/market/input-error.ts";
import { COMPRESSED_CHUNK, fileChunks, PLAIN_CHUNK } from "./file-chunks.ts";
import { INFLATED_CHUNK, inflate } from "./inflate.ts";
import { openZip } from "./zip-entry.ts";

export type Container = "plain" | "gzip" | "zip" | "parquet";

/** The content of a file, unpacked. */
export interface ByteSource {
  readonly container: Container;
  /** Names that may tell what the file holds: its own, then that of the file inside a zip. Without folders. */
  readonly names: readonly string[];
  /** As stored. */
  readonly bytesTotal: number;
  /**
   * The content from its start. `onRead` is told the number of stored bytes read so far. A chunk is valid until the
   * next is asked for.
   */
  chunks(onRead: (bytes: number) => void): AsyncGenerator<Buffer>;
}

/** Finds out how a file is packed. Throws InputError if it is missing, no regular file, empty, or a faulty zip. */
export async function openByteSource(path: string): Promise<ByteSource> {
  const bytesTotal = await sizeOf(path);
  const magic = await firstBytes(path);
  const names = [basename(path)];
  if (magic.startsWith("PK")) return openZip(path, bytesTotal);
  if (magic.startsWith("\x1f\x8b")) {
    return {
      container: "gzip",
      names,
      bytesTotal,
      chunks: (onRead) =>
        inflate(
          path,
          fileChunks(path, 0, bytesTotal, COMPRESSED_CHUNK, onRead),
          createGunzip({ chunkSize: INFLATED_CHUNK }),
        ),
    };
  }
  return {
    container: magic.startsWith("PAR1") ? "parquet" : "plain",
    names,
    bytesTotal,
    chunks: (onRead) => fileChunks(path, 0, bytesTotal, PLAIN_CHUNK, onRead),
  };
}

async function sizeOf(path: string): Promise<number> {
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    const missing = error.code === "ENOENT" || error.code === "ENOTDIR";
    throw new InputError(
      missing ? "not-found" : "bad-data",
      missing ? `there is no file ${path}: check the path` : `${path} cannot be read: ${error.message}`,
      { cause: error },
    );
  });
  if (found.isDirectory()) {
    throw new InputError("bad-data", `${path} is a directory: name the files inside it, such as ${path}/*.zip`);
  }
  if (!found.isFile()) throw new InputError("bad-data", `${path} is no regular file: write its content to one first`);
  if (found.size === 0) throw new InputError("bad-data", `${path} is empty (0 bytes): fetch it again`);
  return found.size;
}

async function firstBytes(path: string): Promise<string> {
  const file = await open(path).catch((error: Error) => {
    throw new InputError("bad-data", `${path} cannot be read: ${error.message}`, { cause: error });
  });
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(4), 0, 4, 0);
    return buffer.toString("latin1", 0, bytesRead);
  } finally {
    await file.close();
  }
}
