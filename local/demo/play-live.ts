import type { Platform } from "#local/embedded/platform.ts";
import type { TickRecord } from "#shared/aggregation/tick-record.ts";
import { tickRecords } from "#shared/app/tick-records.ts";
import { type Instrument, instrumentKey } from "#shared/market/instrument.ts";
import { encodeTickRecord } from "#shared/wire/tick-records.ts";
import { TICKS } from "#shared/wire/topics.ts";
import type { LiveTicks } from "./demo-market.ts";

/** Event time that one record holds at most, ms. */
const SPAN = 60_000;
/** Records that are published between two rounds of the stream functions. */
const ROUND = 200;

interface Arrival {
  readonly instrument: Instrument;
  readonly record: TickRecord;
  readonly watermark: number;
}

/**
 * Sends ticks through the log as a live source would, instruments side by side, and has the stream functions work on
 * them. The streams end at `until` (ms UTC, exclusive): from then on history may be rebuilt up to its own end.
 */
export async function playLive(
  { stream, host }: Pick<Platform, "stream" | "host">,
  live: readonly LiveTicks[],
  until: number,
  onProgress: (fraction: number, at: number) => void,
): Promise<void> {
  const arrivals: Arrival[] = live.flatMap(({ instrument, ticks }) => [
    ...Array.from(tickRecords(ticks, { origin: "live", span: SPAN }), (record) => {
      const watermark = record.kind === "ticks" || record.kind === "heartbeat" ? record.watermark : until;
      return { instrument, record, watermark };
    }),
    { instrument, record: { kind: "ended", at: until }, watermark: until },
  ]);
  arrivals.sort((a, b) => a.watermark - b.watermark);
  for (let start = 0; start < arrivals.length; start += ROUND) {
    const round = arrivals.slice(start, start + ROUND);
    const records = round.map(({ instrument, record }) => ({
      key: instrumentKey(instrument),
      value: encodeTickRecord(instrument, record),
    }));
    await stream.log.publish(TICKS, records);
    await host.drain();
    onProgress((start + round.length) / arrivals.length, round.at(-1)!.watermark);
  }
}
