import type { ParameterSpec } from "../engine/parameter.ts";
import type { Run } from "../engine/run.ts";
import type { RunDefinition } from "../engine/run-definition.ts";

/** The code that a live run was registered with. */
export interface PinnedCode {
  /** Name of the strategy. */
  readonly strategy: string;
  /** sha256 of the strategy bundled with all that it imports, hex. */
  readonly bundleHash: string;
  /** sha256 of the engine's bundle, hex. */
  readonly engineHash: string;
}

/** A run of an artefact's own engine: as much of it as a host calls. */
export type ArtefactRun = Pick<
  Run,
  "offer" | "tell" | "end" | "told" | "clock" | "next" | "advance" | "drain" | "resultHash" | "snapshot" | "restore"
>;

/** Makes a fresh run of one definition. Throws InputError for one that it cannot run with. */
export type MakeRun = () => ArtefactRun;

/** A strategy with the engine of its time. What its runs throw is of its own classes: tell errors by name, never by class. */
export interface RunArtefact {
  readonly parameters: ParameterSpec;
  /** Runs of this definition, which is described once for all of them. */
  define(definition: Omit<RunDefinition, "strategy">): MakeRun;
  /** Where in the sources of the strategy an error was thrown, innermost first: `SmaCross.next (strategy.ts:12:7)`. */
  framesOf(error: Error): readonly string[];
}

/** Where live runs find the code that they are pinned to, whatever is deployed by now. */
export interface RunArtefacts {
  /**
   * Throws InputError: 'not-found' where it is not there, 'conflict' where it is of an interface that is not known,
   * 'bad-data' where its module throws.
   */
  load(code: PinnedCode): Promise<RunArtefact>;
}
