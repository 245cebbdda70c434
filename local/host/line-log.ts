import { closeSync, existsSync, mkdirSync, openSync, renameSync, statSync, writeSync } from "node:fs";
import { join } from "node:path";

/** A log file begins anew at this size, bytes; the one before is kept. */
const FILE_BYTES = 16 << 20;
/** A line that is longer is cut here, characters. */
const LINE_LENGTH = 1 << 16;

/** What functions and tasks print, line by line: `<name>.log` of a folder, and `<name>.log.1` with what was before. */
export class LineLog {
  readonly #file: string;
  readonly #onLine: (line: string) => void;
  readonly #fileBytes: number;
  #descriptor: number;
  #bytes: number;

  /** Makes the folder if need be. */
  constructor(folder: string, name: string, onLine: (line: string) => void, fileBytes = FILE_BYTES) {
    mkdirSync(folder, { recursive: true });
    this.#file = join(folder, `${name}.log`);
    this.#onLine = onLine;
    this.#fileBytes = fileBytes;
    this.#descriptor = openSync(this.#file, "a", 0o600);
    this.#bytes = statSync(this.#file).size;
  }

  /** Takes what a process prints from now on, and keeps the lines of several apart. */
  follow(stream: NodeJS.ReadableStream): void {
    let rest = "";
    stream.setEncoding("utf8");
    stream.on("data", (chunk: string) => {
      const lines = (rest + chunk).split("\n");
      rest = lines.pop()!;
      if (rest.length > LINE_LENGTH) {
        lines.push(rest);
        rest = "";
      }
      this.write(lines);
    });
    stream.on("end", () => this.write(rest === "" ? [] : [rest]));
    stream.on("error", () => {});
  }

  write(lines: readonly string[]): void {
    if (lines.length === 0) return;
    const text = Buffer.from(`${lines.join("\n")}\n`);
    try {
      if (this.#bytes > 0 && this.#bytes + text.length > this.#fileBytes) this.#beginAnew();
      writeSync(this.#descriptor, text);
      this.#bytes += text.length;
    } catch {
      // A full disk takes no logs: functions go on without.
    }
    for (const line of lines) this.#onLine(line);
  }

  /** What is printed later goes to nobody but `onLine`. */
  close(): void {
    closeSync(this.#descriptor);
    // A number that no file has: the old one may be given to another.
    this.#descriptor = -1;
  }

  #beginAnew(): void {
    // Where it was moved before, and no new one could be opened, there is none to move.
    if (existsSync(this.#file)) renameSync(this.#file, `${this.#file}.1`);
    const before = this.#descriptor;
    this.#descriptor = openSync(this.#file, "a", 0o600);
    this.#bytes = 0;
    closeSync(before);
  }
}
