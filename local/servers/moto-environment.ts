import { join } from "node:path";
import { cachedFolder, fetchBy } from "./cached-folder.ts";
import { requirePython } from "./python.ts";

const REQUIREMENTS = join(import.meta.dirname, "python", "requirements.txt");

let made: Promise<string> | null = null;

/**
 * The Python that has moto, in an environment of its own that is made once and kept in `local/servers/.cache` under a hash
 * of what pins it. Throws InputError where Python is missing, Error where fetching fails.
 * @param fetching is called, with what, before something is fetched
 */
export function motoEnvironment(fetching: (what: string) => void = () => {}): Promise<string> {
  made ??= present(fetching).catch((error: unknown) => {
    made = null;
    throw error;
  });
  return made;
}

async function present(fetching: (what: string) => void): Promise<string> {
  const folder = await cachedFolder("moto-", [REQUIREMENTS], async (making) => {
    fetching("moto, an imitation of AWS for tests, by pip");
    await makeIn(making);
  });
  return pythonIn(folder);
}

async function makeIn(folder: string): Promise<void> {
  await fetchBy("moto", await requirePython(), ["-m", "venv", folder]);
  const install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "-r", REQUIREMENTS];
  await fetchBy("moto", pythonIn(folder), install);
}

function pythonIn(folder: string): string {
  return join(folder, "bin", "python3");
}
