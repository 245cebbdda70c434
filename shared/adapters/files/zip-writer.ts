import { type FileHandle, open } from "node:fs/promises";
import type { Readable } from "node:stream";
import { crc32, createDeflateRaw } from "node:zlib";
import { InputError } from "#shared/market/input-error.ts";

/** Sizes from here on need the zip64 format, which is not written. */
const LIMIT = 0xffff_ffff;
/** 1980-01-01, the earliest that a zip can state: the same content gives the same bytes. */
const DATE = 0x0021;
const VERSION = 20;
const DEFLATED = 8;

interface Entry {
  readonly name: Buffer;
  readonly checksum: number;
  readonly packedSize: number;
  readonly size: number;
}

/**
 * Writes a zip of one deflated file (PKWARE, ".ZIP File Format Specification", 4.3). Throws InputError 'bad-data' if
 * it would reach 4 GiB.
 */
export async function writeZip(path: string, name: string, content: Readable): Promise<void> {
  const file = await open(path, "w");
  try {
    const nameBytes = Buffer.from(name);
    const start = localHeader({ name: nameBytes, checksum: 0, packedSize: 0, size: 0 });
    await file.write(start, 0, start.length, 0);
    const entry = { name: nameBytes, ...(await deflateInto(file, start.length, path, content)) };
    const header = localHeader(entry);
    await file.write(header, 0, header.length, 0);
    const end = directory(entry, start.length + entry.packedSize);
    await file.write(end, 0, end.length, start.length + entry.packedSize);
  } finally {
    await file.close();
  }
}

async function deflateInto(
  file: FileHandle,
  from: number,
  path: string,
  content: Readable,
): Promise<Omit<Entry, "name">> {
  let size = 0;
  let checksum = 0;
  let packedSize = 0;
  const packer = createDeflateRaw();
  content.on("data", (chunk: Buffer) => {
    size += chunk.length;
    checksum = crc32(chunk, checksum);
  });
  content.once("error", (error) => packer.destroy(error));
  content.pipe(packer);
  for await (const chunk of packer as AsyncIterable<Buffer>) {
    await file.write(chunk, 0, chunk.length, from + packedSize);
    packedSize += chunk.length;
    if (from + packedSize >= LIMIT || size >= LIMIT) {
      throw new InputError(
        "bad-data",
        `${path} would reach 4 GiB, which a zip of this kind cannot hold: write .csv.gz`,
      );
    }
  }
  return { size, checksum, packedSize };
}

function localHeader({ name, checksum, packedSize, size }: Entry): Buffer {
  const header = Buffer.alloc(30);
  header.writeUInt32LE(0x04034b50, 0);
  header.writeUInt16LE(VERSION, 4);
  header.writeUInt16LE(DEFLATED, 8);
  header.writeUInt16LE(DATE, 12);
  header.writeUInt32LE(checksum, 14);
  header.writeUInt32LE(packedSize, 18);
  header.writeUInt32LE(size, 22);
  header.writeUInt16LE(name.length, 26);
  return Buffer.concat([header, name]);
}

/** The central directory of one file and the record that ends a zip. */
function directory({ name, checksum, packedSize, size }: Entry, at: number): Buffer {
  const header = Buffer.alloc(46);
  header.writeUInt32LE(0x02014b50, 0);
  header.writeUInt16LE(VERSION, 4);
  header.writeUInt16LE(VERSION, 6);
  header.writeUInt16LE(DEFLATED, 10);
  header.writeUInt16LE(DATE, 14);
  header.writeUInt32LE(checksum, 16);
  header.writeUInt32LE(packedSize, 20);
  header.writeUInt32LE(size, 24);
  header.writeUInt16LE(name.length, 28);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(1, 8);
  end.writeUInt16LE(1, 10);
  end.writeUInt32LE(header.length + name.length, 12);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([header, name, end]);
}
