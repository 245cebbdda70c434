import { access } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { InputError } from "#shared/market/input-error.ts";
import { runCommand } from "./run-command.ts";

const LEAST_VERSION = 17;

/** A Java development kit. */
export interface Java {
  readonly java: string;
  readonly javac: string;
}

/** JAVA_HOME's kit, else that of the path; null where there is none of version 17 or later. */
export async function findJava(environment: NodeJS.ProcessEnv = process.env): Promise<Java | null> {
  const home = environment["JAVA_HOME"];
  const folders = home === undefined ? [] : [join(home, "bin")];
  for (const folder of [...folders, ...(environment["PATH"] ?? "").split(delimiter)]) {
    const kit = { java: join(folder, "java"), javac: join(folder, "javac") };
    if (folder !== "" && (await exists(kit.java)) && (await exists(kit.javac)) && (await isRecent(kit.javac)))
      return kit;
  }
  return null;
}

/** As `findJava`. Throws InputError where there is none. */
export async function requireJava(environment: NodeJS.ProcessEnv = process.env): Promise<Java> {
  const found = await findJava(environment);
  if (found !== null) return found;
  throw new InputError(
    "not-found",
    `The local servers need a Java development kit of version ${LEAST_VERSION} or later, and neither JAVA_HOME nor the ` +
      "path has one: run 'npm run setup' ('npm run setup -- --yes' installs it on Debian and Ubuntu).",
  );
}

/** The path of Maven's command, null where the path has none. */
export async function findMaven(environment: NodeJS.ProcessEnv = process.env): Promise<string | null> {
  for (const folder of (environment["PATH"] ?? "").split(delimiter)) {
    if (folder !== "" && (await exists(join(folder, "mvn")))) return join(folder, "mvn");
  }
  return null;
}

/** As `findMaven`. Throws InputError where there is none. */
export async function requireMaven(environment: NodeJS.ProcessEnv = process.env): Promise<string> {
  const found = await findMaven(environment);
  if (found !== null) return found;
  throw new InputError(
    "not-found",
    "The local servers are fetched with Maven, and the path has no 'mvn': run 'npm run setup' " +
      "('npm run setup -- --yes' installs it on Debian and Ubuntu).",
  );
}

async function isRecent(javac: string): Promise<boolean> {
  const { output } = await runCommand(javac, ["-version"]);
  return Number(/javac (\d+)/.exec(output)?.[1] ?? 0) >= LEAST_VERSION;
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
