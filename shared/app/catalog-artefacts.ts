import { Run } from "../engine/run.ts";
import { InputError } from "../market/input-error.ts";
import type { PinnedCode, RunArtefact, RunArtefacts } from "../ports/run-artefacts.ts";
import type { StrategyCatalog } from "../ports/strategy-catalog.ts";

/** The strategies and the engine of this process, for runs that were registered with just these. */
export class CatalogArtefacts implements RunArtefacts {
  readonly #catalog: StrategyCatalog;
  readonly #artefacts = new Map<string, RunArtefact>();

  constructor(catalog: StrategyCatalog) {
    this.#catalog = catalog;
  }

  async load({ strategy: name, bundleHash, engineHash }: PinnedCode): Promise<RunArtefact> {
    const held = await this.#catalog.load(name);
    if (held.bundleHash !== bundleHash || (await this.#catalog.engineHash()) !== engineHash) {
      throw new InputError("not-found", `strategy ${name} or the engine has changed since it was registered`);
    }
    const { strategy, parameters } = held;
    const key = `${bundleHash}-${engineHash}`;
    const artefact = this.#artefacts.get(key) ?? {
      parameters,
      define: (rest) => {
        const definition = { strategy, ...rest };
        return () => new Run(definition);
      },
      framesOf: ({ stack = "" }) =>
        stack
          .split("\n")
          .flatMap((line) => /^\s+at (.*)$/.exec(line)?.[1] ?? [])
          .filter((frame) => !frame.includes("/shared/engine/")),
    };
    this.#artefacts.set(key, artefact);
    return artefact;
  }
}
