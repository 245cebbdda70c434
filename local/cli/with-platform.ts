import { existsSync } from "node:fs";
import { DEFAULT_STORE, openPlatform, type Platform } from "#local/embedded/platform.ts";
import { InputError } from "#shared/market/input-error.ts";
import type { Arguments, OptionSpec } from "./command.ts";

/** The option that every command with a store takes. */
export const STORE_OPTION: Readonly<Record<string, OptionSpec>> = {
  store: { value: "FILE", help: `the store (default ${DEFAULT_STORE}, or MILLRACE_STORE)` },
};

/** Path of the store that the arguments, the environment, or nobody names. */
export function storePath(args: Arguments): string {
  return args.value("store") ?? (process.env["MILLRACE_STORE"] || DEFAULT_STORE);
}

/**
 * Runs `work` on the platform with a store that exists, and closes it whatever happens. Throws InputError 'not-found'
 * where there is none: a mistyped path must not look like an empty store.
 */
export async function withPlatform<T>(args: Arguments, work: (platform: Platform) => Promise<T>): Promise<T> {
  const path = storePath(args);
  if (!existsSync(path)) {
    throw new InputError(
      "not-found",
      `there is no store ${path} yet: 'npx millrace import' makes it, or name another one with --store`,
    );
  }
  return withNewPlatform(args, work);
}

/** As `withPlatform`, on a store that is made where it is missing. */
export async function withNewPlatform<T>(args: Arguments, work: (platform: Platform) => Promise<T>): Promise<T> {
  const platform = await openPlatform(storePath(args));
  try {
    return await work(platform);
  } finally {
    await platform.close();
  }
}
