import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { freePorts, requireFreePorts } from "./free-ports.ts";

/**
 * The ports of a server's data folder: `given`, else those of its last start, else free ones; kept in the folder, so
 * that clients find a restarted server again. Throws InputError where something else listens on one.
 */
export async function portsOf<Name extends string>(
  folder: string,
  names: readonly Name[],
  given?: Readonly<Record<Name, number>>,
): Promise<Readonly<Record<Name, number>>> {
  const file = join(folder, "ports.json");
  await mkdir(folder, { recursive: true });
  const ports = given ?? (await lastPorts<Name>(file)) ?? (await chosen(names));
  const remedy = given === undefined ? `delete ${file} for free ones` : "choose another port";
  await requireFreePorts(
    names.map((name) => ports[name]),
    remedy,
  );
  await writeFile(file, JSON.stringify(ports));
  return ports;
}

async function lastPorts<Name extends string>(file: string): Promise<Record<Name, number> | null> {
  const text = await readFile(file, "utf8").catch(() => null);
  return text === null ? null : (JSON.parse(text) as Record<Name, number>);
}

async function chosen<Name extends string>(names: readonly Name[]): Promise<Record<Name, number>> {
  const ports = await freePorts(names.length);
  return Object.fromEntries(names.map((name, i) => [name, ports[i]])) as Record<Name, number>;
}
