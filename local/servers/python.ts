import { access } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { InputError } from "#shared/market/input-error.ts";
import { runCommand } from "./run-command.ts";

/** Ends well where this Python can make environments of its own and is recent enough. */
const CHECK = "import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 10))";

/** The path's Python of version 3.10 or later that can make environments of its own; null where there is none. */
export async function findPython(environment: NodeJS.ProcessEnv = process.env): Promise<string | null> {
  for (const folder of (environment["PATH"] ?? "").split(delimiter)) {
    const python = join(folder, "python3");
    const there = folder !== "" && (await access(python).then(yes, no));
    if (there && (await runCommand(python, ["-c", CHECK])).code === 0) return python;
  }
  return null;
}

/** As `findPython`. Throws InputError where there is none. */
export async function requirePython(environment: NodeJS.ProcessEnv = process.env): Promise<string> {
  const found = await findPython(environment);
  if (found !== null) return found;
  throw new InputError(
    "not-found",
    "The local imitation of AWS needs Python 3.10 or later with venv, and the path has none: run 'npm run setup' " +
      "('npm run setup -- --yes' installs it on Debian and Ubuntu).",
  );
}

const yes = (): boolean => true;
const no = (): boolean => false;
