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

/**
 * Cuts ticks, in the order of their arrival, into the records of topic `ticks`. Each states how far time is proven: all
 * that came is published, and what may still come is younger than `OUT_OF_ORDER`.
 */
export function* tickRecords(ticks: TickColumns, { origin, span }: RecordCut): Generator<TickRecord> {
  const { ts, id, length } = ticks;
  let previousId: number | null = null;
  let latest = length === 0 ? 0 : ts[0]!;
  let watermark = latest - OUT_OF_ORDER;
  for (let start = 0; start < length; ) {
    latest = Math.max(latest, ts[start]!);
    while (latest - OUT_OF_ORDER > watermark + LONGEST_STEP) {
      watermark += LONGEST_STEP;
      yield { kind: "heartbeat", watermark };
    }
    const limit = Math.min(latest + span, watermark + OUT_OF_ORDER + LONGEST_STEP + 1);
    let end = start + 1;
    while (end < length && end - start < MOST_ROWS && ts[end]! < limit) {
      latest = Math.max(latest, ts[end]!);
      end++;
    }
    watermark = latest - OUT_OF_ORDER;
    yield { kind: "ticks", origin, watermark, previousId, ticks: sliceTicks(ticks, start, end) };
    previousId = id[end - 1]!;
    start = end;
  }
}
