import { randomUUID } from "node:crypto";
import { appendFile, link, rm, writeFile } from "node:fs/promises";
import type { FileReject } from "#shared/ports/trade-file.ts";

const HEADER = "line,value,reason,source\n";

/**
 * Keeps the rows that were left out of imported files, for a person to look at and mend: as CSV with columns line,
 * value, reason, source, or as one JSON object a line if the name ends with `.ndjson`. The file is made with the first
 * reject. Several processes may append: a call's rows are written at once, after the header.
 */
export class RejectsFile {
  readonly path: string;
  readonly #json: boolean;
  #made = false;

  constructor(path: string) {
    this.path = path;
    this.#json = path.endsWith(".ndjson");
  }

  /** Appends rejects of the file `source`; does nothing for none. */
  async append(source: string, rejects: readonly FileReject[]): Promise<void> {
    if (rejects.length === 0) return;
    if (!this.#json && !this.#made) await this.#createWithHeader();
    this.#made = true;
    const rows = rejects.map(({ line, value, reason }) =>
      this.#json
        ? JSON.stringify({ line, value, reason, source })
        : `${line},${quoted(value)},${quoted(reason)},${quoted(source)}`,
    );
    await appendFile(this.path, `${rows.join("\n")}\n`);
  }

  /** A link appears with its whole content, and fails if another process was faster. */
  async #createWithHeader(): Promise<void> {
    const draft = `${this.path}.${randomUUID()}.new`;
    await writeFile(draft, HEADER);
    try {
      await link(draft, this.path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    } finally {
      await rm(draft, { force: true });
    }
  }
}

/** RFC 4180, and no line break, so that a reject is a line. */
function quoted(text: string): string {
  return `"${text.replace(/[\r\n]+/g, " ").replaceAll('"', '""')}"`;
}
