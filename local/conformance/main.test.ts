import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { firstDifference } from "./compare.ts";

const main = fileURLToPath(new URL("main.ts", import.meta.url));
const cases = readFileSync(new URL("cases/targets.ndjson", import.meta.url), "utf8");

function answers(input: string) {
  const { stdout, stderr, status } = spawnSync(process.execPath, [main], { input, encoding: "utf8" });
  return { lines: stdout.split("\n").filter((line) => line !== ""), stderr, status };
}

test("it answers each case on a line of its own, or tells why not", () => {
  const [first] = cases.split("\n");
  const { name, expect: expected, ...question } = JSON.parse(first!);
  const unknown = { ...question, name: "odd", strategy: { kind: "rule", rule: "luck" } };
  const { lines, stderr, status } = answers(`${JSON.stringify({ name, ...question })}\n\n${JSON.stringify(unknown)}\n`);
  const [answered, refused] = lines.map((line) => JSON.parse(line));
  expect(answered.name).toBe(name);
  expect(firstDifference(expected, answered.result)).toBeNull();
  expect(refused).toEqual({ name: "odd", error: expect.stringContaining("there is no rule 'luck'") });
  expect([lines.length, stderr, status]).toEqual([2, "", 0]);
});

test("a line that is no case is told, and the others are answered", () => {
  const { lines, stderr, status } = answers(`{"name":\n${cases}`);
  expect(lines).toHaveLength(cases.trimEnd().split("\n").length);
  expect(stderr).toBe(`line 1 is no case but '{"name":': write one JSON object a line\n`);
  expect(status).toBe(1);
});
