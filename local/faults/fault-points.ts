import type { StreamPorts } from "#local/embedded/stream-host.ts";
import { STARTED_BATCHES } from "#shared/app/started-batch.ts";

/** Where in the work of a batch something goes wrong. */
export type Moment =
  /** Everything is folded, and nothing published yet; in `archive`, nothing is written yet. */
  | "before outputs"
  /** Some or all is published or written, and the checkpoint not committed yet. */
  | "after outputs"
  /** The checkpoint is not committed yet, or already: only the event source does not know. */
  | "before commit"
  | "after commit";

/** Told each moment that the work of a batch passes; what it throws, or never resolves, is the fault. */
export type Reach = (moment: Moment) => Promise<void>;

/** Writes by which a stage puts out what a batch causes. */
const OUTPUTS: ReadonlySet<string | symbol> = new Set([
  "append",
  "put",
  "addCoverage",
  "markDirty",
  "write",
  "publish",
]);

/** The same ports, which tell of the moments that their calls pass. */
export function withFaultPoints<Ports extends Partial<StreamPorts>>(ports: Ports, reach: Reach): Ports {
  const names = ["ticks", "candles", "ranges", "results", "log", "checkpoints"] as const;
  const watched = names.flatMap((name) => {
    const port = ports[name];
    return port === undefined ? [] : [[name, watchedPort(port, reach)]];
  });
  return { ...ports, ...Object.fromEntries(watched) };
}

function watchedPort<Port extends object>(port: Port, reach: Reach): Port {
  return new Proxy(port, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== "function") return value;
      const call = value.bind(target) as (...args: unknown[]) => unknown;
      // Of a log, `commit` is the event source's; of checkpoints it takes a stage, a key, a version and the checkpoint.
      const kind = OUTPUTS.has(name) ? "outputs" : name === "commit" ? "commit" : null;
      if (kind === null) return call;
      return async (...args: unknown[]) => {
        // A mark is no step of its batch.
        if (args[0] === STARTED_BATCHES) return call(...args);
        await reach(`before ${kind}`);
        const result = await call(...args);
        await reach(`after ${kind}`);
        return result;
      };
    },
  });
}
