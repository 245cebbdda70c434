import { randomBytes } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** The password of a server's data folder: made at the first start, readable by its owner alone, the same ever after. */
export async function passwordOf(folder: string): Promise<string> {
  const file = join(folder, "password");
  await mkdir(folder, { recursive: true });
  try {
    await writeFile(file, randomBytes(18).toString("hex"), { flag: "wx", mode: 0o600 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
  return readFile(file, "utf8");
}
