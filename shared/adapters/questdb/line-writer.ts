import { InputError } from "#shared/market/input-error.ts";
import type { HttpEndpoint } from "./http-endpoint.ts";
import type { Lines } from "./line-buffer.ts";
import { type RefusedRow, RefusedRowsError } from "./server-faults.ts";

/** Rows of one request that are taken out one by one; with more, the whole must be wrong. */
const MOST_REFUSED = 100;

/** Writes rows durably, one request at a time for each table. */
export class LineWriter {
  readonly #http: HttpEndpoint;
  /** The end of the queue of each table. */
  readonly #queues = new Map<string, Promise<unknown>>();

  constructor(http: HttpEndpoint) {
    this.#http = http;
  }

  /**
   * Stores rows of one table, a request for each item of `batches`. A batch is kept, and sent again, until the server has
   * it. Throws RefusedRowsError for rows that the server does not take, once all others are stored.
   */
  async write(table: string, batches: Iterable<Lines>): Promise<void> {
    const refused: RefusedRow[] = [];
    let before = 0;
    let sent: Promise<void> = Promise.resolve();
    for (const batch of batches) {
      // The next batch is built while this one is on its way.
      await sent;
      const first = before;
      sent = this.#inTurn(table, () => this.#send(table, batch, first, refused));
      sent.catch(() => undefined);
      before += batch.ends.length;
    }
    await sent;
    if (refused.length > 0) throw new RefusedRowsError(table, refused);
  }

  /** Stores all rows or none, in one request. Throws InputError 'bad-data' where the server refuses one. */
  async writeAtomically(table: string, { bytes, ends }: Lines): Promise<void> {
    if (ends.length === 0) return;
    const refusal = await this.#inTurn(table, () => this.#http.write(table, bytes));
    if (refusal === null) return;
    throw new InputError(
      "bad-data",
      `QuestDB refused row ${refusal.line} for table '${table}': ${refusal.reason}; none of the ${ends.length} rows is ` +
        "stored: mend it and write them again",
    );
  }

  async #send(table: string, batch: Lines, before: number, refused: RefusedRow[]): Promise<void> {
    let { bytes } = batch;
    /** Where each row that is left starts and ends, and its place among all. */
    let rows = batch.ends.map((end, i) => ({ from: i === 0 ? 0 : batch.ends[i - 1]!, to: end, row: before + i }));
    for (let refusals = 0; rows.length > 0; refusals++) {
      const refusal = await this.#http.write(table, bytes);
      if (refusal === null) return;
      const wrong = rows[refusal.line];
      if (wrong === undefined || refusals >= MOST_REFUSED) {
        throw new InputError("bad-data", `QuestDB refused rows for table '${table}': ${refusal.reason}`);
      }
      refused.push({ row: wrong.row, reason: refusal.reason });
      rows = rows.filter((row) => row !== wrong);
      bytes = Buffer.concat(rows.map(({ from, to }) => batch.bytes.subarray(from, to)));
    }
  }

  #inTurn<T>(table: string, work: () => Promise<T>): Promise<T> {
    const turn = (this.#queues.get(table) ?? Promise.resolve()).then(work);
    const settled = turn.then(
      () => undefined,
      () => undefined,
    );
    this.#queues.set(table, settled);
    return turn;
  }
}
