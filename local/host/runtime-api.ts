import { randomBytes, randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** What a function process is handed. */
export interface Invocation {
  readonly requestId: string;
  /** JSON text. */
  readonly event: string;
  /** When the process is ended at the latest, ms UTC. */
  readonly deadline: number;
  readonly functionArn: string;
}

/** What a function says went wrong, as the Runtime API has it. */
export interface RuntimeFault {
  readonly errorType: string;
  readonly errorMessage: string;
}

/** The host's end of one function process. */
export interface RuntimeSession {
  /** The process asks for work, and is answered when the promise resolves. */
  next(): Promise<Invocation>;
  /** `result` is JSON text. False where the invocation is not the present one. */
  succeeded(requestId: string, result: string): boolean;
  failed(requestId: string, fault: RuntimeFault): boolean;
  initFailed(fault: RuntimeFault): void;
}

/** Most that a function may return, bytes. */
const RESULT_BYTES = 6 * 1024 * 1024;
/** As AWS names it. */
const TOO_LARGE: RuntimeFault = { errorType: "Function.ResponseSizeTooLarge", errorMessage: "returned more than 6 MB" };
const PATH =
  /^\/([\w-]+)\/2018-06-01\/runtime\/(?:invocation\/(next)|invocation\/([\w-]+)\/(response|error)|init\/(error))$/;

/**
 * The Lambda Runtime API of 2018-06-01 for the function processes of this host, on a port of 127.0.0.1. Each process has
 * a path of its own that others cannot guess, so that no other user of the machine feeds functions.
 */
export class RuntimeApi {
  readonly #server: Server;
  readonly #sessions = new Map<string, RuntimeSession>();

  private constructor(server: Server) {
    this.#server = server;
  }

  static async open(): Promise<RuntimeApi> {
    // A process is silent for as long as its function works, or waits for work.
    const server = createServer({ keepAliveTimeout: 0, requestTimeout: 0, headersTimeout: 0 });
    const api = new RuntimeApi(server);
    server.on("request", (request, response) => void api.#answer(request, response));
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return api;
  }

  /** Opens a path for one process. Returns what it finds as AWS_LAMBDA_RUNTIME_API. */
  admit(session: RuntimeSession): { readonly address: string; dismiss(): void } {
    const token = randomBytes(24).toString("base64url");
    this.#sessions.set(token, session);
    const { port } = this.#server.address() as AddressInfo;
    return { address: `127.0.0.1:${port}/${token}`, dismiss: () => void this.#sessions.delete(token) };
  }

  async close(): Promise<void> {
    const closed = once(this.#server, "close");
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    response.on("error", () => {});
    const [, token, next, requestId, outcome, init] = PATH.exec(request.url ?? "") ?? [];
    const session = this.#sessions.get(token ?? "");
    if (session === undefined || (request.method === "GET") !== (next !== undefined)) return finish(response, 404);
    if (next !== undefined) return give(response, await session.next());
    let body: string | null;
    try {
      body = await bodyOf(request);
    } catch {
      // The process has ended: nobody waits for an answer.
      return;
    }
    const fault = body === null ? TOO_LARGE : outcome === "response" ? null : faultOf(body);
    if (init !== undefined) session.initFailed(fault!);
    else if (!(fault === null ? session.succeeded(requestId!, body!) : session.failed(requestId!, fault))) {
      return finish(response, 400);
    }
    finish(response, body === null ? 413 : 202);
  }
}

function give(response: ServerResponse, { requestId, event, deadline, functionArn }: Invocation): void {
  response.writeHead(200, {
    "Content-Type": "application/json",
    "Content-Length": Buffer.byteLength(event),
    "Lambda-Runtime-Aws-Request-Id": requestId,
    "Lambda-Runtime-Deadline-Ms": String(deadline),
    "Lambda-Runtime-Invoked-Function-Arn": functionArn,
    "Lambda-Runtime-Trace-Id": traceId(),
  });
  response.end(event);
}

/** As X-Ray writes it, not sampled. */
function traceId(): string {
  const seconds = Math.floor(Date.now() / 1_000).toString(16);
  const id = randomUUID().replaceAll("-", "");
  return `Root=1-${seconds}-${id.slice(0, 24)};Parent=${randomBytes(8).toString("hex")};Sampled=0`;
}

function finish(response: ServerResponse, status: number): void {
  response.writeHead(status, { "Content-Type": "application/json" }).end("{}");
}

/** Null for one that is too large, which is read to its end: an answer before it would find nobody who reads it. */
async function bodyOf(request: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes <= RESULT_BYTES) chunks.push(chunk);
  }
  return bytes <= RESULT_BYTES ? Buffer.concat(chunks).toString("utf8") : null;
}

function faultOf(body: string): RuntimeFault {
  try {
    const { errorType, errorMessage } = JSON.parse(body) as Partial<Record<keyof RuntimeFault, unknown>>;
    return { errorType: String(errorType ?? "Error"), errorMessage: String(errorMessage ?? "") };
  } catch {
    return { errorType: "Error", errorMessage: body.slice(0, 1_000) };
  }
}
