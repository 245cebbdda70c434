const LINE_FEED = 10;

/** Longest line that is read, in bytes: 1 MiB. */
export const LONGEST_LINE = 1_048_576;
/** What is kept of a longer one, to show it. */
const SHOWN = 200;

/** Whole lines of a text. */
export interface LineBlock {
  /** Ends with a line feed. Valid until the next block is asked for. */
  readonly bytes: Buffer;
  /** The block is the start of one line longer than `LONGEST_LINE`. */
  readonly overlong: boolean;
}

/**
 * Cuts chunks at line ends. A last line without a line feed is a line; if `chunks` throws, the line begun is dropped.
 */
export async function* lineBlocks(chunks: AsyncIterable<Buffer>): AsyncGenerator<LineBlock> {
  let begun: Buffer[] = [];
  let length = 0;
  const keep = (piece: Buffer): void => {
    if (length <= LONGEST_LINE && piece.length > 0) begun.push(Buffer.from(piece));
    length += piece.length;
  };
  const take = (): LineBlock => {
    const overlong = length > LONGEST_LINE;
    const line = Buffer.concat(begun);
    begun = [];
    length = 0;
    return { bytes: Buffer.concat([overlong ? line.subarray(0, SHOWN) : line, Buffer.of(LINE_FEED)]), overlong };
  };
  for await (const chunk of chunks) {
    const last = chunk.lastIndexOf(LINE_FEED);
    let from = 0;
    if (last >= 0 && length > 0) {
      from = chunk.indexOf(LINE_FEED) + 1;
      keep(chunk.subarray(0, from - 1));
      yield take();
    }
    if (from <= last) yield { bytes: chunk.subarray(from, last + 1), overlong: false };
    keep(chunk.subarray(last + 1));
  }
  if (length > 0) yield take();
}
