import type { OutcomeWriter } from "./outcome.ts";

/** Lines of each kind of difference that are told at most. */
const MOST_TOLD = 8;

/**
 * How what came out differs from what should have, one line a difference, the first of each kind: missing, made up, told
 * otherwise, and told in two ways. None: they are equal byte for byte.
 */
export function differences(what: string, expected: OutcomeWriter, actual: OutcomeWriter): readonly string[] {
  const missing: string[] = [];
  const otherwise: string[] = [];
  for (const [name, text] of expected.outcome) {
    const found = actual.outcome.get(name);
    if (found === undefined) missing.push(`${what} lacks ${name}: ${text}`);
    else if (found !== text) otherwise.push(`${what} has ${name} as ${found} and not as ${text}`);
  }
  const madeUp = [...actual.outcome]
    .filter(([name]) => !expected.outcome.has(name))
    .map(([name, text]) => `${what} has ${name}, which should not be: ${text}`);
  const contradictions = actual.contradictions.map((contradiction) => `${what}: ${contradiction}`);
  return [missing, otherwise, madeUp, contradictions].flatMap(first);
}

function first(lines: readonly string[]): readonly string[] {
  if (lines.length <= MOST_TOLD) return lines;
  return [...lines.slice(0, MOST_TOLD), `… and ${lines.length - MOST_TOLD} more like it`];
}
