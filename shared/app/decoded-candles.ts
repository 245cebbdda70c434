import { instrumentKey } from "../market/instrument.ts";
import type { LogRecord } from "../ports/event-log.ts";
import { type CandlesRecord, decodeCandlesRecord } from "../wire/candle-records.ts";
import { PoisonError } from "../wire/decoded.ts";
import { replayKey } from "../wire/replay-keys.ts";

/** Candles records, each decoded once, whoever asks for it. */
export class DecodedCandles {
  readonly #known = new WeakMap<LogRecord, CandlesRecord | PoisonError>();

  /** Null for poison. Throws NewerVersionError. */
  of(record: LogRecord): CandlesRecord | null {
    const known = this.#decoded(record);
    return known instanceof PoisonError ? null : known;
  }

  /** Why a record is poison; null for one that is not. */
  poison(record: LogRecord): string | null {
    const known = this.#decoded(record);
    return known instanceof PoisonError ? known.message : null;
  }

  #decoded(record: LogRecord): CandlesRecord | PoisonError {
    const known = this.#known.get(record) ?? decode(record);
    this.#known.set(record, known);
    return known;
  }
}

function decode(record: LogRecord): CandlesRecord | PoisonError {
  try {
    const decoded = decodeCandlesRecord(record.value);
    const { instrument, replay } = decoded;
    const key = replay === undefined ? instrumentKey(instrument) : replayKey(replay, instrument);
    if (key === record.key) return decoded;
    return new PoisonError(`a record of ${key} has the key ${record.key}`);
  } catch (error) {
    if (error instanceof PoisonError) return error;
    throw error;
  }
}
