import { Aggregator } from "../aggregation/aggregator.ts";
import { AGGREGATOR_SCHEMA, decodeAggregator, encodeAggregator } from "../aggregation/aggregator-codec.ts";
import { InputError } from "../market/input-error.ts";
import { type Instrument, instrumentKey } from "../market/instrument.ts";
import { TIMEFRAMES, type Timeframe } from "../market/timeframe.ts";
import type { LogRecord } from "../ports/event-log.ts";
import { encodeCandlesInParts } from "../wire/candle-parts.ts";
import { parseReplayRun, replayKey, replayRunOf } from "../wire/replay-keys.ts";
import { type DecodedTicks, decodeTickRecord } from "../wire/tick-records.ts";
import { CANDLES, REPLAY_CANDLES, REPLAY_TICKS } from "../wire/topics.ts";
import { atOnce } from "./at-once.ts";
import { letterOf, rowLettersOf } from "./letters.ts";
import { keyFault } from "./record-keys.ts";
import { presentGeneration } from "./replay/session-store.ts";
import { loadState, type Output, publish, type StagePorts, type StageState, stepStage } from "./stage.ts";

/** Name of the stage in checkpoints: of instruments that are live, and of those that are replayed. */
export const AGGREGATE = "aggregate";
export const AGGREGATE_REPLAY = "aggregate-replay";

/** Live candles are made from one minute up. */
export const LIVE_TIMEFRAMES: readonly Timeframe[] = TIMEFRAMES.filter((timeframe) => timeframe !== "1s");

/** Instruments that are folded at once: most of the time is waiting for checkpoints. */
const AT_ONCE = 16;

/**
 * Folds a batch of topic `ticks` into candles, instrument by instrument; one of topic `replay-ticks` likewise into topic
 * `replay-candles`, for each session and generation apart; those of a generation that a seek has ended are skipped.
 * Records whose key can be no instrument's, or names no session, go to dead letters.
 */
export async function aggregate(ports: StagePorts, records: readonly LogRecord[]): Promise<void> {
  for (const [topic, ofTopic] of Map.groupBy(records, (record) => record.topic)) {
    const replayed = topic === REPLAY_TICKS;
    await atOnce(
      Map.groupBy(ofTopic, (record) => record.key),
      AT_ONCE,
      async ([key, ofKey]) => {
        const fault = keyFault(key, replayed);
        const standing = fault === null && replayed ? await standingOf(ports, key) : "present";
        const reason = fault ?? (standing === "unknown" ? `no replay session has the key '${key}'` : null);
        if (reason !== null) {
          const letters = ofKey.map((record) => letterOf(record, reason));
          return publish(ports.log, letters);
        }
        if (standing === "over") return;
        const stageKey = {
          stage: replayed ? AGGREGATE_REPLAY : AGGREGATE,
          key,
          schema: AGGREGATOR_SCHEMA,
          open: (state: Uint8Array | null) => new AggregateState(key, replayed, state),
        };
        await stepStage(ports, stageKey, ofKey);
      },
    );
  }
}

/** Whether a key of the replay topics is of the generation that its session is at. */
async function standingOf(ports: StagePorts, key: string): Promise<"present" | "over" | "unknown"> {
  const { session, generation } = parseReplayRun(replayRunOf(key))!;
  const present = await presentGeneration(ports.checkpoints, session);
  if (present === null) return "unknown";
  return present === generation ? "present" : "over";
}

/** What follows the run in a key of the replay topics; the whole key on live topics. */
function instrumentIn(key: string, replayed: boolean): string {
  return replayed ? key.slice(key.indexOf("/") + 1) : key;
}

class AggregateState implements StageState {
  readonly #key: string;
  readonly #replayed: boolean;
  readonly #aggregator: Aggregator;

  constructor(key: string, replayed: boolean, state: Uint8Array | null) {
    this.#key = key;
    this.#replayed = replayed;
    const decoded = state === null ? undefined : decodeAggregator(state, LIVE_TIMEFRAMES);
    this.#aggregator = new Aggregator(instrumentIn(key, replayed), LIVE_TIMEFRAMES, decoded);
  }

  fold(record: LogRecord): readonly Output[] {
    try {
      const decoded = decodeTickRecord(record.value);
      return [...this.#candles(decoded), ...rowLettersOf(record, decoded.badRows)];
    } catch (error) {
      if (error instanceof InputError) return [letterOf(record, error.message)];
      throw error;
    }
  }

  encode(): Uint8Array {
    return encodeAggregator(this.#aggregator.state);
  }

  #candles({ instrument, record, replay }: DecodedTicks): readonly Output[] {
    const own = replay === null ? instrumentKey(instrument) : replayKey(replay, instrument);
    if (own !== this.#key || (replay !== null) !== this.#replayed) {
      throw new InputError("bad-data", `a record of ${own} has the key ${this.#key}`);
    }
    const folded = this.#aggregator.fold(record);
    const { candles, dirty, coverage, ended } = folded;
    if (candles.length === 0 && dirty.length === 0 && coverage.length === 0 && ended === null) return [];
    const topic = replay === null ? CANDLES : REPLAY_CANDLES;
    const parts = encodeCandlesInParts({ instrument, ...folded, ...(replay === null ? null : { replay }) });
    return parts.map((value) => ({ topic, key: this.#key, value }));
  }
}

/**
 * Watermark of an instrument's live stream, ms UTC: history stays behind it. Null where nothing is live: before the
 * first record, and from `ended` until it is traded again. Throws OtherSchemaError.
 */
export async function liveWatermark(
  checkpoints: StagePorts["checkpoints"],
  instrument: Instrument,
): Promise<number | null> {
  const key = { stage: AGGREGATE, key: instrumentKey(instrument), schema: AGGREGATOR_SCHEMA };
  const stored = await loadState(checkpoints, key);
  if (stored === null) return null;
  const { watermark, endedAt } = decodeAggregator(stored.state, LIVE_TIMEFRAMES);
  return endedAt !== null || watermark === Number.NEGATIVE_INFINITY ? null : watermark;
}
