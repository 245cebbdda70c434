import { spawn } from "node:child_process";
import { readdir } from "node:fs/promises";
import { basename } from "node:path";
import { pathToFileURL } from "node:url";
import type { Figure } from "./figure.ts";

/**
 * `npm run bench -- [name…] [--json]` runs all benchmarks of this folder or the named ones, each in a process of its
 * own so that none inherits another's heap or compiled code. Prints a table, or with `--json` one object a figure.
 */

const FRAME = ["backtrader-peer.ts", "figure.ts", "main.ts", "market.ts", "servers.ts", "sma-cross-stake.ts"];

async function benchmarks(): Promise<string[]> {
  const files = await readdir(import.meta.dirname);
  return files
    .filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts") && !FRAME.includes(file))
    .map((file) => basename(file, ".ts"))
    .sort();
}

/** Runs one benchmark in a child, which prints its figures as lines of JSON. Throws if it fails. */
async function measure(name: string): Promise<Figure[]> {
  const url = pathToFileURL(`${import.meta.dirname}/${name}.ts`).href;
  const script = `const { run } = await import(${JSON.stringify(url)}); process.send(await run(), () => process.exit());`;
  const child = spawn(process.execPath, ["--expose-gc", "--input-type=module", "--eval", script], {
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  let figures: Figure[] | null = null;
  child.on("message", (message) => {
    figures = message as Figure[];
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", resolve);
  });
  if (code !== 0 || figures === null) throw new Error(`benchmark '${name}' failed with exit code ${code}`);
  return figures;
}

function row(benchmark: string, figure: Figure): string {
  const value = figure.value.toLocaleString("en", { maximumSignificantDigits: 4 });
  const ratio = figure.ratio === undefined ? "" : `${figure.ratio.toPrecision(3)} × ${figure.peer ?? "peer"}`;
  return `${benchmark.padEnd(18)} ${figure.name.padEnd(56)} ${value.padStart(12)} ${figure.unit.padEnd(14)} ${ratio}`.trimEnd();
}

const known = await benchmarks();
const options = process.argv.slice(2);
const json = options.includes("--json");
const names = options.filter((option) => option !== "--json");
const unknown = names.find((name) => !known.includes(name));
if (unknown !== undefined) {
  console.error(`There is no benchmark '${unknown}': use ${known.join(", ")}, --json, or nothing to run them all.`);
  process.exit(2);
}
for (const name of names.length > 0 ? names : known) {
  try {
    for (const figure of await measure(name)) console.log(json ? JSON.stringify(figure) : row(name, figure));
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
