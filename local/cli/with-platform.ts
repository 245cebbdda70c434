import { existsSync } from "node:fs";
import { openPlatform } from "#local/embedded/platform.ts";
import type { Platform } from "#local/platform.ts";
import { upFolder } from "#local/up/connection-file.ts";
import type { ServerPlatform } from "#local/up/server-platform.ts";
import { InputError } from "#shared/market/input-error.ts";
import type { Arguments } from "./command.ts";
import { note } from "./output.ts";
import {
  findServers,
  placeOf,
  requireServers,
  type ServersPlace,
  type StorePlace,
  unexpectedPlace,
} from "./store-place.ts";

/**
 * Runs `work` on the platform with a store that exists, and closes it whatever happens. Throws InputError 'not-found'
 * where there is none: a mistyped path must not look like an empty store.
 */
export async function withPlatform<T>(args: Arguments, work: (platform: Platform) => Promise<T>): Promise<T> {
  const place = plainPlaceOf(args);
  if (place.kind === "file" && !existsSync(place.path)) {
    const folder = upFolder(process.env);
    const rests = existsSync(folder) && findServers(process.env) === null;
    const servers = rests ? `; what 'npx millrace up' keeps in ${folder} is seen while that runs` : "";
    throw new InputError(
      "not-found",
      `there is no store ${place.path} yet: 'npx millrace import' makes it, or name another one with --store${servers}`,
    );
  }
  return opened(place, work);
}

/** As `withPlatform`, on a store that is made where it is missing. */
export async function withNewPlatform<T>(args: Arguments, work: (platform: Platform) => Promise<T>): Promise<T> {
  return opened(plainPlaceOf(args), work);
}

/** Where the store is, having told a person who may not expect it. */
function plainPlaceOf(args: Arguments): StorePlace {
  const unexpected = unexpectedPlace(args, process.env);
  if (unexpected !== null) note(unexpected);
  return placeOf(args);
}

async function opened<T>(place: StorePlace, work: (platform: Platform) => Promise<T>): Promise<T> {
  if (place.kind === "servers") return closing(await openServers(place), work);
  return closing(await openPlatform(place.path), work);
}

/** Runs `work` on the servers, and closes them whatever happens. Throws InputError 'not-found' where none run. */
export async function withServers<T>(
  work: (platform: ServerPlatform, servers: ServersPlace) => Promise<T>,
): Promise<T> {
  const servers = requireServers();
  return closing(await openServers(servers), (platform) => work(platform, servers));
}

/** How long somebody who looks on waits for an answer of a server, ms. */
export const ANSWER_MS = 10_000;

/** The clients of servers take a while to load, and most commands do without. */
async function openServers({ environment }: ServersPlace): Promise<ServerPlatform> {
  const { openServerPlatform } = await import("#local/up/server-platform.ts");
  return openServerPlatform(environment, ANSWER_MS);
}

async function closing<P extends Platform, T>(platform: P, work: (platform: P) => Promise<T>): Promise<T> {
  try {
    return await work(platform);
  } finally {
    await platform.close();
  }
}
