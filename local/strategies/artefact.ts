import { join } from "node:path";
import { build } from "esbuild";
import type { RunCode } from "#shared/app/run-plan.ts";
import { InputError } from "#shared/market/input-error.ts";
import type { LargeStateStore } from "#shared/ports/large-state-store.ts";
import { ARTEFACT_VERSION, artefactKey } from "#shared/wire/run-artefact.ts";
import { bundleHash, engineHash, findStrategy, REPOSITORY, RUNNABLE } from "./catalog.ts";

/**
 * Stores a strategy with the engine, as one module that needs no other, for live runs that are registered with this
 * code. Repeats change nothing. Throws InputError 'conflict' where the files have changed since the code was loaded.
 */
export async function publishArtefact(
  store: Pick<LargeStateStore, "get" | "put">,
  roots: readonly string[],
  { strategy, engineHash: engine }: RunCode,
): Promise<void> {
  const key = artefactKey({ bundleHash: strategy.bundleHash, engineHash: engine });
  if ((await store.get(key)) !== null) return;
  const { file } = findStrategy(roots, strategy.name);
  const text = await artefactText(file);
  if ((await bundleHash(file)) !== strategy.bundleHash || (await engineHash()) !== engine) {
    throw new InputError(
      "conflict",
      `strategy ${strategy.name} or the engine was changed while the run began: begin it again`,
    );
  }
  await store.put(key, text);
}

/** The module, with a map of its lines to those of the sources. */
async function artefactText(file: string): Promise<Uint8Array> {
  const result = await build({
    stdin: {
      contents: [
        `import { artefactOf } from ${JSON.stringify(join(import.meta.dirname, "artefact-entry.ts"))};`,
        `import * as exports from ${JSON.stringify(file)};`,
        `export const version = ${ARTEFACT_VERSION};`,
        `export const artefact = artefactOf("the artefact", exports);`,
      ].join("\n"),
      resolveDir: REPOSITORY,
    },
    ...RUNNABLE,
    outdir: REPOSITORY,
    sourcemap: "inline",
    sourcesContent: false,
    legalComments: "none",
  });
  return result.outputFiles[0]!.contents;
}
