import { createHash, randomUUID } from "node:crypto";
import { mkdir, open, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import type { LargeStateStore } from "#shared/ports/large-state-store.ts";

/**
 * Large states as files of one folder, for this user alone, each named by the hash of its key: a key may hold what a file
 * name may not.
 */
export class LargeStateFolder implements LargeStateStore {
  readonly #folder: string;

  /** The folder is made when the first state is put. */
  constructor(folder: string) {
    this.#folder = folder;
  }

  async put(key: string, state: Uint8Array): Promise<void> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    const file = this.#fileOf(key);
    const making = `${file}.${randomUUID()}`;
    try {
      await writeDurably(making, state);
      // A reader finds the whole state or none.
      await rename(making, file);
    } finally {
      await rm(making, { force: true });
    }
    const folder = await open(this.#folder);
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  }

  async get(key: string): Promise<Uint8Array | null> {
    try {
      const bytes = await readFile(this.#fileOf(key));
      return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
      throw error;
    }
  }

  async remove(key: string): Promise<void> {
    await rm(this.#fileOf(key), { force: true });
  }

  #fileOf(key: string): string {
    return join(this.#folder, createHash("sha256").update(key).digest("hex"));
  }
}

async function writeDurably(file: string, bytes: Uint8Array): Promise<void> {
  const handle = await open(file, "wx", 0o600);
  try {
    await handle.writeFile(bytes);
    await handle.sync();
  } finally {
    await handle.close();
  }
}
