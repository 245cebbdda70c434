import { defineConfig } from "vitest/config";

/** Of the tests against real servers, which need what `npm run setup` brings. */
export default defineConfig({
  test: {
    include: ["**/*.server.test.ts"],
    exclude: ["**/node_modules/**", "**/dist/**", "**/.millrace/**", "**/.cache/**"],
    // Starts nothing until a test asks for a server.
    globalSetup: ["local/servers/shared-servers-setup.ts"],
    // A server starts in seconds, on a loaded two-core machine in many; none may hang.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // What is waited for comes late on a loaded machine.
    expect: { poll: { timeout: 30_000 } },
  },
});
