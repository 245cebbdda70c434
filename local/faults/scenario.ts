import { instrumentKey } from "#shared/market/instrument.ts";
import { encodeTickRecord } from "#shared/wire/tick-records.ts";
import { CANDLES, RUN_EVENTS, TICKS } from "#shared/wire/topics.ts";
import { type Arrival, FIRST, faultyMarket } from "./market.ts";
import { Seeded } from "./seeded.ts";

/** A record to publish. */
export interface Publication {
  readonly topic: string;
  readonly key: string;
  readonly value: Uint8Array | null;
  /** What has to be said of it in dead letters; null for a good record. */
  readonly poison: Poison | null;
}

export interface Poison {
  /** The row of a block, null for the whole record. */
  readonly row: number | null;
  /** What the reason says. */
  readonly reason: string;
}

/** What the harness publishes, in three parts, between which all that was published is handled. */
export interface Scenario {
  /** While parts of the platform are killed and paused. */
  readonly chaos: readonly Publication[];
  /** Begins with a record of a version that readers do not know yet. */
  readonly newer: readonly Publication[];
  /** After topic `ticks` was deleted and made again. */
  readonly recreated: readonly Publication[];
}

/** The version that `newer` begins with. */
export const NEWER_VERSION = 2;
const CHAOS_PART = 0.75;
const NEWER_PART = 0.85;
const REPEATS = 12;

/** The seeded market as records, with repeats and poison among them. */
export function scenarioOf(seed: number): Scenario {
  const random = new Seeded(seed, "scenario");
  const arrivals = faultyMarket(seed);
  const [chaosEnd, newerEnd] = [CHAOS_PART, NEWER_PART].map((part) => Math.floor(part * arrivals.length));
  const chaos = arrivals.slice(0, chaosEnd).map(published);
  const newer = arrivals.slice(chaosEnd, newerEnd);
  const first = newer.findIndex(({ instrument, record }) => instrument === FIRST && record.kind === "ticks");
  // Moved forward a few records of other instruments, or of its own alone if it is the first.
  const ofNewer = [asNewer(published(newer[first]!)), ...newer.filter((_, i) => i !== first).map(published)];
  return {
    chaos: withPoison(random, withRepeats(random, chaos)),
    newer: ofNewer,
    recreated: arrivals.slice(newerEnd).map(published),
  };
}

function published({ instrument, record }: Arrival): Publication {
  return {
    topic: TICKS,
    key: instrumentKey(instrument),
    value: encodeTickRecord(instrument, record),
    poison: null,
  };
}

/** The same record as a newer Millrace would write it. */
function asNewer(publication: Publication): Publication {
  return { ...publication, value: encode({ ...decode(publication.value!), v: NEWER_VERSION }) };
}

/** A value as a reader of this version knows it: what `asNewer` did undone. All others are returned as they are. */
export function asKnown(value: Uint8Array): Uint8Array {
  const text = new TextDecoder().decode(value);
  const head = `{"v":${NEWER_VERSION},`;
  return text.startsWith(head) ? new TextEncoder().encode(`{"v":1,${text.slice(head.length)}`) : value;
}

/** Records come again, some records later, as when a source did not hear that its first try arrived. */
function withRepeats(random: Seeded, publications: readonly Publication[]): Publication[] {
  const sent = [...publications];
  for (let i = 0; i < REPEATS; i++) {
    const index = random.between(0, sent.length - 1);
    sent.splice(index + 1 + random.between(0, 15), 0, sent[index]!);
  }
  // And an end that is told again whenever, before what ended is traded again or after.
  const end = sent.findIndex(({ value }) => decode(value!)["kind"] === "ended");
  sent.splice(random.between(end + 1, sent.length), 0, sent[end]!);
  return sent;
}

function withPoison(random: Seeded, publications: readonly Publication[]): Publication[] {
  const sent = [...publications];
  const key = instrumentKey(FIRST);
  const alone = (topic: string, value: Uint8Array | null, reason: string): Publication => ({
    topic,
    key,
    value,
    poison: { row: null, reason },
  });
  const good = decode(sent.find((each) => each.key === key)!.value!);
  const poison = [
    alone(TICKS, new TextEncoder().encode('{"v":1,"kind":"ti'), "not JSON"),
    alone(TICKS, encode({ ...good, v: 0 }), "version 0 is no version"),
    alone(TICKS, null, "a tombstone"),
    alone(CANDLES, new TextEncoder().encode("candles"), "not JSON"),
    alone(RUN_EVENTS, null, "a tombstone"),
  ];
  for (const each of poison) sent.splice(random.between(sent.length >> 3, sent.length), 0, each);
  spoilRow(random, sent);
  return sent;
}

/** Gives one row inside a block a price below 0, wherever the block is published. */
function spoilRow(random: Seeded, sent: Publication[]): void {
  const blocks = sent.filter(({ poison, key, value }) => {
    if (poison !== null || key !== instrumentKey(FIRST)) return false;
    const { price } = decode(value!);
    return Array.isArray(price) && price.length > 2;
  });
  const { value } = random.pick(blocks);
  const block = decode(value!) as { price: number[] };
  const row = random.between(1, block.price.length - 1);
  const price = block.price.map((each, i) => (i === row ? -each : each));
  const poison = { row, reason: `price ${price[row]} is not above 0` };
  for (const [i, each] of sent.entries()) {
    if (each.value === value) sent[i] = { ...each, value: encode({ ...block, price }), poison };
  }
}

type Json = Readonly<Record<string, unknown>>;

function decode(value: Uint8Array): Json {
  return JSON.parse(new TextDecoder().decode(value)) as Json;
}

function encode(json: Json): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(json));
}
