/** A column of a table: its heading, and how its cells are aligned. */
export interface Column {
  readonly heading: string;
  readonly align?: "left" | "right";
}

/** Rows of text as a table with aligned columns. Without rows, the headings alone. */
export function renderTable(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  const widths = columns.map((column, i) => Math.max(column.heading.length, ...rows.map((row) => row[i]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, i) => (columns[i]?.align === "right" ? cell.padStart(widths[i]!) : cell.padEnd(widths[i]!)))
      .join("  ")
      .trimEnd();
  const headings = line(columns.map((column) => column.heading));
  return [headings, widths.map((width) => "─".repeat(width)).join("  "), ...rows.map(line)].join("\n");
}

/** `2024-08-08 23:54:15.342`, or without the ms where they are 0. UTC. */
export function formatTime(ms: number): string {
  const text = new Date(ms).toISOString().replace("T", " ");
  return text.endsWith(".000Z") ? text.slice(0, -5) : text.slice(0, -1);
}

/** `2024-08-08 23:54`. UTC. */
export function formatMinute(ms: number): string {
  return new Date(ms).toISOString().slice(0, 16).replace("T", " ");
}

/** With groups of three: `12,345.67`. Null and NaN are `–`. */
export function formatNumber(value: number | null, digits: number): string {
  if (value === null || !Number.isFinite(value)) return "–";
  return value.toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

/** A fraction as percent, signed on request. Null is `–`. */
export function formatPercent(fraction: number | null, signed = false): string {
  if (fraction === null || !Number.isFinite(fraction)) return "–";
  const text = `${(fraction * 100).toFixed(2)} %`;
  return signed && fraction > 0 ? `+${text}` : text;
}

/** `3 d 4 h`, `12 min`, `850 ms`: the two greatest units that matter. */
export function formatDuration(ms: number): string {
  const units = [
    ["d", 86_400_000],
    ["h", 3_600_000],
    ["min", 60_000],
    ["s", 1_000],
  ] as const;
  const parts: string[] = [];
  let rest = ms;
  for (const [name, length] of units) {
    const count = Math.floor(rest / length);
    rest -= count * length;
    if (count > 0) parts.push(`${count} ${name}`);
    if (parts.length === 2) break;
  }
  return parts.length > 0 ? parts.join(" ") : `${Math.round(ms)} ms`;
}
