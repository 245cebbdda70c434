/**
 * An integer as SQL text. Bounds are written into the statement, not bound: a bound number is a DOUBLE, which a BIGINT
 * column would be cast to row by row, past its zone maps. Infinite bounds become the greatest safe integers, fractions
 * the next integer, which for `≥ from` and `< to` alike selects the same integers.
 */
export function integer(value: number): string {
  if (Number.isNaN(value)) throw new RangeError("a bound is NaN");
  return String(Math.max(Number.MIN_SAFE_INTEGER, Math.min(Number.MAX_SAFE_INTEGER, Math.ceil(value))));
}

/** A text as an SQL literal, where a statement takes no bound values. */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
