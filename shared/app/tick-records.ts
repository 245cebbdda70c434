import type { TickRecord } from "../aggregation/tick-record.ts";
import { sliceTicks, type TickColumns, type TickOrigin } from "../market/tick.ts";

/** Events arrive at most so much out of order, ms: the watermark stays this far behind the greatest event time. */
export const OUT_OF_ORDER = 2_000;
/** Rows of one record at most. */
const MOST_ROWS = 1_000;
/** No record moves the watermark further, ms. */
const LONGEST_STEP = 3_600_000;

/** How a stream of ticks is cut into records. */
export interface RecordCut {
  readonly origin: TickOrigin;
  /** Event time that a record holds at most, ms. */
  readonly span: number;
}

/** How far a stream of ticks is cut. */
export interface CutState {
  /** Id of the last tick; null before the first. */
  readonly previousId: number | null;
  /** Greatest time of a tick, ms UTC; −Infinity before the first. */
  readonly latest: number;
  /** All before it is in the records so far, ms UTC; −Infinity before the first. */
  readonly watermark: number;
}

const START: CutState = {
  previousId: null,
  latest: Number.NEGATIVE_INFINITY,
  watermark: Number.NEGATIVE_INFINITY,
};

/**
 * Cuts ticks, in the order of their arrival, into the records of topic `ticks`. Each states how far time is proven: all
 * that came is published, and what may still come is younger than `OUT_OF_ORDER`.
 */
export class TickRecordCutter {
  readonly #origin: TickOrigin;
  #state: CutState;

  constructor(origin: TickOrigin, state: CutState = START) {
    this.#origin = origin;
    this.#state = state;
  }

  get state(): CutState {
    return this.#state;
  }

  /** The next ticks as records that each hold `span` ms of event time at most. */
  *cut(ticks: TickColumns, span: number): Generator<TickRecord> {
    const { ts, id, length } = ticks;
    for (let start = 0; start < length; ) {
      let latest = Math.max(this.#state.latest, ts[start]!);
      if (this.#state.previousId !== null) yield* this.#heartbeatsTo(latest - OUT_OF_ORDER);
      else this.#state = { ...this.#state, watermark: latest - OUT_OF_ORDER };
      const limit = Math.min(latest + span, this.#state.watermark + OUT_OF_ORDER + LONGEST_STEP + 1);
      let end = start + 1;
      while (end < length && end - start < MOST_ROWS && ts[end]! < limit) {
        latest = Math.max(latest, ts[end]!);
        end++;
      }
      const watermark = latest - OUT_OF_ORDER;
      const { previousId } = this.#state;
      this.#state = { previousId: id[end - 1]!, latest, watermark };
      yield { kind: "ticks", origin: this.#origin, watermark, previousId, ticks: sliceTicks(ticks, start, end) };
      start = end;
    }
  }

  /** Heartbeats that move the watermark to `time`, ms UTC; none where it is there already. */
  *silentUntil(time: number): Generator<TickRecord> {
    if (this.#state.watermark > Number.NEGATIVE_INFINITY) yield* this.#heartbeatsTo(time);
    if (time <= this.#state.watermark) return;
    this.#state = { ...this.#state, watermark: time };
    yield { kind: "heartbeat", watermark: time };
  }

  /** As many heartbeats as it takes for the next record to reach `time`. */
  *#heartbeatsTo(time: number): Generator<TickRecord> {
    while (time > this.#state.watermark + LONGEST_STEP) {
      const watermark = this.#state.watermark + LONGEST_STEP;
      this.#state = { ...this.#state, watermark };
      yield { kind: "heartbeat", watermark };
    }
  }
}

/** All records of a stream of ticks, in the order of their arrival: see `TickRecordCutter`. */
export function tickRecords(ticks: TickColumns, { origin, span }: RecordCut): Generator<TickRecord> {
  return new TickRecordCutter(origin).cut(ticks, span);
}
