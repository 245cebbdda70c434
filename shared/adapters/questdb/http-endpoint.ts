import { setTimeout as sleep } from "node:timers/promises";
import type { QuestdbConnection } from "./connection.ts";
import { faultText, mayPass, refusedLogin, tooSlow, unreachable } from "./server-faults.ts";

/** Why a request was refused as a whole: the first line (from 0) that the server does not take. */
export interface RefusedLine {
  readonly line: number;
  readonly reason: string;
}

const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 1_000;
/** More requests of a kind are under way than the server lets: of exports two, unless it is told otherwise. */
const BUSY = /exceeded connection limit/;

/**
 * QuestDB's HTTP port: line protocol in, CSV out. Requests go over fetch, as the official client's transports hide the
 * server's reason for a refusal and drop the rows of a flush that failed.
 */
export class HttpEndpoint {
  readonly #connection: QuestdbConnection;
  readonly #authorization: string;

  constructor(connection: QuestdbConnection) {
    this.#connection = connection;
    const user = `${connection.httpUser}:${connection.httpPassword}`;
    this.#authorization = `Basic ${Buffer.from(user).toString("base64")}`;
  }

  /**
   * Sends lines of one table, repeatedly while the server is away. Resolves to null once they are in its log, or to what
   * it refuses: then none of them is stored. Throws InputError 'store' past the deadline.
   */
  async write(table: string, lines: Uint8Array): Promise<RefusedLine | null> {
    const answer = await this.#request("/write", `writing to table '${table}'`, {
      method: "POST",
      body: lines as Uint8Array<ArrayBuffer>,
    });
    if (answer.status === 204) return null;
    return refusalOf(answer.text);
  }

  /** The CSV that a query gives, without quoting of numbers. */
  async export(sql: string): Promise<Buffer> {
    const answer = await this.#request(`/exp?query=${encodeURIComponent(sql)}`, "reading", { method: "GET" });
    if (answer.status !== 200) throw new Error(`QuestDB refused a query: ${answer.text.toString()}: ${sql}`);
    return answer.text;
  }

  async #request(path: string, doing: string, init: RequestInit): Promise<{ status: number; text: Buffer }> {
    const { httpUrl, httpUser, deadlineMs } = this.#connection;
    const end = performance.now() + deadlineMs;
    for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
      let fault: unknown;
      try {
        const left = Math.max(1, Math.round(end - performance.now()));
        const answer = await fetch(`${httpUrl}${path}`, {
          ...init,
          headers: { authorization: this.#authorization },
          signal: AbortSignal.timeout(left),
        });
        const text = Buffer.from(await answer.arrayBuffer());
        if (answer.status === 401 || answer.status === 403) throw refusedLogin(httpUrl, httpUser);
        if (answer.status < 500 && !(answer.status >= 400 && BUSY.test(text.toString())))
          return { status: answer.status, text };
        fault = new Error(`status ${answer.status}: ${text.toString()}`);
      } catch (cause) {
        if (cause instanceof Error && cause.name === "TimeoutError") throw tooSlow(httpUrl, doing, deadlineMs, cause);
        if (!mayPass(cause)) throw cause;
        fault = cause;
      }
      if (performance.now() + pause > end) throw unreachable(httpUrl, doing, deadlineMs, fault);
      await sleep(pause);
    }
  }
}

function refusalOf(text: Buffer): RefusedLine {
  let answer: { message?: string; line?: number };
  try {
    answer = JSON.parse(text.toString()) as { message?: string; line?: number };
  } catch (cause) {
    throw new Error(`QuestDB refused a request: ${text.toString()}`, { cause });
  }
  if (answer.line === undefined) throw new Error(`QuestDB refused a request: ${faultText(answer.message)}`);
  const reason = (answer.message ?? "").replace(
    /^failed to parse line protocol:errors encountered on line\(s\):\s*/,
    "",
  );
  return { line: answer.line - 1, reason: reason.replace(/^error in line \d+: table: [^,;]+[,;]?\s*/, "") };
}
