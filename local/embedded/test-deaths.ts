import { int } from "#shared/engine/parameter.ts";
import { Strategy } from "#shared/engine/strategy.ts";
import { StreamHost, type StreamPorts } from "./stream-host.ts";
import { Crash } from "./test-chain.ts";

/** A process that can die: from then on nothing that it asks for is done. Its stores and its log live on. */
export class MortalProcess {
  /** The one that called a port last, and runs strategies by it: what they end. */
  static current: MortalProcess | null = null;
  readonly ports: StreamPorts;
  #isDead = false;
  #callsLeft: number;

  /** `calls`: calls of ports after which it is killed. */
  constructor(ports: StreamPorts, calls = Number.POSITIVE_INFINITY) {
    this.#callsLeft = calls;
    const mortal = Object.entries(ports).map(([name, port]) => [name, this.#mortal(port as object)] as const);
    this.ports = Object.fromEntries(mortal) as unknown as StreamPorts;
  }

  die(): never {
    this.#isDead = true;
    throw new Crash("the process has ended");
  }

  /** Works by its ports; resolves to whether it lives on. Throws what is no death. */
  async live(work: (ports: StreamPorts) => Promise<void>): Promise<boolean> {
    try {
      await work(this.ports);
    } catch (error) {
      if (!this.#isDead) throw error;
    }
    return !this.#isDead;
  }

  #mortal<Port extends object>(port: Port): Port {
    return new Proxy(port, {
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name, target);
        if (typeof value !== "function") return value;
        const call = value.bind(target) as (...args: unknown[]) => unknown;
        return (...args: unknown[]) => {
          if (this.#isDead || --this.#callsLeft < 0) this.die();
          MortalProcess.current = this;
          return call(...args);
        };
      },
    });
  }
}

/** Logs its bars, and ends its process at the `last`. */
export class Deadly extends Strategy({ last: int(4, { min: 1, max: 1_000 }) }) {
  state = { bars: 0 };

  override next(): void {
    if (++this.state.bars >= this.params.last) MortalProcess.current?.die();
    this.log(`bar ${this.state.bars}`);
  }
}

/** Drains by one process after the other until one lives to the end; resolves to how many died. */
export async function drainThroughDeaths(
  ports: StreamPorts,
  start: (death: number) => MortalProcess | Promise<MortalProcess> = () => new MortalProcess(ports),
): Promise<number> {
  for (let deaths = 0; deaths < 500; deaths++) {
    const process = await start(deaths);
    if (await process.live((own) => new StreamHost(own).drain())) return deaths;
  }
  throw new Error("no process lives to the end");
}
