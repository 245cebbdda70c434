import { open } from "node:fs/promises";
import { InputError } from "#shared/market/input-error.ts";

/** Bytes read at a time from a file that is not compressed. */
export const PLAIN_CHUNK = 1_048_576;
/** Bytes read at a time from a compressed file: small, as one of them inflates to up to a thousand times its size. */
export const COMPRESSED_CHUNK = 65_536;

/** Bytes [from, to) of a file, in chunks of `size`. A chunk is valid until the next is asked for. */
export async function* fileChunks(
  path: string,
  from: number,
  to: number,
  size: number,
  onRead: (bytes: number) => void,
): AsyncGenerator<Buffer> {
  const file = await open(path);
  try {
    const buffer = Buffer.allocUnsafeSlow(size);
    let position = from;
    while (position < to) {
      const { bytesRead } = await file.read(buffer, 0, Math.min(size, to - position), position);
      if (bytesRead === 0)
        throw new InputError("bad-data", `${path} became shorter while it was read: import it again`);
      position += bytesRead;
      onRead(position);
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}
