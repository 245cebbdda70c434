const RELATIVE = 1e-9;
const ABSOLUTE = 1e-9;
/** Numbers that are compared exactly: bar numbers, sizes, counts. */
const EXACT =
  /(^|\.)(bar|size|remSize|barLen|tradeId|minPeriod|final\.(firstNext|nextCalls|bars|orders)|position\.\w+\[\d+\])$/;

/**
 * Where a result differs from the expected one, in words, or null. Keys that only the result has are free; sizes, counts
 * and words are compared exactly, all other numbers to 1e-9, relative or absolute, whichever is wider; orders that are
 * cancelled one after the other in one bar may come in any order.
 */
export function firstDifference(expected: unknown, actual: unknown): string | null {
  return difference(tidy(expected), tidy(actual), "");
}

function difference(expected: unknown, actual: unknown, path: string): string | null {
  if (Array.isArray(expected)) return differenceOfArrays(expected, actual, path);
  if (isRecord(expected)) {
    if (!isRecord(actual)) return `${path}: expected an object, got ${JSON.stringify(actual)}`;
    for (const [key, value] of Object.entries(expected)) {
      const found = difference(value, actual[key], path === "" ? key : `${path}.${key}`);
      if (found !== null) return found;
    }
    return null;
  }
  if (typeof expected === "number" && typeof actual === "number") {
    const allowed = EXACT.test(path)
      ? 0
      : Math.max(ABSOLUTE, RELATIVE * Math.max(Math.abs(expected), Math.abs(actual)));
    if (Math.abs(expected - actual) <= allowed) return null;
  } else if (expected === actual) return null;
  return `${path}: expected ${JSON.stringify(expected)}, got ${JSON.stringify(actual)}`;
}

function differenceOfArrays(expected: readonly unknown[], actual: unknown, path: string): string | null {
  if (!Array.isArray(actual)) return `${path}: expected an array, got ${JSON.stringify(actual)}`;
  for (let i = 0; i < Math.min(expected.length, actual.length); i++) {
    const found = difference(expected[i], actual[i], `${path}[${i}]`);
    if (found !== null) return found;
  }
  return expected.length === actual.length ? null : `${path}.length: expected ${expected.length}, got ${actual.length}`;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}

/** Puts orders that were cancelled one after the other in one bar into the order of their labels. */
function tidy(result: unknown): unknown {
  if (!isRecord(result) || !Array.isArray(result["orders"])) return result;
  const orders = [...(result["orders"] as { bar: number; label: string; status: string }[])];
  for (let from = 0; from < orders.length; from++) {
    const { status, bar } = orders[from]!;
    if (status !== "Canceled") continue;
    let to = from + 1;
    while (orders[to]?.status === status && orders[to]?.bar === bar) to++;
    const sorted = orders.slice(from, to).sort((a, b) => (a.label < b.label ? -1 : 1));
    orders.splice(from, to - from, ...sorted);
    from = to - 1;
  }
  return { ...result, orders };
}
