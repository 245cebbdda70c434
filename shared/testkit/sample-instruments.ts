import type { Instrument } from "#shared/market/instrument.ts";

let made = 0;

/** An instrument that no other test of this process has used. */
export function freshInstrument(): Instrument {
  made++;
  return { exchange: "testexchange", symbol: `T${made}/USDT` };
}
