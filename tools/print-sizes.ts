import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";

/** Lines per file of product code and of tests, so that growth is seen before the linter's bound stops it. */

function quantile(sorted: readonly number[], fraction: number): number {
  return sorted[Math.ceil(sorted.length * fraction) - 1] ?? 0;
}

const tracked = execFileSync("git", ["ls-files", "*.ts"], { encoding: "utf8" }).split("\n").filter(existsSync);
const tests = tracked.filter((file) => file.endsWith(".test.ts"));
const product = tracked.filter((file) => !file.endsWith(".test.ts"));
for (const [name, files] of [
  ["product", product],
  ["tests", tests],
] as const) {
  const lines = files.map((file) => readFileSync(file, "utf8").split("\n").length - 1).sort((a, b) => a - b);
  const total = lines.reduce((sum, count) => sum + count, 0);
  console.log(
    `${name}: ${files.length} files, ${total} lines; median ${quantile(lines, 0.5)}, p95 ${quantile(lines, 0.95)}, longest ${lines.at(-1) ?? 0}`,
  );
}
