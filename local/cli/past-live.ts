import type { Store } from "#local/platform.ts";
import { liveWatermark } from "#shared/app/aggregate.ts";
import { type Instrument, instrumentKey } from "#shared/market/instrument.ts";
import type { Interval } from "#shared/market/interval.ts";
import type { Arguments } from "./command.ts";
import { placeOf } from "./store-place.ts";

/**
 * Why trades held of an instrument in `span` make no candles, and the command that plays them: history never passes the
 * live watermark. Null where none is past it, and for a file, into which nothing is played.
 */
export async function pastLiveLine(
  args: Arguments,
  { ticks, checkpoints }: Pick<Store, "ticks" | "checkpoints">,
  instrument: Instrument,
  span: Interval,
): Promise<string | null> {
  if (placeOf(args).kind !== "servers") return null;
  const watermark = await liveWatermark(checkpoints, instrument);
  if (watermark === null || span.to <= watermark) return null;
  const first = await ticks.atOrAfter(instrument, Math.max(span.from, watermark));
  const last = await ticks.before(instrument, span.to);
  if (first === null || last === null || last.ts < first.ts) return null;
  const key = instrumentKey(instrument);
  const time = (ms: number): string => new Date(ms).toISOString();
  return (
    `${key} is live up to ${time(watermark)}, so that its trades from ${time(first.ts)} to ${time(last.ts)} make no ` +
    `candles until they are played as live: npx millrace replay start ${key} --from ${time(watermark)} --as-live --speed max`
  );
}
