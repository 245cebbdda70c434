import type { PinnedCode } from "../ports/run-artefacts.ts";

/**
 * Version of what an artefact's module exports, and of the values that pass through it: `version`, and `artefact` as
 * `RunArtefact` has it, without `framesOf`. What changes either raises it; from the first release on, the ones before have to be read, too.
 */
export const ARTEFACT_VERSION = 2;

/** Key of an artefact among large states. */
export function artefactKey({ bundleHash, engineHash }: Pick<PinnedCode, "bundleHash" | "engineHash">): string {
  return `artefact/${bundleHash}-${engineHash}`;
}
