import { type Instrument, instrumentKey } from "../market/instrument.ts";
import { integerField, PoisonError, textField } from "./decoded.ts";

/** One playing of a replay session: a seek begins the next. */
export interface ReplayGeneration {
  /** Such as `replay-3fa9c1d2`. */
  readonly session: string;
  /** Counted from 0. */
  readonly generation: number;
}

const RUN = /^([A-Za-z0-9-]+)\.(\d{1,9})$/;

/** Id of a generation's run: `replay-3fa9c1d2.0`. */
export function replayRun({ session, generation }: ReplayGeneration): string {
  return `${session}.${generation}`;
}

/** The inverse of `replayRun`; null for any other run id. */
export function parseReplayRun(run: string): ReplayGeneration | null {
  const match = RUN.exec(run);
  return match === null ? null : { session: match[1]!, generation: Number(match[2]) };
}

/** Key of an instrument's records on the replay topics: `replay-3fa9c1d2.0/binance:BTC/USDT`. */
export function replayKey(generation: ReplayGeneration, instrument: Instrument): string {
  return `${replayRun(generation)}/${instrumentKey(instrument)}`;
}

/** Id of the run that a key on the replay topics belongs to: what stands before its first `/`. */
export function replayRunOf(key: string): string {
  const end = key.indexOf("/");
  return end === -1 ? key : key.slice(0, end);
}

/** The generation that a record states as `session` and `generation`; null where it states none. Throws PoisonError. */
export function generationField(record: Readonly<Record<string, unknown>>): ReplayGeneration | null {
  if (record["session"] === undefined && record["generation"] === undefined) return null;
  const stated = { session: textField(record, "session"), generation: integerField(record, "generation") };
  if (parseReplayRun(replayRun(stated)) !== null) return stated;
  throw new PoisonError(`${replayRun(stated)} names no session and generation, such as replay-3fa9c1d2.0`);
}
