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
    // An ES module that imports Node's http gets all that hangs on it, of which fetch and web sockets alone take 30 ms.
    imported: /^(node:)?http$/,
    from: /\/node_modules\//,
    code: 'module.exports = process.getBuiltinModule("node:http");',
  },
  {
    // No stream of events is asked for.
    imported: /^@smithy\/core\/event-streams$/,
    from: /\/(@aws-sdk|@smithy)\//,
    code: "export class EventStreamSerde {} export const eventStreamSerdeProvider = () => ({}); export const resolveEventStreamSerdeConfig = (input) => input;",
  },
  {
    // DynamoDB's own endpoint is known.
    imported: /^@aws-sdk\/endpoint-cache$/,
    from: /\/@aws-sdk\/middleware-endpoint-discovery\//,
    code: "export class EndpointCache {}",
  },
  {
    // Objects have checksums of another kind.
    imported: /^@aws-sdk\/checksums\/sha$/,
    from: /\/@aws-sdk\/client-s3\//,
    code: "export const Sha1 = undefined;",
  },
  {
    // A bucket is in one region.
    imported: /^@aws-sdk\/signature-v4-multi-region$/,
    from: /\/@aws-sdk\/client-s3\//,
    code:
      'import { SignatureV4 } from "@smithy/signature-v4"; export class SignatureV4MultiRegion extends SignatureV4 { ' +
      'static sigv4aDependency() { return "none"; } }',
  },
  {
    // QuestDB's password is always given.
    imported: /^pgpass$/,
    from: /\/pg\/lib\//,
    code: 'module.exports = () => { throw new Error("no file of passwords is read"); };',
  },
  {
    // It is asked for as it is.
    imported: /^\.\/crypto\/sasl$/,
    from: /\/pg\/lib\//,
    code: 'exports.startSession = () => { throw new Error("QuestDB asks for SCRAM, which functions do not speak"); };',
  },
  {
    imported: /^pg-connection-string$/,
    from: /\/pg\/lib\//,
    code: 'exports.parse = () => { throw new Error("QuestDB is given by host and port"); };',
  },
  {
    imported: /^\.\/native$/,
    from: /\/pg\/lib\//,
    code: 'throw Object.assign(new Error("pg-native is left out"), { code: "MODULE_NOT_FOUND" });',
  },
  {
    // A function is given its records by its trigger.
    imported: /^\.\/(admin|consumer|src\/consumer\/assign\w+)$/,
    from: /\/kafkajs\/(src\/)?index\.js$/,
    code: 'module.exports = () => { throw new Error("functions have no consumer and no admin client of Kafka"); };',
  },
  {
    imported:
      /^\.\/(fetch|listOffsets|joinGroup|syncGroup|leaveGroup|heartbeat|offset\w+|\w*Txn|txnOffset\w+|(describe|create|delete|alter)\w+|list(Groups|Partition)\w*)$/,
    from: /\/kafkajs\/src\/protocol\/requests\/index\.js$/,
    code: "module.exports = { versions: [] };",
  },
];

/** AWS's clients describe every request and answer of their service as a constant of its own. */
const SCHEMAS = /\/@aws-sdk\/[^/]+\/dist-es\/schemas\/schemas_\d+\.js$/;
const SCHEMA = /^export var ([\w$]+) = (\[[\s\S]*?\]);$/gm;

/**
 * Errors are registered with all that they hold, each a class of its own. One that is not becomes an error with the same
 * name and message, which is all that is asked of any but these: of them more is read.
 */
const ERROR =
  /^n\d+_registry\.registerError\((?!ConditionalCheckFailedException\$|TransactionCanceledException\$).*$/gm;

/** What is read of a package's description: who it is, not all that it needs. */
const DESCRIPTIONS = /\/node_modules\/(@aws-sdk\/[^/]+|kafkajs)\/package\.json$/;

const NAMESPACE = "left-out";

/** Leaves out of a bundle what writes to QuestDB, for a function that only reads there. */
export const readsQuestdbOnly: Plugin = {
  name: "reads-questdb-only",
  setup: (bundler) => {
    bundler.onLoad({ filter: /\/@questdb\/nodejs-client\/.*\.m?js$/ }, () => ({
      contents:
        'export const createBuffer = () => { throw new Error("this function writes nothing to QuestDB"); }; ' +
        "export class SenderOptions {}",
    }));
  },
};

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
      contents: (await readFile(path, "utf8"))
        .replace(SCHEMA, "export var $1 = /* @__PURE__ */ (() => $2)();")
        .replace(ERROR, ""),
    }));
    bundler.onLoad({ filter: DESCRIPTIONS }, async ({ path }) => {
      const { name, version, bugs } = JSON.parse(await readFile(path, "utf8")) as Record<string, unknown>;
      return { contents: JSON.stringify({ name, version, bugs }), loader: "json" };
    });
  },
};
