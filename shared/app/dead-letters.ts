import { InputError } from "../market/input-error.ts";
import type { CheckpointStore } from "../ports/checkpoint-store.ts";
import type { FollowableLog, LogRecord } from "../ports/event-log.ts";
import { type DeadLetter, decodeDeadLetter } from "../wire/dead-letters.ts";
import { PoisonError } from "../wire/decoded.ts";
import { DEAD_LETTERS, ONLOOKER } from "../wire/topics.ts";

export interface DeadLetterPorts {
  readonly log: FollowableLog;
  readonly checkpoints: CheckpointStore;
}

/** A letter that the topic holds. */
export interface HeldLetter extends DeadLetter {
  /** Its own offset, by which it is named. */
  readonly letter: number;
  /** When it was sent, ms UTC. */
  readonly sent: number;
  /** When its record was published again, ms UTC; null for never. */
  readonly retried: number | null;
}

/** Name in checkpoints: which letters were retried. */
const STAGE = "dead-letters";
const KEY = "retried";
const SCHEMA = 1;
const NO_WAIT = 0;

/** All letters that are held, oldest first. */
export async function* readDeadLetters({ log, checkpoints }: DeadLetterPorts): AsyncGenerator<HeldLetter> {
  const retried = (await loadRetried(checkpoints)).times;
  for await (const record of allRecords(log)) {
    const place = { letter: record.offset, sent: record.appendTime };
    yield { ...letterOf(record), ...place, retried: retried[nameOf(place)] ?? null };
  }
}

/** The letter of that offset. Throws InputError 'not-found'. */
export async function findDeadLetter(ports: DeadLetterPorts, offset: number): Promise<HeldLetter> {
  for await (const letter of readDeadLetters(ports)) if (letter.letter === offset) return letter;
  throw new InputError(
    "not-found",
    `no dead letter ${offset} is held: 'npx millrace dead-letters list' tells which are (the topic forgets in time)`,
  );
}

/**
 * Publishes the record of a letter to its topic again, and remembers that (`now`, ms UTC). Where it is folded already, its
 * stages drop it by content; where it is still bad, it comes back as another letter. Throws InputError 'conflict' for one
 * that was retried before, unless `again`.
 */
export async function retryDeadLetter(
  ports: DeadLetterPorts,
  offset: number,
  now: number,
  again: boolean,
): Promise<HeldLetter> {
  const letter = await findDeadLetter(ports, offset);
  if (letter.retried !== null && !again) {
    throw new InputError(
      "conflict",
      `dead letter ${offset} was retried at ${new Date(letter.retried).toISOString()}: look for a newer letter of the same ` +
        "record, or give --again",
    );
  }
  await ports.log.publish(letter.topic, [{ key: letter.key, value: letter.value }]);
  const [position] = await ports.log.positions(ONLOOKER, DEAD_LETTERS);
  await remember(ports.checkpoints, letter, now, position!.begin);
  return { ...letter, retried: now };
}

/** What is on the topic and no letter is shown as one about itself. */
function letterOf(record: LogRecord): DeadLetter {
  try {
    return decodeDeadLetter(record.value);
  } catch (error) {
    if (!(error instanceof PoisonError)) throw error;
    const { topic, partition, offset, key, value } = record;
    return { topic, partition, offset, key, value, row: null, reason: `no dead letter: ${error.message}` };
  }
}

/** From the oldest to the newest that there is now. The topic has one partition, so that an offset names a letter. */
async function* allRecords(log: FollowableLog): AsyncGenerator<LogRecord> {
  const [position] = await log.positions(ONLOOKER, DEAD_LETTERS);
  const { partition, begin, end } = position!;
  for (let at = begin; at < end; ) {
    const records = await log.follow(ONLOOKER, DEAD_LETTERS, new Map([[partition, at]]), NO_WAIT);
    // Of the last offsets there may be no record.
    if (records.length === 0) return;
    yield* records;
    at = records.at(-1)!.offset + 1;
  }
}

interface Retried {
  readonly version: number;
  /** When each letter was retried, by `nameOf`. */
  readonly times: Readonly<Record<string, number>>;
}

async function loadRetried(checkpoints: CheckpointStore): Promise<Retried> {
  const stored = await checkpoints.load(STAGE, KEY);
  if (stored === null) return { version: 0, times: {} };
  return { version: stored.version, times: JSON.parse(new TextDecoder().decode(stored.state)) as Retried["times"] };
}

/** Where the topic was made anew, another letter has the offset, and was sent at another time. */
function nameOf({ letter, sent }: Pick<HeldLetter, "letter" | "sent">): string {
  return `${letter}@${sent}`;
}

/** Letters before `oldest` are not held any more, and forgotten. */
async function remember(checkpoints: CheckpointStore, letter: HeldLetter, now: number, oldest: number): Promise<void> {
  for (;;) {
    const { version, times } = await loadRetried(checkpoints);
    const kept = Object.entries(times).filter(([name]) => Number.parseInt(name, 10) >= oldest);
    const state = new TextEncoder().encode(JSON.stringify({ ...Object.fromEntries(kept), [nameOf(letter)]: now }));
    if (await checkpoints.commit(STAGE, KEY, version, { schema: SCHEMA, state, fence: [] })) return;
  }
}
