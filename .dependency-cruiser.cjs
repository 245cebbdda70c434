// Who may import whom. Each comment says what to do instead of the import that it forbids.

/** Tests may reach everything; what they cover may not. */
const TEST = "\\.test\\.ts$";
/** Starts a browser to look at reports in tests and while one works on them. */
const BROWSER = "^local/report/browser\\.ts$";
const DOMAIN = "^shared/(market|aggregation|engine|generator|report)/";
/** Node modules that neither reach outside the process nor belong to one technology. */
const PLAIN_NODE =
  "^(node:)?(assert|async_hooks|buffer|crypto|events|os|path|stream|stream/promises|timers|timers/promises|url|util)$";

/** What each adapter wraps, and nobody else imports. A new adapter adds its line here. */
const SDKS = {
  aws: ["@aws-sdk/[^/]+", "@smithy/[^/]+", "@aws-lambda-powertools/[^/]+"],
  ccxt: ["ccxt"],
  dynamodb: ["@aws-sdk/(client-dynamodb|lib-dynamodb)"],
  duckdb: ["@duckdb/[^/]+"],
  files: ["yauzl", "hyparquet", "hyparquet-compressors", "hyparquet-writer"],
  kafka: ["@platformatic/kafka", "kafkajs"],
  questdb: ["@questdb/[^/]+", "pg"],
  vm: [],
};
/** Node modules that an adapter may use besides the plain ones. */
const NODE_MODULES = {
  duckdb: ["fs", "fs/promises"],
  files: ["fs", "fs/promises", "module", "zlib"],
  vm: ["vm"],
};

const packages = (names) => names.map((name) => `^node_modules/${name}/`);
const nodeModules = (names) => names.map((name) => `^(node:)?${name}$`);
const everySdk = packages(Object.values(SDKS).flat());

/** `folder` may import its own files and those that `allowed` matches; rules on packages stand apart. */
function layer(folder, allowed, comment) {
  const name = `${folder.split("/").at(-1)}-layer`;
  return {
    name,
    severity: "error",
    comment,
    from: { path: `^${folder}/`, pathNot: TEST },
    to: { dependencyTypes: ["local"], pathNot: [`^${folder}/`, ...allowed] },
  };
}

/** An adapter imports its own SDK and no other package. */
function adapterSdk(adapter) {
  return {
    name: `adapter-${adapter}-sdk`,
    severity: "error",
    comment: `The ${adapter} adapter wraps one technology: move this to the adapter of the package's own, or list the package as its SDK in .dependency-cruiser.cjs.`,
    from: { path: `^shared/adapters/${adapter}/`, pathNot: TEST },
    to: {
      dependencyTypesNot: ["local", "type-only"],
      pathNot: [...packages(SDKS[adapter]), ...nodeModules(NODE_MODULES[adapter] ?? []), PLAIN_NODE],
    },
  };
}

