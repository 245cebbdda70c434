import type { SourceUse } from "#shared/app/check-job.ts";

/** Another time than now, ms UTC. */
const OTHER_TIME = Date.UTC(2001, 1, 3);

/**
 * Replaces this thread's clocks and sources of randomness by ones that answer otherwise, and notes what is used of them.
 * For good: only in a thread that does nothing else. Returns what gives the notes.
 */
export function watchSources(): () => readonly SourceUse[] {
  const counts = new Map<string, number>();
  const used = (source: string): void => {
    counts.set(source, (counts.get(source) ?? 0) + 1);
  };
  let calls = 0;
  const later = (source: string) => (): number => {
    used(source);
    return OTHER_TIME + calls++;
  };
  replaceDate(used, later);
  Math.random = () => {
    used("Math.random");
    return (++calls % 97) / 97;
  };
  Object.defineProperty(performance, "now", { value: later("performance.now") });
  const hrtime = Object.assign((): [number, number] => [later("process.hrtime")(), 0], {
    bigint: (): bigint => BigInt(later("process.hrtime")()),
  });
  Object.defineProperty(process, "hrtime", { value: hrtime });
  Object.defineProperty(process, "uptime", { value: later("process.uptime") });
  replaceCrypto(used);
  return () => Array.from(counts, ([source, count]) => ({ source, count }));
}

function replaceDate(used: (source: string) => void, later: (source: string) => () => number): void {
  const other = later("Date.now");
  globalThis.Date = new Proxy(Date, {
    apply: () => {
      used("Date()");
      return new Date(OTHER_TIME).toString();
    },
    construct: (target, values: readonly unknown[], made) => {
      if (values.length > 0) return Reflect.construct(target, values, made) as Date;
      used("new Date()");
      return Reflect.construct(target, [OTHER_TIME], made) as Date;
    },
    get: (target, name) => (name === "now" ? other : (Reflect.get(target, name) as unknown)),
  });
}

function replaceCrypto(used: (source: string) => void): void {
  Object.defineProperty(crypto, "randomUUID", {
    value: () => {
      used("crypto.randomUUID");
      return "01234567-89ab-4cde-8f01-23456789abcd";
    },
  });
  Object.defineProperty(crypto, "getRandomValues", {
    value: <Values extends ArrayBufferView>(values: Values): Values => {
      used("crypto.getRandomValues");
      new Uint8Array(values.buffer, values.byteOffset, values.byteLength).fill(7);
      return values;
    },
  });
}
