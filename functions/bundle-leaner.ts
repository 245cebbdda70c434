import { readFile } from "node:fs/promises";
import type { Plugin } from "esbuild";

/** What packages bring along and no function calls: in its place stands the code given here. */
interface Replacement {
  /** Of the name by which it is imported. */
  readonly imported: RegExp;
  /** Of the file that imports it. */
  readonly from: RegExp;
  readonly code: string;
}

const REPLACEMENTS: readonly Replacement[] = [
  {
    // AWS gives a function its credentials in the environment, as the local host does: no profile, web login or metadata
    // service is ever asked.
    imported: /^@aws-sdk\/credential-provider-node$/,
    from: /\/@aws-sdk\//,
    code: 'export { fromEnv as defaultProvider } from "@aws-sdk/credential-provider-env";',
  },
  {
    // Lines are made with QuestDB's client and sent with fetch.
    imported: /^undici$/,
    from: /\/@questdb\/nodejs-client\//,
    code: "export class Agent {} export class RetryAgent {}",
  },
  {
    imported: /^\.\/native$/,
    from: /\/pg\/lib\//,
    code: 'throw Object.assign(new Error("pg-native is left out"), { code: "MODULE_NOT_FOUND" });',
  },
  {
    // A function is given its records by its trigger.
    imported: /^\.\/(admin|consumer)$/,
    from: /\/kafkajs\/src\/index\.js$/,
    code: 'module.exports = () => { throw new Error("functions have no consumer and no admin client of Kafka"); };',
  },
  {
    imported:
      /^\.\/(fetch|joinGroup|syncGroup|leaveGroup|heartbeat|offset\w+|txnOffset\w+|(describe|create|delete|alter)\w+|list(Groups|Partition)\w*)$/,
    from: /\/kafkajs\/src\/protocol\/requests\/index\.js$/,
    code: "module.exports = { versions: [] };",
  },
];

/** AWS's clients describe every request and answer of their service as a constant of its own. */
const SCHEMAS = /\/@aws-sdk\/[^/]+\/dist-es\/schemas\/schemas_\d+\.js$/;
const SCHEMA = /^export var ([\w$]+) = (\[[\s\S]*?\]);$/gm;

const NAMESPACE = "left-out";

/** Leaves out of a bundle what no function calls. */
export const leaner: Plugin = {
  name: "leaner",
  setup: (bundler) => {
    for (const [i, { imported, from }] of REPLACEMENTS.entries()) {
      bundler.onResolve({ filter: imported }, ({ importer, resolveDir }) =>
        from.test(importer) ? { path: String(i), namespace: NAMESPACE, pluginData: resolveDir } : undefined,
      );
    }
    bundler.onLoad({ filter: /.*/, namespace: NAMESPACE }, ({ path, pluginData }) => ({
      contents: REPLACEMENTS[Number(path)]!.code,
      resolveDir: pluginData as string,
    }));
    // Their computed keys keep the bundler from seeing that those which nobody uses can go.
    bundler.onLoad({ filter: SCHEMAS }, async ({ path }) => ({
      contents: (await readFile(path, "utf8")).replace(SCHEMA, "export var $1 = /* @__PURE__ */ (() => $2)();"),
    }));
  },
};
