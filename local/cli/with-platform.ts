import { existsSync } from "node:fs";
import { openPlatform } from "#local/embedded/platform.ts";
import type { Platform } from "#local/platform.ts";
import { upFolder } from "#local/up/connection-file.ts";
import type { ServerPlatform } from "#local/up/server-platform.ts";
import { InputError } from "#shared/market/input-error.ts";
import type { Arguments } from "./command.ts";
import { findServers, noServers, placeOf, type ServersPlace } from "./store-place.ts";

/**
 * Runs `work` on the platform with a store that exists, and closes it whatever happens. Throws InputError 'not-found'
 * where there is none: a mistyped path must not look like an empty store.
 */
export async function withPlatform<T>(args: Arguments, work: (platform: Platform) => Promise<T>): Promise<T> {
  const place = placeOf(args);
  if (place.kind === "file" && !existsSync(place.path)) {
    const folder = upFolder(process.env);
    const servers = existsSync(folder) ? `; what 'npx millrace up' keeps in ${folder} is seen while that runs` : "";
    throw new InputError(
      "not-found",
      `there is no store ${place.path} yet: 'npx millrace import' makes it, or name another one with --store${servers}`,
    );
  }
  return withNewPlatform(args, work);
}

/** As `withPlatform`, on a store that is made where it is missing. */
export async function withNewPlatform<T>(args: Arguments, work: (platform: Platform) => Promise<T>): Promise<T> {
  const place = placeOf(args);
  if (place.kind === "servers") return closing(await openServers(place), work);
  return closing(await openPlatform(place.path), work);
}

/** Runs `work` on the servers, and closes them whatever happens. Throws InputError 'not-found' where none run. */
export async function withServers<T>(work: (platform: ServerPlatform) => Promise<T>): Promise<T> {
  const servers = findServers(process.env);
  if (servers === null) throw noServers();
  return closing(await openServers(servers), work);
}

/** The clients of servers take a while to load, and most commands do without. */
async function openServers({ environment }: ServersPlace): Promise<ServerPlatform> {
  const { openServerPlatform } = await import("#local/up/server-platform.ts");
  return openServerPlatform(environment);
}

async function closing<P extends Platform, T>(platform: P, work: (platform: P) => Promise<T>): Promise<T> {
  try {
    return await work(platform);
  } finally {
    await platform.close();
  }
}
