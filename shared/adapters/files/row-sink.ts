import type { FileReject } from "#shared/ports/trade-file.ts";

/** What is shown of a row. */
const SHOWN = 200;

/** Collects what is left out of a file between two batches. */
export class RowSink {
  #rejects: FileReject[] = [];
  #ignored = 0;
  /** Rejects held. */
  get rejectCount(): number {
    return this.#rejects.length;
  }

  reject(line: number, value: string, reason: string): void {
    this.#rejects.push({ line, value: value.length > SHOWN ? `${value.slice(0, SHOWN)}…` : value, reason });
  }

  ignore(): void {
    this.#ignored++;
  }

  /** What was collected since the last call, in order of lines. */
  take(): { readonly rejects: readonly FileReject[]; readonly ignored: number } {
    const taken = { rejects: this.#rejects.sort((a, b) => a.line - b.line), ignored: this.#ignored };
    this.#rejects = [];
    this.#ignored = 0;
    return taken;
  }
}
