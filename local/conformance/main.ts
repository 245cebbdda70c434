import { createInterface } from "node:readline";
import type { ConformanceCase } from "./case.ts";
import { runCase } from "./run-case.ts";

/** Answers cases, one a line of standard input, with a line each on standard output. */
async function main(): Promise<void> {
  let number = 0;
  for await (const line of createInterface({ input: process.stdin })) {
    number++;
    if (line.trim() === "") continue;
    const question = parse(line, number);
    if (question === null) process.exitCode = 1;
    else process.stdout.write(`${JSON.stringify(answer(question))}\n`);
  }
}

/** A line without a case is told on standard error: there is no name to answer it under. */
function parse(line: string, number: number): ConformanceCase | null {
  try {
    return JSON.parse(line) as ConformanceCase;
  } catch {
    console.error(`line ${number} is no case but '${line.slice(0, 60)}': write one JSON object a line`);
    return null;
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
