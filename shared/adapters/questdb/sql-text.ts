import type { Instrument } from "#shared/market/instrument.ts";

/** 9999-12-31T23:59:59.999Z, past every time that is stored. */
const GREATEST_TIME = 253_402_300_799_999;

/** A text as an SQL literal, where a parameter cannot be bound. */
export function text(value: string): string {
  return `'${value.replaceAll("'", "''")}'`;
}

/** A time in ms UTC as an SQL literal; infinities and times before 1970 become the nearest that can be stored. */
export function time(ms: number): string {
  const inside = Math.min(GREATEST_TIME, Math.max(0, Math.ceil(ms)));
  return `'${new Date(inside).toISOString()}'`;
}

/** An integer as an SQL literal. */
export function integer(value: number): string {
  if (!Number.isSafeInteger(value)) throw new RangeError(`${value} is not a safe integer`);
  return String(value);
}

/** The condition that a row is one of the instrument. */
export function isInstrument({ exchange, symbol }: Instrument): string {
  return `exchange = ${text(exchange)} AND symbol = ${text(symbol)}`;
}
