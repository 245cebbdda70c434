import { dirname } from "node:path";
import { DEFAULT_STORE } from "#local/embedded/platform.ts";
import { findConnection, upFolder } from "#local/up/connection-file.ts";
import { InputError } from "#shared/market/input-error.ts";
import type { Arguments, OptionSpec } from "./command.ts";
import { addressRefused } from "./store-address.ts";

/** The option that every command with a store takes. */
export const STORE_OPTION: Readonly<Record<string, OptionSpec>> = {
  store: {
    value: "FILE",
    help: "DuckDB file, or questdb://; default what 'up' runs, else store.duckdb",
  },
};

/** Servers that run somewhere. */
export interface ServersPlace {
  readonly kind: "servers";
  /** The variables that say how to reach them. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Where the functions host tells how it does; null where the servers are not of this machine. */
  readonly statusUrl: string | null;
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

/** The servers that the environment names, else those that 'millrace up' runs; null where there are none. */
export function findServers(environment: Readonly<Record<string, string | undefined>>): ServersPlace | null {
  const url = environment[URL_VARIABLE];
  if (url)
    return { kind: "servers", environment, statusUrl: null, name: `the servers that the environment names (${url})` };
  const folder = upFolder(environment);
  const connection = findConnection(folder);
  if (connection === null) return null;
  const { statusUrl, environment: own } = connection;
  return { kind: "servers", environment: own, statusUrl, name: `the servers of ${folder}` };
}

/** The error of what needs servers where none run. */
export function noServers(): InputError {
  return new InputError(
    "not-found",
    "no servers run here: start them with 'npx millrace up' in another terminal (in this folder, or with MILLRACE_UP set " +
      "to its folder), then try again",
  );
}

/** The folder of what is beside the store, such as rows that were left out. */
export function folderBeside(place: StorePlace): string {
  return place.kind === "file" ? dirname(place.path) : ".millrace";
}
