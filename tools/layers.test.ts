import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));
const configuration = join(root, ".dependency-cruiser.cjs");

/** File → what it imports; "type x" is a type-only import. */
type Imports = Readonly<Record<string, readonly string[]>>;

const PACKAGES = ["@duckdb/node-api", "@aws-sdk/client-s3", "yauzl", "left-pad"];

/** A tree that keeps every rule, with something in each layer: files and what they import. */
const LAWFUL: Imports = {
  "shared/market/tick.ts": ["type ./block.ts"],
  "shared/market/block.ts": ["./tick.ts"],
  "shared/aggregation/fold.ts": ["../market/tick.ts"],
  "shared/engine/engine.ts": ["#shared/market/tick.ts"],
  "shared/generator/market.ts": ["../market/tick.ts"],
  "shared/report/page.ts": ["type ../engine/engine.ts"],
  "shared/ports/store.ts": ["type ../engine/engine.ts"],
  "shared/wire/names.ts": ["../engine/engine.ts"],
  "shared/config/settings.ts": ["../market/tick.ts"],
  "shared/app/backtest.ts": ["node:crypto", "../engine/engine.ts", "type ../ports/store.ts"],
  "shared/adapters/duckdb/store.ts": ["node:fs/promises", "@duckdb/node-api", "type #shared/engine/engine.ts"],
  "shared/adapters/files/zip.ts": ["node:zlib", "yauzl", "../../market/tick.ts"],
  "shared/adapters/memory/store.ts": ["node:events"],
  "shared/adapters/memory/store.test.ts": ["#shared/testkit/store-contract.ts", "./store.ts"],
  "shared/testkit/store-contract.ts": ["only-for-development"],
  "strategies/sma-cross/sma-cross.ts": ["#shared/engine/engine.ts"],
  "functions/topology.ts": ["#shared/wire/names.ts"],
  "functions/archive/handler.ts": ["#shared/app/backtest.ts"],
  "functions/archive/index.ts": ["./handler.ts", "#shared/adapters/memory/store.ts"],
  "local/cli/main.ts": ["#shared/adapters/memory/store.ts", "#strategies/sma-cross/sma-cross.ts"],
  "grafana/board.ts": ["#shared/wire/names.ts"],
  "infra/app.ts": ["#functions/topology.ts"],
  "bench/fold.ts": ["#shared/market/tick.ts", "@duckdb/node-api"],
};

/** Per rule: a file that breaks it, and what it imports. Each breaks no other rule. */
const PLANTED: readonly (readonly [rule: string, file: string, imported: string])[] = [
  ["market-layer", "shared/market/planted.ts", "../aggregation/fold.ts"],
  ["aggregation-layer", "shared/aggregation/planted.ts", "#shared/engine/engine.ts"],
  ["engine-layer", "shared/engine/planted.ts", "#shared/app/backtest.ts"],
  ["generator-layer", "shared/generator/planted.ts", "#shared/aggregation/fold.ts"],
  ["report-layer", "shared/report/planted.ts", "#shared/app/backtest.ts"],
  ["domain-is-pure", "shared/engine/planted-node.ts", "node:fs"],
  ["domain-is-pure", "shared/report/planted-package.ts", "left-pad"],
  ["ports-layer", "shared/ports/planted.ts", "type #shared/wire/names.ts"],
  ["ports-are-types", "shared/ports/planted-value.ts", "#shared/market/tick.ts"],
  ["wire-layer", "shared/wire/planted.ts", "#shared/app/backtest.ts"],
  ["config-layer", "shared/config/planted.ts", "#shared/engine/engine.ts"],
  ["app-layer", "shared/app/planted.ts", "#shared/adapters/memory/store.ts"],
  ["use-cases-know-no-technology", "shared/app/planted-node.ts", "node:fs/promises"],
  ["use-cases-know-no-technology", "shared/wire/planted-package.ts", "left-pad"],
  ["adapters-layer", "shared/adapters/memory/planted.ts", "#shared/app/backtest.ts"],
  ["adapters-know-engine-types", "shared/adapters/memory/planted-engine.ts", "#shared/engine/engine.ts"],
  ["adapters-stand-alone", "shared/adapters/memory/planted-adapter.ts", "../files/zip.ts"],
  ["adapter-aws-sdk", "shared/adapters/aws/planted.ts", "left-pad"],
  ["adapter-ccxt-sdk", "shared/adapters/ccxt/planted.ts", "left-pad"],
  ["adapter-dynamodb-sdk", "shared/adapters/dynamodb/planted.ts", "@aws-sdk/client-s3"],
  ["adapter-duckdb-sdk", "shared/adapters/duckdb/planted.ts", "yauzl"],
  ["adapter-files-sdk", "shared/adapters/files/planted.ts", "@duckdb/node-api"],
  ["adapter-kafka-sdk", "shared/adapters/kafka/planted.ts", "node:fs"],
  ["adapter-questdb-sdk", "shared/adapters/questdb/planted.ts", "left-pad"],
  ["adapter-vm-sdk", "shared/adapters/vm/planted.ts", "node:fs"],
  ["adapter-without-sdk", "shared/adapters/memory/planted-sdk.ts", "yauzl"],
  ["sdk-stays-in-its-adapter", "local/cli/planted.ts", "@duckdb/node-api"],
  ["adapters-are-wired-at-the-edge", "tools/planted.ts", "#shared/adapters/memory/store.ts"],
  ["strategies-layer", "strategies/planted/planted.ts", "#shared/app/backtest.ts"],
  ["strategies-layer", "strategies/planted/planted-node.ts", "node:fs"],
  ["strategies-layer", "strategies/planted/planted-other.ts", "../sma-cross/sma-cross.ts"],
  ["functions-layer", "functions/archive/planted.ts", "#local/cli/main.ts"],
  ["functions-wire-in-index", "functions/archive/planted-adapter.ts", "#shared/adapters/memory/store.ts"],
  ["topology-is-data", "functions/topology.ts", "./archive/handler.ts"],
  ["local-layer", "local/cli/planted-infra.ts", "../../infra/app.ts"],
  ["testkit-is-for-tests", "local/cli/planted-testkit.ts", "#shared/testkit/store-contract.ts"],
  ["tests-are-not-imported", "shared/adapters/memory/planted-test.ts", "./store.test.ts"],
  ["infra-layer", "infra/planted.ts", "#shared/app/backtest.ts"],
  ["grafana-layer", "grafana/planted.ts", "#shared/engine/engine.ts"],
  ["benchmarks-are-not-imported", "tools/planted-bench.ts", "#bench/fold.ts"],
  ["product-needs-no-development-package", "local/cli/planted-package.ts", "only-for-development"],
  ["no-cycles", "tools/planted-cycle.ts", "./planted-cycle.ts"],
  ["imports-resolve", "tools/planted-missing.ts", "./missing.ts"],
];

