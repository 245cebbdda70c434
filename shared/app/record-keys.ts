import { InputError } from "../market/input-error.ts";
import { parseInstrument } from "../market/instrument.ts";
import { fitsKey, LONGEST_KEY, shownKey } from "../wire/key-limit.ts";
import { parseReplayRun, replayRunOf } from "../wire/replay-keys.ts";

/**
 * Why nothing can be kept under a record's key: it names no instrument, or on a replay topic no session and instrument,
 * or it is longer than a store takes. Null for one that is right.
 */
export function keyFault(key: string, replayed: boolean): string | null {
  if (!fitsKey(key)) return `the key '${shownKey(key)}' has not 1 to ${LONGEST_KEY} bytes`;
  const run = replayRunOf(key);
  if (replayed && (run === key || parseReplayRun(run) === null)) {
    return `the key '${shownKey(key)}' names no replay: it is to be such as replay-3fa9c1d2.0/binance:BTC/USDT`;
  }
  try {
    parseInstrument(replayed ? key.slice(run.length + 1) : key);
    return null;
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return `the key ${error.message}`;
  }
}
