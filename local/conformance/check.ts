import { readFileSync } from "node:fs";
import type { ConformanceCase } from "./case.ts";
import { firstDifference } from "./compare.ts";
import { runCase } from "./run-case.ts";

/** Puts the cases of files to the engine and prints what differs from their answers; exit code 1 if anything does. */
function check(paths: readonly string[]): number {
  const tally = new Map<string, { passed: number; failed: number }>();
  for (const path of paths) {
    for (const line of readFileSync(path, "utf8").split("\n")) {
      if (line.trim() === "") continue;
      const question = JSON.parse(line) as ConformanceCase;
      const counts = tally.get(question.family) ?? { passed: 0, failed: 0 };
      tally.set(question.family, counts);
      const fault = faultOf(question);
      if (fault === null) counts.passed++;
      else {
        counts.failed++;
        console.log(`${question.name}: ${fault}`);
      }
    }
  }
  console.table(Object.fromEntries([...tally].sort(([a], [b]) => (a < b ? -1 : 1))));
  const counts = [...tally.values()];
  return counts.length > 0 && counts.every(({ failed }) => failed === 0) ? 0 : 1;
}

function faultOf({ expect, ...question }: ConformanceCase): string | null {
  try {
    return firstDifference(expect, JSON.parse(JSON.stringify(runCase(question))));
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

const paths = process.argv.slice(2);
if (paths.length === 0) {
  console.error("give files of cases with their answers: npx node local/conformance/check.ts cases.ndjson …");
  process.exitCode = 2;
} else process.exitCode = check(paths);
