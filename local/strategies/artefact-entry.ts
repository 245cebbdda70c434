import { Run } from "#shared/engine/run.ts";
import type { RunArtefact } from "#shared/ports/run-artefacts.ts";
import { exportedStrategy } from "./strategy-export.ts";

/** What an artefact exports of a strategy's module; it is bundled with this file and with the engine as it is now. */
export function artefactOf(file: string, exports: Readonly<Record<string, unknown>>): Omit<RunArtefact, "framesOf"> {
  const strategy = exportedStrategy(file, exports);
  return {
    parameters: strategy.parameters,
    define: (rest) => {
      const definition = { strategy, ...rest };
      return () => new Run(definition);
    },
  };
}