let tree: string;

beforeEach(async () => {
  tree = await mkdtemp(join(tmpdir(), "millrace-layers-"));
  const here = JSON.parse(await readFile(join(root, "package.json"), "utf8")) as { imports: Record<string, string> };
  const dependencies = Object.fromEntries(PACKAGES.map((name) => [name, "1.0.0"]));
  const devDependencies = { "only-for-development": "1.0.0" };
  await write("package.json", JSON.stringify({ type: "module", imports: here.imports, dependencies, devDependencies }));
  await write("tsconfig.json", await readFile(join(root, "tsconfig.json"), "utf8"));
  for (const name of [...PACKAGES, "only-for-development"]) {
    await write(`node_modules/${name}/package.json`, JSON.stringify({ name, version: "1.0.0", main: "index.js" }));
    await write(`node_modules/${name}/index.js`, "exports.value = 1;\n");
  }
  for (const [file, imported] of Object.entries(LAWFUL)) await plant(file, imported);
});

afterEach(async () => {
  await rm(tree, { recursive: true });
});

async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(join(tree, path)), { recursive: true });
  await writeFile(join(tree, path), text);
}

async function plant(file: string, imported: readonly string[]): Promise<void> {
  const lines = imported.map((name) =>
    name.startsWith("type ") ? `import type * as named from "${name.slice(5)}";` : `import "${name}";`,
  );
  await write(file, [...lines, "export const value = 1;", ""].join("\n"));
}

/** What dependency-cruiser finds in `tree`: "rule file", sorted. */
async function violations(): Promise<string[]> {
  const cruiser = join(root, "node_modules/.bin/depcruise");
  const output = await new Promise<string>((resolve, reject) => {
    execFile(
      process.execPath,
      [cruiser, "--config", configuration, "--output-type", "json", "."],
      { cwd: tree, maxBuffer: 1e8 },
      (error, stdout, stderr) => (stdout === "" ? reject(error ?? new Error(stderr)) : resolve(stdout)),
    );
  });
  const found = JSON.parse(output) as { summary: { violations: { from: string; rule: { name: string } }[] } };
  return found.summary.violations.map(({ rule, from }) => `${rule.name} ${from}`).sort();
}

test("a tree that keeps the rules is green", async () => {
  expect(await violations()).toEqual([]);
});

test("each rule is red for the import that it forbids, and only there", async () => {
  for (const [, file, imported] of PLANTED) await plant(file, [...(LAWFUL[file] ?? []), imported]);
  expect(await violations()).toEqual(PLANTED.map(([rule, file]) => `${rule} ${file}`).sort());
});

test("no rule goes without a planted import, and each says what to do", () => {
  const rules = createRequire(import.meta.url)(configuration) as {
    forbidden: { name: string; severity: string; comment?: string }[];
  };
  const planted = new Set(PLANTED.map(([rule]) => rule));
  expect(rules.forbidden.map((rule) => rule.name).filter((name) => !planted.has(name))).toEqual([]);
  expect(rules.forbidden.filter((rule) => rule.severity !== "error" || (rule.comment ?? "").length < 40)).toEqual([]);
});
