import { readFile } from "node:fs/promises";
import { expect, it } from "vitest";
import { buildFunctions } from "./bundle.ts";
import { FUNCTIONS } from "./topology.ts";

it("builds every function as one small file, the same each time, without what none calls", async () => {
  const built = await buildFunctions();
  expect(built.map(({ name }) => name)).toEqual(FUNCTIONS.map(({ name }) => name));
  for (const { name, file, bytes, gzipBytes, parts } of built) {
    const contents = await readFile(file);
    expect(contents.length, name).toBe(bytes);
    expect(gzipBytes, name).toBeLessThan(bytes);
    const packages = parts.map((part) => part.name);
    expect(packages, name).not.toContain("undici");
    expect(packages, name).not.toContain("@aws-sdk/credential-provider-ini");
    const [again] = await buildFunctions([name]);
    expect((await readFile(again!.file)).equals(contents), name).toBe(true);
  }
});
