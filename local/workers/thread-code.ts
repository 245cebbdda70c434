import { isBuiltin } from "node:module";
import { dirname, join, relative, sep } from "node:path";
import { build, type Metafile } from "esbuild";
import { bundleHash, findStrategy, REPOSITORY, RUNNABLE } from "#local/strategies/catalog.ts";

/** What threads run for a strategy. */
export interface ThreadCode {
  /** A module of JavaScript that needs no other. */
  readonly module: string;
  /** sha256 of the strategy's bundle at the time, hex. */
  readonly bundleHash: string;
  /** Modules of Node that the strategy's files import. */
  readonly builtins: readonly string[];
}

/** Gives the exports of the strategy's module, which is loaded at the first call. */
export type LoadStrategy = () => Promise<Readonly<Record<string, unknown>>>;

/**
 * Bundles `thread`, a file that exports `serve(load: LoadStrategy)`, with a strategy. So all threads run one text, even
 * where a file is edited meanwhile, and none of them has to strip types: doing so in threads that come and go has
 * crashed Node 24 (in V8's bookkeeping of WebAssembly), besides being slow.
 */
export async function threadCode(roots: readonly string[], strategy: string, thread: string): Promise<ThreadCode> {
  const { file } = findStrategy(roots, strategy);
  const result = await build({
    stdin: {
      contents: `import { serve } from ${JSON.stringify(thread)};\nserve(() => import(${JSON.stringify(file)}));\n`,
      resolveDir: REPOSITORY,
    },
    ...RUNNABLE,
    metafile: true,
  });
  return {
    module: result.outputFiles[0]!.text,
    bundleHash: await bundleHash(file),
    builtins: builtinsOf(result.metafile, dirname(file)),
  };
}

/** Modules of Node that files in `folder` import. */
function builtinsOf({ inputs }: Metafile, folder: string): string[] {
  const inside = relative(REPOSITORY, folder).split(sep).join("/");
  const imports = Object.entries(inputs)
    .filter(([path]) => path.startsWith(`${inside}/`))
    .flatMap(([, input]) => input.imports)
    .filter(({ path, external }) => external === true && isBuiltin(path));
  return [...new Set(imports.map(({ path }) => path))].sort();
}

/** Path of a file of this folder. */
export function threadFile(name: string): string {
  return join(import.meta.dirname, name);
}
