import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { sharedServer } from "./shared-servers.ts";

it("is started once however many ask, on 127.0.0.1 alone", async () => {
  const [one, two] = await Promise.all([sharedServer("dynamodb"), sharedServer("dynamodb")]);
  expect(one).toEqual(two);
  expect(await (await fetch(one.endpoint)).text()).toContain("MissingAuthenticationToken");
});

it("is refused in one sentence where there is no Java, no Maven or no Python", async () => {
  const { requireJava, requireMaven } = await import("./java.ts");
  const empty = await mkdtemp(join(tmpdir(), "empty-"));
  await expect(requireJava({ PATH: empty })).rejects.toThrow(
    /need a Java development kit of version 17.*'npm run setup'/,
  );
  await expect(requireMaven({ PATH: empty })).rejects.toThrow(/fetched with Maven.*'npm run setup'/);
  const { requirePython } = await import("./python.ts");
  await expect(requirePython({ PATH: empty })).rejects.toThrow(/needs Python 3.10 or later with venv.*'npm run setup'/);
  await rm(empty, { recursive: true });
});
