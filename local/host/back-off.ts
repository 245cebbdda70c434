const FIRST_MS = 100;
const LONGEST_MS = 10_000;

/**
 * How long to wait before attempt `attempt` + 1, ms: from 100 ms, doubled each time up to 10 s, of which a random part
 * of up to a half is left out, so that what failed together does not come back together.
 */
export function backOffMs(attempt: number): number {
  const full = Math.min(FIRST_MS * 2 ** Math.min(attempt - 1, 30), LONGEST_MS);
  return full * (1 - Math.random() / 2);
}
