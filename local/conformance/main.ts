import { createInterface } from "node:readline";
import type { ConformanceCase } from "./case.ts";
import { runCase } from "./run-case.ts";

/** Answers cases, one a line of standard input, with a line each on standard output. */
async function main(): Promise<void> {
  for await (const line of createInterface({ input: process.stdin })) {
    if (line.trim() !== "") process.stdout.write(`${JSON.stringify(answer(JSON.parse(line) as ConformanceCase))}\n`);
  }
}

function answer(question: ConformanceCase): Record<string, unknown> {
  try {
    return { name: question.name, result: runCase(question) };
  } catch (error) {
    return { name: question.name, error: error instanceof Error ? error.message : String(error) };
  }
}

await main();
