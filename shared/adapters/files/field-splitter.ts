const COMMA = 44;
const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;
const QUOTE = 34;

/** More columns than any file has; fields past it are counted, not located. */
const MOST_FIELDS = 256;

/**
 * Finds the fields of one line of comma-separated values in place. A field in double quotes may hold commas, not line
 * breaks; the quotes are left out.
 */
export class FieldSplitter {
  /** Number of fields of the line last split; 0 for an empty one. */
  count = 0;
  readonly starts = new Int32Array(MOST_FIELDS);
  /** Exclusive. */
  readonly ends = new Int32Array(MOST_FIELDS);
  /** Where the line ends: the index of its line feed. */
  lineEnd = 0;

  /** Splits the line that starts at `from` and must end with a line feed. */
  split(bytes: Buffer, from: number): void {
    let count = 0;
    let start = from;
    let at = from;
    let quoted = false;
    for (;;) {
      const byte = bytes[at]!;
      if (byte <= COMMA) {
        if (byte === COMMA) {
          if (count < MOST_FIELDS) {
            this.starts[count] = start;
            this.ends[count] = at;
          }
          count++;
          start = at + 1;
        } else if (byte === LINE_FEED) break;
        else if (byte === QUOTE && at === start) {
          quoted = true;
          at = quotedEnd(bytes, at);
        }
      }
      at++;
    }
    this.lineEnd = at;
    const end = at > start && bytes[at - 1] === CARRIAGE_RETURN ? at - 1 : at;
    if (count === 0 && end === start) {
      this.count = 0;
      return;
    }
    if (count < MOST_FIELDS) {
      this.starts[count] = start;
      this.ends[count] = end;
    }
    this.count = count + 1;
    if (quoted) this.#unquote(bytes);
  }

  #unquote(bytes: Buffer): void {
    const located = Math.min(this.count, MOST_FIELDS);
    for (let field = 0; field < located; field++) {
      const start = this.starts[field]!;
      const end = this.ends[field]!;
      if (bytes[start] === QUOTE && end - start >= 2 && bytes[end - 1] === QUOTE) {
        this.starts[field] = start + 1;
        this.ends[field] = end - 1;
      }
    }
  }
}

/** Index of the quote that closes the one at `from`, or `from` itself if the line ends before. */
function quotedEnd(bytes: Buffer, from: number): number {
  for (let at = from + 1; bytes[at] !== LINE_FEED; at++) {
    if (bytes[at] === QUOTE) return at;
  }
  return from;
}