module.exports = {
  forbidden: [
    layer(
      "shared/market",
      [],
      "Market values stand alone: move what you need into shared/market, or take it as a parameter.",
    ),
    layer(
      "shared/aggregation",
      ["^shared/market/"],
      "Aggregation knows market values only: return what others need, and let a use case in shared/app pass it on.",
    ),
    layer(
      "shared/engine",
      ["^shared/market/"],
      "The engine knows market values only: what comes from outside is handed to it by a use case in shared/app.",
    ),
    layer(
      "shared/generator",
      ["^shared/market/"],
      "The generator knows market values only: let its caller store, publish or aggregate what it makes.",
    ),
    layer(
      "shared/report",
      ["^shared/(market|engine)/"],
      "A report is a function of a run's results: let the caller read them, and pass scripts and styles in as text.",
    ),
    {
      name: "domain-is-pure",
      severity: "error",
      comment:
        "Domain code imports no package and no Node module: declare a port in shared/ports, implement it in shared/adapters, and pass the result in.",
      from: { path: DOMAIN, pathNot: TEST },
      to: { dependencyTypesNot: ["local"] },
    },
    layer(
      "shared/ports",
      ["^shared/(market|engine)/"],
      "A port speaks of market and engine values only: add the type it needs to one of them, or to the port's own file.",
    ),
    {
      name: "ports-are-types",
      severity: "error",
      comment: "Ports are interfaces: write `import type`, and move code that runs to the layer that it belongs to.",
      from: { path: "^shared/ports/", pathNot: TEST },
      to: { dependencyTypesNot: ["type-only"] },
    },
    layer(
      "shared/wire",
      ["^shared/(market|aggregation|engine|ports)/"],
      "Codecs turn domain values into bytes and back: leave I/O to an adapter and decisions to a use case.",
    ),
    layer(
      "shared/config",
      ["^shared/(market|wire)/"],
      "Configuration is values read from the environment: let the entry point build what they describe.",
    ),
    layer(
      "shared/app",
      ["^shared/(market|aggregation|engine|generator|report|ports|wire)/"],
      "A use case knows ports, not what implements them: take the port as a parameter and let the entry point choose the adapter.",
    ),
    {
      name: "use-cases-know-no-technology",
      severity: "error",
      comment:
        "Use cases, codecs and configuration import no package, and no Node module that reaches outside: add a port and an adapter.",
      from: { path: "^shared/(app|wire|config)/", pathNot: TEST },
      to: { dependencyTypesNot: ["local"], pathNot: PLAIN_NODE },
    },
    {
      name: "adapters-layer",
      severity: "error",
      comment:
        "An adapter knows ports, market values and codecs: move decisions into shared/app, and values into shared/market.",
      from: { path: "^shared/adapters/", pathNot: TEST },
      to: { dependencyTypes: ["local"], pathNot: "^shared/(adapters|ports|market|wire|engine)/" },
    },
    {
      name: "adapters-know-engine-types",
      severity: "error",
      comment: "An adapter stores what the engine made and computes nothing with it: write `import type`.",
      from: { path: "^shared/adapters/", pathNot: TEST },
      to: { path: "^shared/engine/", dependencyTypesNot: ["type-only"] },
    },
    {
      name: "adapters-stand-alone",
      severity: "error",
      comment:
        "One adapter never imports another: join the two where they are wired, or move what they share into shared/wire.",
      from: { path: "^shared/adapters/([^/]+)/", pathNot: TEST },
      to: { path: "^shared/adapters/", pathNot: "^shared/adapters/$1/" },
    },
    ...Object.keys(SDKS).map(adapterSdk),
    {
      name: "adapter-without-sdk",
      severity: "error",
      comment: "This adapter has no SDK: list the package under the adapter's name in .dependency-cruiser.cjs.",
      from: { path: "^shared/adapters/", pathNot: [TEST, `^shared/adapters/(${Object.keys(SDKS).join("|")})/`] },
      to: { dependencyTypesNot: ["local", "type-only"], pathNot: PLAIN_NODE },
    },
    {
      name: "sdk-stays-in-its-adapter",
      severity: "error",
      comment:
        "Only its adapter imports an SDK: use the port, and have the adapter passed in. (Benchmarks may, to compare.)",
      from: { pathNot: [TEST, "^shared/", "^bench/"] },
      to: { path: everySdk },
    },
    {
      name: "adapters-are-wired-at-the-edge",
      severity: "error",
      comment:
        "Adapters are chosen by entry points alone (local, functions, benchmarks): take the port as a parameter.",
      from: { pathNot: [TEST, "^shared/", "^(local|functions|bench)/"] },
      to: { path: "^shared/adapters/" },
    },
    {
      name: "strategies-layer",
      severity: "error",
      comment:
        "A strategy knows the engine and market values only, so that it runs in every host: what it needs comes through feeds and parameters.",
      from: { path: "^strategies/([^/]+)/", pathNot: TEST },
      to: { pathNot: ["^strategies/$1/", "^shared/(engine|market)/"] },
    },
    layer(
      "functions",
      ["^shared/(?!generator|report|testkit)"],
      "A function decodes, calls one use case and encodes: move what several hosts need into shared/app.",
    ),
    {
      name: "functions-wire-in-index",
      severity: "error",
      comment:
        "Only a function's index.ts wires, with what opens connections in functions/wiring: take the port as a parameter.",
      from: { path: "^functions/", pathNot: [TEST, "/index\\.ts$", "^functions/wiring/"] },
      to: { path: "^shared/adapters/" },
    },
    {
      name: "topology-is-data",
      severity: "error",
      comment: "The topology is read by infrastructure and hosts alike: keep it data, with names from shared/wire.",
      from: { path: "^functions/topology\\.ts$" },
      to: { pathNot: "^shared/wire/" },
    },
    layer(
      "local",
      ["^(shared|functions|strategies|grafana)/"],
      "A local host runs the platform without the cloud's construction: share names through functions/topology.ts and shared/wire.",
    ),
    {
      name: "testkit-is-for-tests",
      severity: "error",
      comment:
        "The test kit is for tests and benchmarks, and never ships: move what the product needs into the layer that it belongs to.",
      from: { pathNot: [TEST, "^shared/testkit/", "^bench/"] },
      to: { path: "^shared/testkit/" },
    },
    {
      name: "tests-are-not-imported",
      severity: "error",
      comment: "Importing a test runs it again: move what is shared into shared/testkit or beside the code.",
      from: {},
      to: { path: TEST },
    },
    layer(
      "infra",
      ["^functions/topology\\.ts$", "^shared/(wire|config)/", "^grafana/"],
      "Infrastructure knows names, topology and configuration keys, not code: point at an entry file by its path.",
    ),
    layer(
      "grafana",
      ["^functions/topology\\.ts$", "^shared/(wire|config)/"],
      "Dashboards know names of tables and columns, not code: take them from shared/wire.",
    ),
    {
      name: "benchmarks-are-not-imported",
      severity: "error",
      comment: "Nothing stands on a benchmark: move what is shared into the layer that it belongs to.",
      from: { pathNot: "^bench/" },
      to: { path: "^bench/" },
    },
    {
      name: "product-needs-no-development-package",
      severity: "error",
      comment:
        "This package is missing where Millrace is installed without its development packages: move it to `dependencies`.",
      from: { path: "^(shared|functions|strategies|local)/", pathNot: [TEST, "^shared/testkit/", BROWSER] },
      to: { dependencyTypes: ["npm-dev"], dependencyTypesNot: ["type-only"] },
    },
    {
      name: "no-cycles",
      severity: "error",
      comment: "These files need each other when run: move what they share into a file of its own that both import.",
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } },
    },
    {
      name: "imports-resolve",
      severity: "error",
      comment: "Nothing is found under this name: correct the path, or add the package to package.json.",
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    tsPreCompilationDeps: "specify",
    tsConfig: { fileName: "tsconfig.json" },
    doNotFollow: { path: "node_modules" },
    exclude: { path: "(^|/)(dist|\\.millrace|\\.cache|\\.git)/" },
    enhancedResolveOptions: { exportsFields: ["exports"], conditionNames: ["import", "node", "default", "types"] },
  },
};
