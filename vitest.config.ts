import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["**/*.test.ts"],
    // Starts nothing until a test asks for a server.
    globalSetup: ["local/servers/shared-servers-setup.ts"],
    exclude: ["**/node_modules/**", "**/dist/**", "**/.millrace/**"],
    // Property tests and those that start real stores take seconds on a loaded two-core machine; none may hang.
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
