import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { SourceMap, type SourceMapPayload } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { InputError, type InputErrorCode } from "#shared/market/input-error.ts";
import type { LargeStateStore } from "#shared/ports/large-state-store.ts";
import type { PinnedCode, RunArtefact, RunArtefacts } from "#shared/ports/run-artefacts.ts";
import { ARTEFACT_VERSION, artefactKey } from "#shared/wire/run-artefact.ts";

/** What an artefact's module exports. */
interface ArtefactModule {
  readonly version: unknown;
  readonly artefact: Omit<RunArtefact, "framesOf">;
}

/** Artefacts among large states, each loaded once a process. */
export class StoredArtefacts implements RunArtefacts {
  readonly #store: Pick<LargeStateStore, "get">;
  readonly #loaded = new Map<string, Promise<RunArtefact>>();

  constructor(store: Pick<LargeStateStore, "get">) {
    this.#store = store;
  }

  load(code: PinnedCode): Promise<RunArtefact> {
    const key = artefactKey(code);
    const known = this.#loaded.get(key);
    if (known !== undefined) return known;
    const loading = this.#load(key, code.strategy);
    this.#loaded.set(key, loading);
    // It may be there the next time.
    loading.catch(() => this.#loaded.delete(key));
    return loading;
  }

  async #load(key: string, strategy: string): Promise<RunArtefact> {
    const bytes = await this.#store.get(key);
    if (bytes === null) throw new InputError("not-found", `the code of strategy ${strategy} (${key}) is not stored`);
    const text = new TextDecoder().decode(bytes);
    // Without its map, which others would look for files by.
    const { version, artefact } = await importText(text.replace(INLINE_MAP, ""), strategy);
    if (version !== ARTEFACT_VERSION) {
      throw new InputError(
        "conflict",
        `the stored code of strategy ${strategy} (${key}) is of version ${String(version)}, this Millrace knows ` +
          `version ${ARTEFACT_VERSION}: run it with the Millrace that stored it`,
      );
    }
    let map: SourceMap | null | undefined;
    return {
      parameters: artefact.parameters,
      define: (definition) => {
        const make = artefact.define(definition);
        return () => inOurWords(make);
      },
      framesOf: ({ stack = "" }) => {
        // Only once it is needed, as few runs fail.
        map ??= sourceMapOf(text);
        return framesOf(stack, map);
      },
    };
  }
}

/** Imports a module from memory: it may be read by nobody else meanwhile, and is not needed as a file any more after. */
async function importText(text: string, strategy: string): Promise<ArtefactModule> {
  const folder = await mkdtemp(join(tmpdir(), "millrace-artefact-"));
  try {
    const file = join(folder, "artefact.mjs");
    await writeFile(file, text, { mode: 0o600, flag: "wx" });
    return (await import(pathToFileURL(file).href).catch((cause: unknown) => {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new InputError("bad-data", `the stored code of strategy ${strategy} cannot be loaded: ${reason}`, {
        cause,
      });
    })) as ArtefactModule;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** What an artefact refuses, as this process' own class of error. */
function inOurWords<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof Error) || error instanceof InputError || error.name !== "InputError") throw error;
    const { code } = error as Error & { readonly code: InputErrorCode };
    throw new InputError(code, error.message, { cause: error });
  }
}

const INLINE_MAP = /^\/\/# sourceMappingURL=data:application\/json;base64,([A-Za-z0-9+/=]+)\s*$/m;

function sourceMapOf(text: string): SourceMap | null {
  const encoded = INLINE_MAP.exec(text)?.[1];
  if (encoded === undefined) return null;
  return new SourceMap(JSON.parse(Buffer.from(encoded, "base64").toString("utf8")) as SourceMapPayload);
}

const FRAME = /^\s+at (?:(.*) \()?(?:file:)?[^()]*artefact\.mjs:(\d+):(\d+)\)?$/;

/** Frames of the artefact in its sources, those of the engine left out. */
function framesOf(stack: string, map: SourceMap | null): string[] {
  return stack.split("\n").flatMap((line) => {
    const match = FRAME.exec(line);
    if (match === null || map === null) return [];
    const [, name, row, column] = match;
    const entry = map.findEntry(Number(row) - 1, Number(column) - 1);
    if (!("originalSource" in entry) || entry.originalSource.includes("shared/engine/")) return [];
    const place = `${entry.originalSource}:${entry.originalLine + 1}:${entry.originalColumn + 1}`;
    return [name === undefined ? place : `${name} (${place})`];
  });
}
