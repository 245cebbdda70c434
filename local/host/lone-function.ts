import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FUNCTIONS, type FunctionName } from "#functions/topology.ts";
import { FunctionProcess } from "./function-process.ts";
import { LineLog } from "./line-log.ts";
import { RuntimeApi } from "./runtime-api.ts";

/** One process of a built function and nothing around it, for tests and benchmarks. */
export class LoneFunction {
  readonly #folder: string;
  readonly #api: RuntimeApi;
  readonly #log: LineLog;
  readonly #process: FunctionProcess;
  readonly #printed: string[];

  private constructor(folder: string, api: RuntimeApi, log: LineLog, process: FunctionProcess, printed: string[]) {
    this.#folder = folder;
    this.#api = api;
    this.#log = log;
    this.#process = process;
    this.#printed = printed;
  }

  /** Starts the process, and resolves when it has loaded the bundle. */
  static async start(
    name: FunctionName,
    bundlePath: string,
    environment: Readonly<Record<string, string>>,
  ): Promise<LoneFunction> {
    const { timeoutMs, memoryMb } = FUNCTIONS.find((each) => each.name === name)!;
    const folder = await mkdtemp(join(tmpdir(), "millrace-function-"));
    const printed: string[] = [];
    const log = new LineLog(folder, name, (line) => printed.push(line));
    const api = await RuntimeApi.open();
    const spec = { name, bundlePath, environment, timeoutMs, memoryMb, concurrency: 1 };
    const started = new FunctionProcess(spec, api, log, () => {});
    await started.started;
    return new LoneFunction(folder, api, log, started, printed);
  }

  /** Resolves to null when the event is handled, else to what the handler threw, as `<name>: <message>`. */
  async invoke(event: unknown): Promise<string | null> {
    try {
      await this.#process.invoke(JSON.stringify(event));
      return null;
    } catch (error) {
      return (error as Error).message;
    }
  }

  /** CPU time that the process took so far, ms, in steps of the system's clock (10 ms). NaN where it does not tell. */
  async cpuMs(): Promise<number> {
    const text = await readFile(`/proc/${this.#process.processId}/stat`, "utf8").catch(() => "");
    // The second field is the command's name in brackets, which may hold spaces.
    const [user, system] = text
      .slice(text.lastIndexOf(")") + 2)
      .split(" ")
      .slice(11, 13);
    return (Number(user) + Number(system)) * 10;
  }

  /** All lines that the process printed so far. */
  printed(): readonly string[] {
    return this.#printed;
  }

  /** Kills the process, as nothing that it holds is to be kept. */
  async stop(): Promise<void> {
    this.#process.kill("was stopped");
    await this.#process.ended;
    await this.#api.close();
    this.#log.close();
    await rm(this.#folder, { recursive: true });
  }
}
