import { ByteReader, ByteWriter } from "../market/bytes.ts";
import type { CheckpointStore } from "../ports/checkpoint-store.ts";
import type { LogRecord } from "../ports/event-log.ts";

/** Stage under which checkpoints hold the marks of batches, one a topic and partition. */
export const STARTED_BATCHES = "started-batches";

const SCHEMA = 1;

/** What is being stepped: nothing any more, all runs of the batch together, or one alone. */
export type Started = "nothing" | "together" | { readonly alone: string };

interface Mark {
  /** Offset of the batch's first record. */
  readonly offset: number;
  readonly started: Started;
  /** How often a process ended while it stepped this run alone. */
  readonly deaths: ReadonlyMap<string, number>;
}

/**
 * What this process itself knows to have ended, though no store could be told: of each mark the greatest version that it
 * may have. Such a mark tells of no death.
 */
const ended = new WeakMap<CheckpointStore, Map<string, number>>();

/**
 * A batch and its mark, which says what is being stepped. A process that finds the mark of its own batch knows that one
 * before it died, and in what. Marks are only advice on what to step alone, and are committed as such: one that another
 * invocation forestalls is not written, and one that is left by mistake has runs stepped alone that need not be.
 */
export class StartedBatch {
  readonly #checkpoints: CheckpointStore;
  readonly #key: string;
  readonly #offset: number;
  readonly #deaths: ReadonlyMap<string, number>;
  /** Whether a process before this one died in the batch. */
  readonly diedBefore: boolean;
  #version: number;
  /** What was tried to write last; not written where it failed. */
  #marked: { readonly name: string; readonly written: Promise<void> } | null = null;

  private constructor(checkpoints: CheckpointStore, key: string, offset: number, version: number, found: Mark | null) {
    this.#checkpoints = checkpoints;
    this.#key = key;
    this.#offset = offset;
    this.#version = version;
    const deaths = new Map(found?.deaths);
    const started = found?.started ?? "nothing";
    if (typeof started === "object") deaths.set(started.alone, (deaths.get(started.alone) ?? 0) + 1);
    this.#deaths = deaths;
    this.diedBefore = started !== "nothing" || deaths.size > 0;
  }

  /** Begins a batch, of which the first record tells. */
  static async begin(checkpoints: CheckpointStore, { topic, partition, offset }: LogRecord): Promise<StartedBatch> {
    const key = `${topic}/${partition}`;
    const stored = await checkpoints.load(STARTED_BATCHES, key);
    const version = stored?.version ?? 0;
    const mark = stored === null || stored.schema !== SCHEMA ? null : decode(stored.state);
    const own = mark?.offset === offset ? mark : null;
    const isOver = version <= (ended.get(checkpoints)?.get(key) ?? 0);
    const found = own !== null && isOver ? { ...own, started: "nothing" as const } : own;
    return new StartedBatch(checkpoints, key, offset, version, found);
  }

  /** How often a process ended in this batch while it stepped the run alone. */
  deathsOf(run: string): number {
    return this.#deaths.get(run) ?? 0;
  }

  /** Resolves when the mark says so. It is written once, whoever asks for it. */
  mark(started: Started): Promise<void> {
    const name = nameOf(started);
    if (this.#marked?.name === name) return this.#marked.written;
    const written = this.#write(started);
    this.#marked = { name, written };
    return written;
  }

  /** Nothing is stepped any more, and no process died. Where no store can be told, this process remembers. */
  async end(): Promise<void> {
    if (this.#marked === null) return;
    try {
      // Where that failed, the store is away.
      await this.#marked.written;
      await this.mark("nothing");
    } catch {
      const known = ended.get(this.#checkpoints) ?? new Map<string, number>();
      ended.set(this.#checkpoints, known);
      // A commit that seemed to fail may have been made.
      known.set(this.#key, this.#version + 1);
    }
  }

  async #write(started: Started): Promise<void> {
    const state = encode({ offset: this.#offset, started, deaths: this.#deaths });
    const mark = { schema: SCHEMA, state, fence: [] };
    const isMade = await this.#checkpoints.commit(STARTED_BATCHES, this.#key, this.#version, mark);
    if (isMade) this.#version++;
    else this.#version = (await this.#checkpoints.load(STARTED_BATCHES, this.#key))?.version ?? 0;
  }
}

/** No run is called like the first two. */
function nameOf(started: Started): string {
  return typeof started === "string" ? started : `alone ${started.alone}`;
}

const NOTHING = 0;
const TOGETHER = 1;
const ALONE = 2;

function encode({ offset, started, deaths }: Mark): Uint8Array {
  const out = new ByteWriter();
  out.integer(offset);
  if (typeof started === "object") {
    out.byte(ALONE);
    out.text(started.alone);
  } else out.byte(started === "together" ? TOGETHER : NOTHING);
  out.integer(deaths.size);
  for (const [run, count] of deaths) {
    out.text(run);
    out.integer(count);
  }
  return out.finish();
}

function decode(bytes: Uint8Array): Mark {
  const input = new ByteReader(bytes);
  const offset = input.integer();
  const tag = input.byte();
  const started: Started = tag === ALONE ? { alone: input.text() } : tag === TOGETHER ? "together" : "nothing";
  const deaths = new Map<string, number>();
  for (let left = input.integer(); left > 0; left--) deaths.set(input.text(), input.integer());
  return { offset, started, deaths };
}
