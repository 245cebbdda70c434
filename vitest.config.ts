import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const REPOSITORY = fileURLToPath(new URL("./", import.meta.url));

/** Of the tests that need nothing but Node: `npm test` runs them first. */
export default defineConfig({
  // Strategies in folders outside name the engine as those inside do.
  resolve: { alias: [{ find: /^#(shared|strategies)\//, replacement: `${REPOSITORY}$1/` }] },
  test: {
    include: ["**/*.test.ts"],
    // Those need what `npm run setup` brings, see vitest.servers.config.ts.
    exclude: ["**/*.server.test.ts", "**/node_modules/**", "**/dist/**", "**/.millrace/**", "**/.cache/**"],
    // Property tests and those that start real stores take seconds on a loaded two-core machine; none may hang.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // What is waited for comes late on a loaded machine.
    expect: { poll: { timeout: 30_000 } },
  },
});
