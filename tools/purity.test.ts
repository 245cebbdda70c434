import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));

const PURE = ["market", "aggregation", "engine", "generator", "report", "wire", "app"];

/** Code that the domain must not hold, and the rule that says so. */
const FORBIDDEN: readonly (readonly [code: string, rule: string])[] = [
  ["new Date()", "plugin"],
  ["Date()", "plugin"],
  ["Number(2) ** 0.5", "plugin"],
  ["Date.now()", "lint/nursery/noJsRestrictedProperties"],
  ["Math.random()", "lint/nursery/noJsRestrictedProperties"],
  ["Math.exp(1)", "lint/nursery/noJsRestrictedProperties"],
  ["Math.log(2)", "lint/nursery/noJsRestrictedProperties"],
  ["Math.pow(2, 0.5)", "lint/nursery/noJsRestrictedProperties"],
  ["process.env", "lint/style/noRestrictedGlobals"],
  ["globalThis.process", "lint/style/noRestrictedGlobals"],
  ["performance.now()", "lint/style/noRestrictedGlobals"],
  ["crypto.randomUUID()", "lint/style/noRestrictedGlobals"],
  ['fetch("https://example.com")', "lint/style/noRestrictedGlobals"],
  ["setTimeout(() => undefined, 1)", "lint/style/noRestrictedGlobals"],
  ["setInterval(() => undefined, 1)", "lint/style/noRestrictedGlobals"],
  ["setImmediate(() => undefined)", "lint/style/noRestrictedGlobals"],
  ["queueMicrotask(() => undefined)", "lint/style/noRestrictedGlobals"],
  ['console.log("x")', "lint/style/noRestrictedGlobals"],
];

/** Looks alike and is a function of its arguments. */
const ALLOWED = [
  "new Date(5).getUTCDay()",
  "Date.UTC(2020, 0, 1)",
  "Math.sqrt(2)",
  "2 ** 54",
  "10n ** BigInt(3)",
  'Date.parse("2020-01-01T00:00:00Z")',
];

let tree: string;

beforeEach(async () => {
  tree = await mkdtemp(join(tmpdir(), "millrace-purity-"));
  for (const path of ["biome.json", "tools/no-clock-read.grit", "tools/no-power-operator.grit"])
    await cp(join(root, path), join(tree, path));
});

afterEach(async () => {
  await rm(tree, { recursive: true });
});

async function plant(file: string, text: string): Promise<void> {
  await mkdir(dirname(join(tree, file)), { recursive: true });
  await writeFile(join(tree, file), text);
}

/** What Biome's linter finds in `tree`: "rule file", sorted. */
async function findings(): Promise<string[]> {
  const biome = join(root, "node_modules/.bin/biome");
  const output = await new Promise<string>((resolve, reject) => {
    execFile(
      process.execPath,
      [biome, "lint", "--reporter=json", "--max-diagnostics=none", "--diagnostic-level=error"],
      { cwd: tree, maxBuffer: 1e8 },
      (error, stdout, stderr) => (stdout === "" ? reject(error ?? new Error(stderr)) : resolve(stdout)),
    );
  });
  const report = JSON.parse(output) as { diagnostics: { category: string; location: { path: string } }[] };
  return report.diagnostics.map(({ category, location }) => `${category} ${location.path}`).sort();
}

test("what depends on more than its input is red in every pure folder", async () => {
  const expected: string[] = [];
  for (const folder of PURE) {
    for (const [index, [code, rule]] of FORBIDDEN.entries()) {
      const file = `shared/${folder}/planted-${index}.ts`;
      await plant(file, `export const planted = () => ${code};\n`);
      expected.push(`${rule} ${file}`);
    }
  }
  expect(await findings()).toEqual(expected.sort());
});

test("dates and sums of what is passed in are green, and tests and adapters may know the machine", async () => {
  await plant("shared/market/lawful.ts", `export const lawful = () => [${ALLOWED.join(", ")}];\n`);
  for (const [index, [code]] of FORBIDDEN.entries()) {
    await plant(`shared/adapters/memory/edge-${index}.ts`, `export const edge = () => ${code};\n`);
    await plant(`shared/engine/edge-${index}.test.ts`, `export const edge = () => ${code};\n`);
  }
  expect(await findings()).toEqual([]);
});

test("promises that nobody waits for are red everywhere", async () => {
  const asynchronous = "export async function save(): Promise<void> {}\n";
  await plant("local/cli/floating.ts", `${asynchronous}export function run(): void {\n  save();\n}\n`);
  await plant(
    "local/cli/awaited.ts",
    `${asynchronous}export async function run(): Promise<void> {\n  await save();\n}\n`,
  );
  expect(await findings()).toEqual(["lint/nursery/noFloatingPromises local/cli/floating.ts"]);
});

test("files and functions that grew too long are red", async () => {
  const lines = (count: number) => Array.from({ length: count }, (_, line) => `  list.push(${line});`).join("\n");
  const grown = (count: number) => `export function grown(list: number[]): void {\n${lines(count)}\n}\n`;
  await plant("shared/app/long-function.ts", grown(70));
  await plant("shared/app/short-function.ts", grown(55));
  await plant("shared/app/long-function.test.ts", grown(70));
  await plant("shared/app/long-file.ts", `${"// a line\n".repeat(401)}export const last = 1;\n`);
  expect(await findings()).toEqual([
    "lint/complexity/noExcessiveLinesPerFunction shared/app/long-function.ts",
    "lint/style/noExcessiveLinesPerFile shared/app/long-file.ts",
  ]);
});
