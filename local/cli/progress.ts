import { formatDuration } from "./table.ts";

const REDRAW_MS = 100;
const PLAIN_MS = 5_000;

/**
 * A line on standard error that shows how far long work is: redrawn in place on a terminal, a line every few seconds
 * elsewhere, where there is something new. Standard output stays free for results.
 */
export class Progress {
  readonly #label: string;
  readonly #started = performance.now();
  readonly #terminal = process.stderr.isTTY === true;
  #drawn = 0;
  #shown = "";

  constructor(label: string) {
    this.#label = label;
  }

  /** `fraction` 0 to 1, or null where the end is not known; `detail` says what there is so far. */
  update(fraction: number | null, detail: string): void {
    const now = performance.now();
    if (now - this.#drawn < (this.#terminal ? REDRAW_MS : PLAIN_MS)) return;
    if (!this.#terminal && this.#drawn === 0 && now - this.#started < PLAIN_MS) return;
    if (!this.#terminal && detail === this.#shown) return;
    this.#drawn = now;
    this.#shown = detail;
    const elapsed = now - this.#started;
    const bar = fraction === null ? "" : `${drawBar(fraction)} ${(fraction * 100).toFixed(0).padStart(3)} %  `;
    const left =
      fraction === null || fraction < 0.02 ? "" : `  ${formatDuration((elapsed / fraction) * (1 - fraction))} left`;
    const line = `${this.#label}  ${bar}${detail}${left}`;
    if (this.#terminal) process.stderr.write(`\r\x1b[2K${line.slice(0, (process.stderr.columns ?? 80) - 1)}`);
    else process.stderr.write(`${line}\n`);
  }

  /** Removes the line, as the result speaks for itself. */
  done(): void {
    if (this.#terminal && this.#drawn > 0) process.stderr.write("\r\x1b[2K");
  }
}

function drawBar(fraction: number): string {
  const filled = Math.round(Math.min(1, Math.max(0, fraction)) * 20);
  return `${"█".repeat(filled)}${"░".repeat(20 - filled)}`;
}
