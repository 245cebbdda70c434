import { mkdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build, type Metafile, type Plugin } from "esbuild";
import { leaner, readsQuestdbOnly } from "./bundle-leaner.ts";
import { FUNCTIONS, type FunctionName } from "./topology.ts";

/** What a bundle holds much of: a package, or a folder of the repository. */
export interface BundlePart {
  readonly name: string;
  readonly bytes: number;
}

/** A function as AWS and the local host run it. */
export interface BuiltFunction {
  readonly name: FunctionName;
  /** An ESM file that exports `handler(event)`. */
  readonly file: string;
  readonly bytes: number;
  readonly gzipBytes: number;
  /** Largest first. */
  readonly parts: readonly BundlePart[];
}

/** A larger bundle is refused: it starts too slowly. */
const MOST_BYTES = 1_000_000;

const REPOSITORY = fileURLToPath(new URL("../", import.meta.url));
const DIST = join(REPOSITORY, "functions", "dist");

/** CommonJS packages in an ESM file still ask for Node's modules by `require`. */
const REQUIRE = 'import{createRequire}from"node:module";const require=createRequire(import.meta.url);';

/**
 * Builds functions (all unless told which) into `functions/dist/<name>/index.mjs`, the same bytes for the same sources.
 * Several may build at once. Throws Error for a bundle that is larger than 1 MB; says then what it is made of.
 */
export function buildFunctions(
  names: readonly FunctionName[] = FUNCTIONS.map(({ name }) => name),
): Promise<readonly BuiltFunction[]> {
  return Promise.all(names.map(buildFunction));
}

async function buildFunction(name: FunctionName): Promise<BuiltFunction> {
  // History is read to warm runs up; of the streaming functions archive alone writes to the stores.
  const plugins = name === "step-strategies" ? [readsQuestdbOnly] : [];
  const { contents, parts } = await bundle(`functions/${name}/index.ts`, plugins);
  if (contents.length > MOST_BYTES) {
    const largest = parts.slice(0, 5).map((part) => `${part.name} ${kilobytes(part.bytes)}`);
    throw new Error(
      `The bundle of ${name} has ${kilobytes(contents.length)} of ${kilobytes(MOST_BYTES)} at most, most of it ` +
        `${largest.join(", ")}: import less, or have functions/bundle-leaner.ts leave out what is never called.`,
    );
  }
  const file = join(DIST, name, "index.mjs");
  await writeWhole(file, contents);
  return { name, file, bytes: contents.length, gzipBytes: gzipSync(contents).length, parts };
}

/** A module of the repository with all that it imports, as one file. `plugins` come before those of every bundle. */
export async function bundle(
  entry: string,
  plugins: readonly Plugin[] = [],
): Promise<{ contents: Uint8Array; parts: readonly BundlePart[] }> {
  const { outputFiles, metafile } = await build({
    entryPoints: [entry],
    absWorkingDir: REPOSITORY,
    outfile: "index.mjs",
    write: false,
    bundle: true,
    format: "esm",
    platform: "node",
    target: "node24",
    mainFields: ["module", "main"],
    // Errors have their names as fields; strategies come as modules of their own, which keep all names.
    minify: true,
    legalComments: "none",
    banner: { js: REQUIRE },
    metafile: true,
    logLevel: "silent",
    plugins: [...plugins, leaner],
  });
  return { contents: outputFiles[0]!.contents, parts: partsOf(metafile) };
}

function partsOf(metafile: Metafile): BundlePart[] {
  const sizes = new Map<string, number>();
  for (const [file, { bytesInOutput }] of Object.values(metafile.outputs).flatMap(({ inputs }) =>
    Object.entries(inputs),
  )) {
    const name = /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1] ?? file.split("/").slice(0, 2).join("/");
    sizes.set(name, (sizes.get(name) ?? 0) + bytesInOutput);
  }
  return [...sizes].map(([name, bytes]) => ({ name, bytes })).sort((a, b) => b.bytes - a.bytes);
}

/** A reader finds the whole file or the one before. */
async function writeWhole(file: string, contents: Uint8Array): Promise<void> {
  await mkdir(join(file, ".."), { recursive: true });
  const making = `${file}.${process.pid}.${performance.now()}`;
  await writeFile(making, contents);
  await rename(making, file);
}

function kilobytes(bytes: number): string {
  return `${Math.round(bytes / 1_000)} kB`;
}
