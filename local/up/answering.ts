import { InputError } from "#shared/market/input-error.ts";

/** What `answer` resolves to. Throws InputError 'store', which names the server, where that takes longer than `ms`. */
export async function answered<T>(answer: Promise<T>, server: string, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const fault = `${server} does not answer within ${ms / 1_000} s: 'npx millrace status' shows what is down; look at its log`;
    timer = setTimeout(() => reject(new InputError("store", `${fault}, or start it again`)), ms);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}

type Call = (...args: unknown[]) => Promise<unknown>;

/** The port, all of whose methods ask the server and return promises, with `answered` around each call. */
export function answering<Port extends object>(port: Port, server: string, ms: number): Port {
  return new Proxy(port, {
    get: (target, name) => {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== "function") return member;
      return (...args: unknown[]) => answered((member as Call).apply(target, args), server, ms);
    },
  });
}
