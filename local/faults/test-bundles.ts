import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Plugin } from "esbuild";
import { bundle } from "#functions/bundle.ts";
import type { StageName } from "./memory-chain.ts";
import { NEWER_VERSION } from "./scenario.ts";

/**
 * What is bundled: a function as it is, one whose ports let armed faults happen, or one of a newer version, which knows
 * the records of that version. All give up sooner than users would like, so that a test need not wait as long.
 */
export type BundleKind = "plain" | "faulty" | "newer";

/** Files of the bundles, by function. */
export type Bundles = Readonly<Record<BundledName, string>>;

type BundledName = StageName | "rebuild";

const NAMES: readonly BundledName[] = ["aggregate", "archive", "step-strategies", "rebuild"];
const REPOSITORY = fileURLToPath(new URL("../../", import.meta.url));

/** What is written otherwise: in which file, which words, and what for them. */
interface Edit {
  readonly file: RegExp;
  readonly from: string;
  readonly to: string;
}

const SHORT_DEADLINES: readonly Edit[] = [
  { file: /functions\/wiring\/event-log\.ts$/, from: "DEADLINE_MS = 20_000", to: "DEADLINE_MS = 3_000" },
  { file: /functions\/wiring\/questdb\.ts$/, from: "DEADLINE_MS = 30_000", to: "DEADLINE_MS = 3_000" },
  { file: /shared\/adapters\/dynamodb\/settings\.ts$/, from: "REQUEST_MS = 10_000", to: "REQUEST_MS = 1_000" },
];
const NEWER: Edit = {
  file: /shared\/wire\/tick-records\.ts$/,
  from: "TICKS_VERSION = 1",
  to: `TICKS_VERSION = ${NEWER_VERSION}`,
};

/** Bundles the stream functions into a folder. */
export async function testBundles(folder: string, kind: BundleKind): Promise<Bundles> {
  const edits = kind === "newer" ? [...SHORT_DEADLINES, NEWER] : SHORT_DEADLINES;
  const files = NAMES.map(async (name) => {
    const plugins = [...(kind === "faulty" && name !== "rebuild" ? [faultyHandler(name)] : []), editing(edits)];
    const { contents } = await bundle(`functions/${name}/index.ts`, plugins);
    const file = join(folder, kind, name, "index.mjs");
    await mkdir(join(file, ".."), { recursive: true });
    await writeFile(file, contents);
    return [name, file] as const;
  });
  return Object.fromEntries(await Promise.all(files)) as Record<BundledName, string>;
}

function editing(edits: readonly Edit[]): Plugin {
  return {
    name: "edits of a test",
    setup(build) {
      for (const { file, from, to } of edits) {
        build.onLoad({ filter: file }, async ({ path }) => {
          const text = await readFile(path, "utf8");
          if (!text.includes(from)) throw new Error(`${path} does not say '${from}' any more: mend ${import.meta.url}`);
          return { contents: text.replace(from, to), loader: "ts" };
        });
      }
    },
  };
}

/** Puts a handler in the place of a function's own that is the same, but for its ports. */
function faultyHandler(stage: StageName): Plugin {
  const handler = join(REPOSITORY, "functions", stage, "handler.ts");
  return {
    name: "faulty handler",
    setup(build) {
      build.onResolve({ filter: /^\.\/handler\.ts$/ }, () => ({ path: stage, namespace: "faulty" }));
      build.onLoad({ filter: /.*/, namespace: "faulty" }, () => ({
        contents: [
          `import { serve as serveSoundly } from ${JSON.stringify(handler)};`,
          `import { faultyServe } from ${JSON.stringify(join(REPOSITORY, "local/faults/faulty-handler.ts"))};`,
          `export const serve = faultyServe(${JSON.stringify(stage)}, serveSoundly);`,
        ].join("\n"),
        loader: "ts",
        resolveDir: REPOSITORY,
      }));
    },
  };
}
