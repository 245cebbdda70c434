import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { bundleHash, engineHash, listStrategies, loadStrategy, parseParameters, strategyRoots } from "./catalog.ts";

const SOURCE = `import { SMA } from "#shared/engine/indicators/sma.ts";
import { int } from "#shared/engine/parameter.ts";
import { Strategy } from "#shared/engine/strategy.ts";
import { SIZE } from "./size.ts";

export class Mine extends Strategy({ period: int(3, { min: 2, max: 9 }) }) {
  readonly average = new SMA(this.data.close, { period: this.params.period });
  override next(): void {
    if (this.data.close.now > this.average.now) this.buy({ size: SIZE });
  }
}
`;

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "millrace-strategies-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

function write(root: string, name: string, size: number): string {
  mkdirSync(join(root, name), { recursive: true });
  writeFileSync(join(root, name, "strategy.ts"), SOURCE);
  writeFileSync(join(root, name, "size.ts"), `export const SIZE = ${size};\n`);
  return join(root, name, "strategy.ts");
}

test("finds the strategies that ship and loads one with its parameters", async () => {
  const roots = strategyRoots({});
  expect(listStrategies(roots).map((entry) => entry.name)).toEqual(
    expect.arrayContaining(["rsi-reversion", "sma-cross", "trend-filter"]),
  );
  const loaded = await loadStrategy(roots, "sma-cross");
  expect(loaded.strategy.name).toBe("SmaCross");
  expect(parseParameters(loaded, ["fast=10", "slow=30"])).toEqual({ fast: 10, slow: 30 });
  expect(loaded.bundleHash).toMatch(/^[0-9a-f]{64}$/);
});

test("finds strategies of further roots, which import the engine as those that ship do", async () => {
  write(folder, "mine", 1);
  const roots = strategyRoots({ MILLRACE_STRATEGIES: folder });
  const loaded = await loadStrategy(roots, "mine");
  expect(loaded.strategy.name).toBe("Mine");
  expect(Object.keys(loaded.parameters)).toEqual(["period"]);
});

test("the bundle hash follows the code with its imports, not where it lies", async () => {
  const first = write(folder, "one", 1);
  const same = write(folder, "elsewhere/deeper", 1);
  const other = write(folder, "other", 2);
  expect(await bundleHash(same)).toBe(await bundleHash(first));
  expect(await bundleHash(other)).not.toBe(await bundleHash(first));
  expect(await engineHash()).toBe(await engineHash());
});

test("says what exists where a strategy or parameter does not", async () => {
  const roots = strategyRoots({});
  await expect(loadStrategy(roots, "sma")).rejects.toThrow(/no strategy is called 'sma': there are .*sma-cross/);
  const loaded = await loadStrategy(roots, "sma-cross");
  expect(() => parseParameters(loaded, ["quick=3"])).toThrow(
    /no parameter 'quick': it has fast \(a whole number from 2 to 200\)/,
  );
  expect(() => parseParameters(loaded, ["fast=1"])).toThrow("parameter fast is '1': give a whole number from 2 to 200");
  expect(() => parseParameters(loaded, ["fast=ten"])).toThrow("fast is 'ten'");
  expect(() => parseParameters(loaded, ["fast"])).toThrow("write name=value");
  expect(() => listStrategies([join(folder, "none")])).toThrow("does not exist");
  write(folder, "sma-cross", 1);
  expect(() => listStrategies([...roots, folder])).toThrow("rename one of the folders");
});

test("a file that cannot be loaded is the user's fault, and is told with its line", async () => {
  const broken: Readonly<Record<string, readonly [string, RegExp]>> = {
    syntax: [
      "export class Mine {\n  next() {\n",
      /syntax.strategy\.ts cannot be loaded: line 3: Unexpected end of file$/,
    ],
    path: [
      `import { SMA } from "#shared/engine/indicators/none.ts";\nvoid SMA;\n`,
      /cannot be loaded: line 1: .*none\.ts/,
    ],
    name: [
      `import { Sma } from "#shared/engine/indicators/sma.ts";\nvoid Sma;\n`,
      /line 1: No matching export .*"Sma"/,
    ],
    body: [`\n\nthrow new Error("no weights");\n`, /cannot be loaded: line 3: no weights$/],
    imported: [`import { A } from "./part.ts";\nvoid A;\n`, /cannot be loaded: .*part\.ts, line 2: /],
  };
  for (const [name, [source]] of Object.entries(broken)) {
    mkdirSync(join(folder, name));
    writeFileSync(join(folder, name, "strategy.ts"), source);
  }
  writeFileSync(join(folder, "imported", "part.ts"), "export const A = 1;\nexport const = 2;\n");
  for (const [name, [, message]] of Object.entries(broken)) {
    const loaded = loadStrategy([folder], name);
    await expect(loaded, name).rejects.toThrow(message);
    await expect(loaded, name).rejects.toMatchObject({ name: "InputError", code: "bad-data" });
  }
});
