import { engineHash, listStrategies, loadStrategy, strategyRoots } from "#local/strategies/catalog.ts";
import type { CatalogStrategy, StrategyCatalog } from "#shared/ports/strategy-catalog.ts";

/** Strategies in folders: the repository's, and those that MILLRACE_STRATEGIES names. Each is loaded once. */
export class FolderCatalog implements StrategyCatalog {
  readonly #roots: readonly string[];
  readonly #loaded = new Map<string, Promise<CatalogStrategy>>();
  #engineHash: Promise<string> | null = null;

  constructor(environment: Readonly<Record<string, string | undefined>>) {
    this.#roots = strategyRoots(environment);
  }

  async names(): Promise<readonly string[]> {
    return listStrategies(this.#roots).map((entry) => entry.name);
  }

  load(name: string): Promise<CatalogStrategy> {
    const known = this.#loaded.get(name) ?? loadStrategy(this.#roots, name);
    this.#loaded.set(name, known);
    return known;
  }

  engineHash(): Promise<string> {
    this.#engineHash ??= engineHash();
    return this.#engineHash;
  }
}
