import { DEFAULT_STORE, openPlatform, type Platform } from "#local/embedded/platform.ts";
import type { Arguments, OptionSpec } from "./command.ts";

/** The option that every command with a store takes. */
export const STORE_OPTION: Readonly<Record<string, OptionSpec>> = {
  store: { value: "FILE", help: `the store (default ${DEFAULT_STORE}, or MILLRACE_STORE)` },
};

/** Path of the store that the arguments, the environment, or nobody names. */
export function storePath(args: Arguments): string {
  return args.value("store") ?? (process.env["MILLRACE_STORE"] || DEFAULT_STORE);
}

/** Runs `work` on the platform, and closes it whatever happens. */
export async function withPlatform<T>(args: Arguments, work: (platform: Platform) => Promise<T>): Promise<T> {
  const platform = await openPlatform(storePath(args));
  try {
    return await work(platform);
  } finally {
    await platform.close();
  }
}
