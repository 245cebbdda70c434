type Call = (...args: unknown[]) => unknown;

/**
 * A port that is opened by its first call: what a function does not use keeps it from nothing. `open` gives the same at
 * each call, and tries again where it failed; `streams` names the methods that return an async iterable, all others
 * return a promise.
 */
export function lazyPort<Port extends object>(
  open: () => Promise<Port>,
  streams: readonly (keyof Port & string)[] = [],
): Port {
  const streaming: ReadonlySet<string> = new Set(streams);
  const calls = new Map<string, Call>();
  const callOf = async (name: string): Promise<Call> => {
    const port = await open();
    return (Reflect.get(port, name) as Call).bind(port);
  };
  const made = (name: string): Call =>
    streaming.has(name)
      ? async function* (...args) {
          yield* (await callOf(name))(...args) as AsyncIterable<unknown>;
        }
      : async (...args) => (await callOf(name))(...args);
  return new Proxy({} as Port, {
    get: (_, name) => {
      // With `then` it would be taken for a promise.
      if (typeof name !== "string" || name === "then") return undefined;
      const call = calls.get(name) ?? made(name);
      calls.set(name, call);
      return call;
    },
  });
}
