import { dirname } from "node:path";
import { DEFAULT_STORE } from "#local/embedded/platform.ts";
import { findConnection, upFolder } from "#local/up/connection-file.ts";
import { lockHolder } from "#local/up/lock.ts";
import { InputError } from "#shared/market/input-error.ts";
import type { Arguments, OptionSpec } from "./command.ts";
import { note } from "./output.ts";
import { addressRefused } from "./store-address.ts";

/** The option that every command with a store takes. */
export const STORE_OPTION: Readonly<Record<string, OptionSpec>> = {
  store: {
    value: "FILE",
    help: "DuckDB file, or questdb://; default what 'up' runs, else store.duckdb",
  },
};

type Environment = Readonly<Record<string, string | undefined>>;

/** A running `millrace up`. */
export interface UpProcess {
  readonly processId: number;
  /** Where its functions host tells how it does. */
  readonly statusUrl: string;
}

/** Servers that run somewhere. */
export interface ServersPlace {
  readonly kind: "servers";
  /** The variables that say how to reach them. */
  readonly environment: Environment;
  /** The process that runs them; null where they are not of this machine. */
  readonly up: UpProcess | null;
  /** In words: `the servers of .millrace/up`. */
  readonly name: string;
}

/** Where a command finds what is held. */
export type StorePlace = { readonly kind: "file"; readonly path: string } | ServersPlace;

const SERVERS = "questdb://";
/** Set where the environment names servers. */
const URL_VARIABLE = "MILLRACE_QUESTDB_HTTP_URL";

/**
 * What --store names, else MILLRACE_STORE, else the servers that the environment names, else those that 'millrace up'
 * runs, else the file in the folder that Millrace is run in. Throws InputError for questdb:// where no servers are, and
 * for the address of a server.
 */
export function placeOf(args: Arguments): StorePlace {
  const named = args.value("store") ?? (process.env["MILLRACE_STORE"] || null);
  if (named !== null && /^\w+:\/\//.test(named) && !named.startsWith(SERVERS)) {
    throw new InputError("usage", `the store is '${named}': give the path of a DuckDB file, or questdb:// for servers`);
  }
  if (named !== null && !named.startsWith(SERVERS)) return { kind: "file", path: named };
  if (named !== null && named !== SERVERS) throw addressRefused(named, process.env);
  const servers = findServers(process.env);
  if (servers !== null) return servers;
  if (named === null) return { kind: "file", path: DEFAULT_STORE };
  throw noServers();
}

/**
 * What a person may not expect of `placeOf`: that MILLRACE_STORE leads past servers that run, or that servers which start
 * are not used yet; null where all is plain.
 */
export function unexpectedPlace(args: Arguments, environment: Environment): string | null {
  if (args.has("store")) return null;
  const file = fileInEnvironment(environment);
  const servers = findServers(environment);
  if (file === null) {
    const starting = environment["MILLRACE_STORE"] || servers !== null ? null : startingIn(environment);
    return starting === null ? null : `${starting}: until it runs, ${DEFAULT_STORE} is used`;
  }
  if (servers === null) return null;
  return `MILLRACE_STORE names ${file}, which is used, not ${servers.name}: --store questdb:// uses those`;
}

/** What a person may not expect of a command of streams: that it passes over MILLRACE_STORE; null where all is plain. */
export function unexpectedServers({ name }: ServersPlace, environment: Environment): string | null {
  const file = fileInEnvironment(environment);
  return file === null ? null : `${name} are used: MILLRACE_STORE names ${file}, and a file has no streams`;
}

function fileInEnvironment(environment: Environment): string | null {
  const named = environment["MILLRACE_STORE"] || null;
  return named === null || named.startsWith(SERVERS) ? null : named;
}

/** The servers that the environment names, else those that 'millrace up' runs; null where there are none. */
export function findServers(environment: Environment): ServersPlace | null {
  const url = environment[URL_VARIABLE];
  if (url) {
    return { kind: "servers", environment, up: null, name: `the servers that the environment names (${url})` };
  }
  const folder = upFolder(environment);
  const connection = findConnection(folder);
  if (connection === null) return null;
  const { statusUrl, processId, environment: own } = connection;
  return { kind: "servers", environment: own, up: { processId, statusUrl }, name: `the servers of ${folder}` };
}

/** The servers, for a command that needs streams. Throws InputError 'not-found' where none run. */
export function requireServers(): ServersPlace {
  const servers = findServers(process.env);
  if (servers === null) throw noServers();
  const unexpected = unexpectedServers(servers, process.env);
  if (unexpected !== null) note(unexpected);
  return servers;
}

/** The error of what needs servers where none run. */
function noServers(): InputError {
  const starting = startingIn(process.env);
  if (starting !== null)
    return new InputError("not-found", `${starting}: wait until it says that Millrace runs, then try again`);
  return new InputError(
    "not-found",
    "no servers run here: start them with 'npx millrace up' in another terminal (in this folder, or with MILLRACE_UP set " +
      "to its folder), then try again",
  );
}

/** Says that 'millrace up' has its folder while no servers are to be found yet, or any more; null where it has not. */
function startingIn(environment: Environment): string | null {
  const folder = upFolder(environment);
  const holder = lockHolder(folder);
  return holder === null ? null : `'millrace up' (process ${holder.processId}) is starting, or stopping, in ${folder}`;
}

/** The folder of what is beside the store, such as rows that were left out. */
export function folderBeside(place: StorePlace): string {
  return place.kind === "file" ? dirname(place.path) : ".millrace";
}
