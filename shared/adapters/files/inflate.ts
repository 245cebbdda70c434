import type { Transform } from "node:stream";
import { InputError } from "#shared/market/input-error.ts";

/** Size of the pieces that zlib streams are asked to give; of damaged data the last one before the damage is lost. */
export const INFLATED_CHUNK = 65_536;

/**
 * Passes `compressed` through a zlib stream. What was decoded before a fault is delivered before the fault is thrown,
 * which reading from the stream itself does not guarantee. Holds the output of one input chunk. Throws InputError
 * 'bad-data' for a damaged or truncated stream, naming `path`.
 */
export async function* inflate(
  path: string,
  compressed: AsyncIterable<Buffer>,
  engine: Transform,
): AsyncGenerator<Buffer> {
  let output: Buffer[] = [];
  let fault = null as Error | null;
  engine.on("data", (chunk: Buffer) => output.push(chunk));
  const faulted = new Promise<void>((resolve) => {
    engine.once("error", (error) => {
      fault = error;
      resolve();
    });
  });
  const take = (): Buffer[] => {
    const taken = output;
    output = [];
    return taken;
  };
  const check = (): void => {
    if (fault !== null) throw damaged(path, fault);
  };
  try {
    for await (const chunk of compressed) {
      await Promise.race([new Promise<void>((resolve) => engine.write(chunk, () => resolve())), faulted]);
      yield* take();
      check();
    }
    await Promise.race([new Promise<void>((resolve) => engine.end(() => resolve())), faulted]);
    await Promise.race([new Promise<void>((resolve) => resolveWhenRead(engine, resolve)), faulted]);
    yield* take();
    check();
  } finally {
    engine.destroy();
  }
}

function resolveWhenRead(engine: Transform, resolve: () => void): void {
  if (engine.readableEnded) resolve();
  else engine.once("end", resolve);
}

/** What came before the damage was read: says so, as the rows before it are kept. */
export function damaged(path: string, cause: Error): InputError {
  return new InputError(
    "bad-data",
    `${path} is damaged or cut short: ${cause.message}. The rows before that were read. Fetch the file again and read ` +
      "it again; rows that are held already do no harm",
    { cause },
  );
}
