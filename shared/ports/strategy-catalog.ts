import type { ParameterSpec } from "../engine/parameter.ts";
import type { StrategyClass } from "../engine/strategy.ts";

/** A strategy as it can be run. */
export interface CatalogStrategy {
  readonly name: string;
  readonly strategy: StrategyClass;
  readonly parameters: ParameterSpec;
  /** sha256 of the strategy bundled with all that it imports, hex. */
  readonly bundleHash: string;
}

/** The strategies that there are. */
export interface StrategyCatalog {
  /** Names, sorted. */
  names(): Promise<readonly string[]>;
  /** Throws InputError 'not-found' for a name that is not there. */
  load(name: string): Promise<CatalogStrategy>;
  /** sha256 of the engine's bundle, hex. */
  engineHash(): Promise<string>;
}
