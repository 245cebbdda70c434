/**
 * Parameters of a property test that makes `usual` cases; the environment's FAST_CHECK_RUNS asks for more or fewer. Throws
 * Error where that is no whole number from 1 on: a property without cases would hold whatever it says.
 */
export function propertyRuns(usual: number): { readonly numRuns: number } {
  const asked = process.env["FAST_CHECK_RUNS"] ?? "";
  if (asked === "") return { numRuns: usual };
  const numRuns = Number(asked);
  if (!Number.isSafeInteger(numRuns) || numRuns < 1) {
    throw new Error(`FAST_CHECK_RUNS is '${asked}': give the number of cases, from 1 on`);
  }
  return { numRuns };
}
