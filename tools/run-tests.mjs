// Runs the tests that need nothing but Node, then those against real servers, which would get no time beside the others:
// all of them, or with words those whose path has one of them.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const VITEST = fileURLToPath(new URL("../node_modules/vitest/vitest.mjs", import.meta.url));
const words = process.argv.slice(2);

function vitest(config, verb, stdio) {
  return spawnSync(process.execPath, [VITEST, ...verb, "--config", config, ...words], { stdio, encoding: "utf8" });
}

function hasTests(config) {
  return words.length === 0 || vitest(config, ["list", "--filesOnly"], "pipe").stdout.includes(".test.ts");
}

const configs = ["vitest.config.ts", "vitest.servers.config.ts"].filter(hasTests);
if (configs.length === 0) {
  console.error(`no test file has '${words.join("' or '")}' in its path`);
  process.exitCode = 1;
}
for (const config of configs) if (vitest(config, ["run"], "inherit").status !== 0) process.exitCode = 1;
