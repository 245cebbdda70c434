import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";

/** A loop as AWS's own: fetches invocations from the Runtime API and answers them, one after the other. */
const RUNTIME_CLIENT = `
import { request } from "node:http";
const [host, port] = process.env.AWS_LAMBDA_RUNTIME_API.split(":");
const ask = (method, path, body) => new Promise((resolve, reject) => {
  const { user, system } = process.cpuUsage();
  const headers = { "cpu-micros": user + system };
  const sent = request({ host, port, method, headers, path: "/2018-06-01/runtime/" + path }, (answer) => {
    const chunks = [];
    answer.on("data", (chunk) => chunks.push(chunk));
    answer.on("end", () => resolve({ headers: answer.headers, text: Buffer.concat(chunks).toString() }));
  });
  sent.on("error", reject);
  sent.end(body);
});
const { handler } = await import(process.env.BUNDLE);
for (;;) {
  const { headers, text } = await ask("GET", "invocation/next");
  const path = "invocation/" + headers["lambda-runtime-aws-request-id"];
  try {
    await ask("POST", path + "/response", JSON.stringify((await handler(JSON.parse(text))) ?? null));
  } catch (error) {
    await ask("POST", path + "/error", JSON.stringify({ errorType: error.name, errorMessage: error.message }));
  }
}`;

interface Invocation {
  readonly event: unknown;
  readonly settle: (error: string | null) => void;
}

/** A built function in a process of its own behind a Lambda Runtime API, for tests and benchmarks. */
export class FunctionProcess {
  readonly #server: Server;
  readonly #child: ChildProcess;
  readonly #printed: string[] = [];
  readonly #waiting: Invocation[] = [];
  #running: Invocation | null = null;
  #asked: ServerResponse | null = null;
  #cpuMs = 0;

  private constructor(server: Server, bundle: string, environment: Readonly<Record<string, string>>) {
    this.#server = server;
    server.on("request", (request, response) => this.#answer(request, response));
    const address = server.address();
    if (address === null || typeof address === "string") throw new Error("A TCP server has no port");
    // As in AWS, nothing of this process's environment is seen.
    this.#child = spawn(process.execPath, ["--input-type=module", "--eval", RUNTIME_CLIENT], {
      env: { ...environment, BUNDLE: bundle, AWS_LAMBDA_RUNTIME_API: `127.0.0.1:${address.port}` },
      stdio: ["ignore", "pipe", "pipe"],
    });
    for (const stream of [this.#child.stdout!, this.#child.stderr!]) {
      stream.setEncoding("utf8").on("data", (text: string) => this.#printed.push(text));
    }
    this.#child.once("exit", (code, signal) => this.#running?.settle(`the process ended (${code ?? signal})`));
  }

  /** Starts the process; it comes up while the first event waits for it. */
  static async start(bundle: string, environment: Readonly<Record<string, string>>): Promise<FunctionProcess> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return new FunctionProcess(server, bundle, environment);
  }

  /** Resolves to null when the event is handled, else to the message of what the handler threw. */
  invoke(event: unknown): Promise<string | null> {
    return new Promise((settle) => {
      this.#waiting.push({ event, settle });
      this.#next();
    });
  }

  /** CPU time of the process up to its last answer, ms. */
  get cpuMs(): number {
    return this.#cpuMs;
  }

  /** All that the process printed so far, line by line. */
  printed(): readonly string[] {
    return this.#printed
      .join("")
      .split("\n")
      .filter((line) => line !== "");
  }

  /** Kills the process, as nothing that it holds is to be kept. */
  async stop(): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      this.#child.kill("SIGKILL");
      await once(this.#child, "exit");
    }
    this.#server.closeAllConnections();
    await new Promise((closed) => this.#server.close(closed));
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    if (request.method !== "GET") this.#cpuMs = Number(request.headers["cpu-micros"]) / 1_000;
    else {
      this.#asked = response;
      this.#next();
      return;
    }
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const body = JSON.parse(Buffer.concat(chunks).toString()) as { errorMessage?: string } | null;
      this.#running?.settle(request.url!.endsWith("/error") ? (body?.errorMessage ?? "") : null);
      this.#running = null;
      response.writeHead(202).end();
    });
  }

  #next(): void {
    if (this.#asked === null || this.#waiting.length === 0) return;
    const response = this.#asked;
    this.#asked = null;
    this.#running = this.#waiting.shift()!;
    response.writeHead(200, { "lambda-runtime-aws-request-id": "1", "lambda-runtime-deadline-ms": "0" });
    response.end(JSON.stringify(this.#running.event));
  }
}
