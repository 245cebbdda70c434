import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { REPOSITORY } from "./catalog.ts";
import { strategyTemplate } from "./strategy-template.ts";

const run = promisify(execFile);

/** Runs a tool of the repository on a folder in it. Throws with what it wrote where it fails. */
async function tool(name: string, words: readonly string[]): Promise<string> {
  const path = join(REPOSITORY, "node_modules", name);
  const { stdout, stderr } = await run(process.execPath, [path, ...words], { cwd: REPOSITORY });
  return stdout + stderr;
}

test("a new strategy passes its test, the types and the style as it is", async () => {
  // Inside the repository, as a user's strategies may be, so that its names and settings hold.
  await mkdir(join(REPOSITORY, ".millrace"), { recursive: true });
  const folder = await mkdtemp(join(REPOSITORY, ".millrace", "template-"));
  try {
    const { strategy, test: testText } = strategyTemplate("my-idea");
    await writeFile(join(folder, "strategy.ts"), strategy);
    await writeFile(join(folder, "strategy.test.ts"), testText);
    expect(strategy).toContain("export class MyIdea extends Strategy({");
    const settings = { extends: "../../tsconfig.json", include: ["*.ts"], exclude: [] };
    await writeFile(join(folder, "tsconfig.json"), JSON.stringify(settings));
    await tool("typescript/bin/tsc", ["-p", folder]);
    await writeFile(join(folder, "vitest.config.ts"), 'export default { test: { include: ["**/*.test.ts"] } };\n');
    expect(await tool("vitest/vitest.mjs", ["run", "--root", folder])).toMatch(/2 passed/);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test("its test survives the first edit, wherever the strategy lies", async () => {
  const folder = await mkdtemp(join(tmpdir(), "millrace-template-"));
  try {
    const { strategy, test: testText } = strategyTemplate("my-idea");
    const edited = strategy
      .replace("period: int(50, { min: 2, max: 500 })", "window: int(20, { min: 2, max: 99 })")
      .replace("this.params.period", "this.params.window");
    expect(edited).not.toContain("this.params.period");
    await writeFile(join(folder, "strategy.ts"), edited);
    await writeFile(join(folder, "strategy.test.ts"), testText);
    // As new-strategy says to.
    expect(await tool("vitest/vitest.mjs", ["run", "--dir", folder])).toMatch(/2 passed/);
  } finally {
    await rm(folder, { recursive: true });
  }
});
