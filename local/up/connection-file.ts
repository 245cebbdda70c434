import { existsSync, readFileSync } from "node:fs";
import { rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { InputError } from "#shared/market/input-error.ts";
import { isLiving, type ProcessMark } from "./living-process.ts";

/** Where `millrace up` keeps data, logs, passwords and how to connect, unless told: in the folder that it is run in. */
export const DEFAULT_FOLDER = join(".millrace", "up");

/** How commands find what `millrace up` runs. */
export interface Connection extends ProcessMark {
  /** Of the functions host: what it does, as JSON. */
  readonly statusUrl: string;
  /** The variables that functions and commands take, with passwords. */
  readonly environment: Readonly<Record<string, string>>;
  /** QuestDB over the PostgreSQL wire protocol for dashboards: this user may only read. */
  readonly questdbReader: SqlLogin;
}

/** How to reach a database over the PostgreSQL wire protocol. */
export interface SqlLogin {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
}

const NAME = "connection.json";

/** Writes the file for this user alone, whole or not at all. */
export async function writeConnection(folder: string, connection: Connection): Promise<void> {
  const file = join(folder, NAME);
  const making = `${file}.${process.pid}`;
  await writeFile(making, `${JSON.stringify(connection, null, 2)}\n`, { mode: 0o600 });
  await rename(making, file);
}

export async function removeConnection(folder: string): Promise<void> {
  await rm(join(folder, NAME), { force: true });
}

/** What runs on the folder; null where nothing does, also where a process was killed and left its file. */
export function findConnection(folder: string): Connection | null {
  const file = join(folder, NAME);
  if (!existsSync(file)) return null;
  let connection: Connection;
  try {
    connection = JSON.parse(readFileSync(file, "utf8")) as Connection;
  } catch (cause) {
    throw new InputError("store", `${file} cannot be read: remove it, and start 'npx millrace up' again`, { cause });
  }
  return isLiving(connection) ? connection : null;
}

/** The folder that MILLRACE_UP, or nobody, names. */
export function upFolder(environment: Readonly<Record<string, string | undefined>>): string {
  return environment["MILLRACE_UP"] || DEFAULT_FOLDER;
}
