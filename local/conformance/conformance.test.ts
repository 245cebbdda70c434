import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { ConformanceCase } from "./case.ts";
import { firstDifference } from "./compare.ts";
import { runCase } from "./run-case.ts";

const FAMILIES = 18;
const folder = new URL("cases/", import.meta.url);
const files = readdirSync(folder).filter((file) => file.endsWith(".ndjson"));

test("every family has cases", () => {
  expect(files).toHaveLength(FAMILIES);
  for (const file of files) expect(casesOf(file).length, file).toBeGreaterThan(0);
});

for (const file of files) {
  describe(file, () => {
    for (const given of casesOf(file)) {
      test(`${given.name} is as in backtrader, and however it is cut`, () => {
        const { expect: expected, ...question } = given;
        const result = JSON.stringify(runCase(question));
        expect(firstDifference(expected, JSON.parse(result))).toBeNull();
        expect(JSON.stringify(runCase(question, 7))).toBe(result);
      });
    }
  });
}

function casesOf(file: string): readonly ConformanceCase[] {
  const lines = readFileSync(new URL(file, folder), "utf8").trimEnd().split("\n");
  return lines.map((line) => JSON.parse(line) as ConformanceCase);
}
