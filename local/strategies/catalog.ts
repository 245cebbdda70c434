import { createHash } from "node:crypto";
import { existsSync, readdirSync } from "node:fs";
import { registerHooks } from "node:module";
import { delimiter, join, relative, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { type BuildFailure, type BuildOptions, build, type Plugin } from "esbuild";
import {
  describeParameter,
  type ParameterSpec,
  type ParameterValue,
  parseParameter,
} from "#shared/engine/parameter.ts";
import type { StrategyClass } from "#shared/engine/strategy.ts";
import { InputError } from "#shared/market/input-error.ts";
import { exportedStrategy } from "./strategy-export.ts";

/** Folder of the repository. */
export const REPOSITORY = fileURLToPath(new URL("../../", import.meta.url));
const ENGINE_ENTRY = join(REPOSITORY, "shared/engine/run.ts");
const STRATEGY_FILE = "strategy.ts";

/** Names that strategies import the engine by; inside the repository they are the `imports` of its package. */
const INSIDE = /^#(shared|strategies)\//;

/** The file that such a name stands for. */
function insideFile(specifier: string): string {
  return join(REPOSITORY, specifier.slice(1));
}

/** Strategies outside the repository's package import the engine by the same names. */
registerHooks({
  resolve: (specifier, context, next) =>
    INSIDE.test(specifier) && context.parentURL?.startsWith(pathToFileURL(REPOSITORY).href) !== true
      ? next(pathToFileURL(insideFile(specifier)).href, context)
      : next(specifier, context),
});

/** Lets esbuild find files by such names. */
export const insideNames: Plugin = {
  name: "names-inside-the-repository",
  setup: (bundler) => {
    bundler.onResolve({ filter: INSIDE }, ({ path }) => ({ path: insideFile(path) }));
  },
};

/** How a strategy is bundled to be run, with whatever runs it. */
export const RUNNABLE = {
  absWorkingDir: REPOSITORY,
  bundle: true,
  format: "esm",
  platform: "node",
  target: "node22",
  keepNames: true,
  write: false,
  // As Node itself runs TypeScript, whatever a tsconfig.json near the strategy says.
  tsconfigRaw: { compilerOptions: { useDefineForClassFields: true, verbatimModuleSyntax: true } },
  plugins: [insideNames],
  logLevel: "silent",
} satisfies BuildOptions;

/** A strategy that exists. */
export interface StrategyEntry {
  /** Name of its folder. */
  readonly name: string;
  /** Its source file. */
  readonly file: string;
}

/** A strategy ready to run. */
export interface LoadedStrategy extends StrategyEntry {
  readonly strategy: StrategyClass;
  readonly parameters: ParameterSpec;
  /** sha256, hex, of the strategy bundled with all its imports: another hash is another strategy. */
  readonly bundleHash: string;
}

/** Folders that hold strategies: the repository's, then those that MILLRACE_STRATEGIES lists, separated as PATH is. */
export function strategyRoots(environment: Readonly<Record<string, string | undefined>>): readonly string[] {
  const further = (environment["MILLRACE_STRATEGIES"] ?? "").split(delimiter).filter((root) => root !== "");
  return [join(REPOSITORY, "strategies"), ...further.map((root) => resolve(root))];
}

/**
 * All strategies in `roots`, by name: each is a folder with a `strategy.ts`. Throws InputError for a root that does not
 * exist and for a name that two roots have.
 */
export function listStrategies(roots: readonly string[]): readonly StrategyEntry[] {
  const found = new Map<string, StrategyEntry>();
  for (const root of roots) {
    if (!existsSync(root)) {
      throw new InputError(
        "not-found",
        `strategy folder ${root} does not exist: create it or mend MILLRACE_STRATEGIES`,
      );
    }
    for (const name of readdirSync(root)) {
      const file = join(root, name, STRATEGY_FILE);
      if (!existsSync(file)) continue;
      const other = found.get(name);
      if (other !== undefined) {
        throw new InputError(
          "conflict",
          `strategy ${name} is in ${other.file} and in ${file}: rename one of the folders`,
        );
      }
      found.set(name, { name, file });
    }
  }
  return [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/**
 * Loads a strategy by name. Throws InputError where there is none, and where its file cannot be loaded or does not export
 * exactly one.
 */
export async function loadStrategy(roots: readonly string[], name: string): Promise<LoadedStrategy> {
  const entry = findStrategy(roots, name);
  // First, as a bundler says where the fault is.
  const hash = await loading(entry.file, () => bundleHash(entry.file));
  const exports: Readonly<Record<string, unknown>> = await loading(
    entry.file,
    () => import(pathToFileURL(entry.file).href),
  );
  const strategy = exportedStrategy(shortPath(entry.file), exports);
  return { ...entry, strategy, parameters: strategy.parameters, bundleHash: hash };
}

/** Throws InputError 'bad-data' where `load` throws: what a user's file says is no fault of Millrace. */
async function loading<T>(file: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (error) {
    throw new InputError("bad-data", `${shortPath(file)} cannot be loaded: ${faultOf(file, error)}`, { cause: error });
  }
}

/** What is wrong with a file, and where: `line 3: Unexpected end of file`. */
function faultOf(file: string, error: unknown): string {
  const found = isBuildFailure(error) ? error.errors[0] : undefined;
  if (found !== undefined) {
    const { location, text } = found;
    if (location === null) return text;
    const other = resolve(REPOSITORY, location.file);
    return `${other === file ? "" : `${shortPath(other)}, `}line ${location.line}: ${text}`;
  }
  if (!(error instanceof Error)) return String(error);
  const [message = ""] = error.message.split("\n");
  const line = lineIn(file, error.stack ?? "");
  return line === null ? message : `line ${line}: ${message}`;
}

/** The line of `file` that a stack names first. */
function lineIn(file: string, stack: string): string | null {
  for (const name of [pathToFileURL(file).href, file]) {
    const at = stack.indexOf(`${name}:`);
    if (at >= 0) return /^:(\d+)/.exec(stack.slice(at + name.length))?.[1] ?? null;
  }
  return null;
}

function isBuildFailure(error: unknown): error is BuildFailure {
  return error instanceof Error && Array.isArray((error as Partial<BuildFailure>).errors);
}

/** A path as people write it: from the folder they are in, unless it lies outside. */
function shortPath(path: string): string {
  const short = relative(process.cwd(), path);
  return short.startsWith("..") ? path : short;
}

/** Finds a strategy by name. Throws InputError where there is none. */
export function findStrategy(roots: readonly string[], name: string): StrategyEntry {
  const entries = listStrategies(roots);
  const entry = entries.find((candidate) => candidate.name === name);
  if (entry !== undefined) return entry;
  const known = entries.length === 0 ? "there are none" : `there are ${entries.map((other) => other.name).join(", ")}`;
  throw new InputError("not-found", `no strategy is called '${name}': ${known}, in ${roots.join(" and ")}`);
}

/** Parameter values from `name=value` texts. Throws InputError listing what exists, or what is allowed. */
export function parseParameters(
  loaded: Pick<LoadedStrategy, "name" | "parameters">,
  texts: readonly string[],
): Readonly<Record<string, ParameterValue>> {
  const values: Record<string, ParameterValue> = {};
  for (const text of texts) {
    const at = text.indexOf("=");
    if (at < 1) throw new InputError("usage", `parameter '${text}' has no value: write name=value, such as fast=10`);
    const name = text.slice(0, at);
    const parameter = Object.hasOwn(loaded.parameters, name) ? loaded.parameters[name] : undefined;
    if (parameter === undefined) {
      throw new InputError(
        "usage",
        `strategy ${loaded.name} has no parameter '${name}': ${parameterList(loaded.parameters)}`,
      );
    }
    values[name] = parseParameter(name, parameter, text.slice(at + 1));
  }
  return values;
}

function parameterList(parameters: ParameterSpec): string {
  const names = Object.entries(parameters).map(([name, parameter]) => `${name} (${describeParameter(parameter)})`);
  return names.length === 0 ? "it has none" : `it has ${names.join(", ")}`;
}

/** sha256, hex, of the engine bundled with all its imports. */
export function engineHash(): Promise<string> {
  return bundleHash(ENGINE_ENTRY);
}

/** sha256, hex, of a module bundled with all its imports, the same wherever the files lie. */
export async function bundleHash(entry: string): Promise<string> {
  const result = await build({
    entryPoints: [entry],
    absWorkingDir: REPOSITORY,
    bundle: true,
    format: "esm",
    platform: "node",
    target: "node20",
    write: false,
    legalComments: "none",
    // White space removed takes esbuild's comments with file paths along.
    minifyWhitespace: true,
    plugins: [insideNames],
    logLevel: "silent",
  });
  return createHash("sha256").update(result.outputFiles[0]!.contents).digest("hex");
}
