import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const compiler = fileURLToPath(new URL("../../node_modules/typescript/bin/tsc", import.meta.url));
const project = fileURLToPath(new URL("page", import.meta.url));

// The page's script runs in a browser, so it is compiled against the DOM, which nothing else here may see.
test("the page's script has no type error", async () => {
  const run = promisify(execFile)(process.execPath, [compiler, "-p", project], { encoding: "utf8" });
  const output = await run.then(
    () => "",
    (error: { stdout?: string }) => error.stdout ?? String(error),
  );
  expect(output).toBe("");
}, 60_000);
