/** Parameters of a property test that makes `usual` cases; the environment's FAST_CHECK_RUNS asks for more or fewer. */
export function propertyRuns(usual: number): { readonly numRuns: number } {
  const asked = process.env["FAST_CHECK_RUNS"];
  return { numRuns: asked === undefined ? usual : Number(asked) };
}
