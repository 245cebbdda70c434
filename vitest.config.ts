import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["**/*.test.ts"],
    // Those need Java: `npm run test:servers` runs them.
    exclude: ["**/*.server.test.ts", "**/node_modules/**", "**/dist/**", "**/.millrace/**"],
    // Property tests and those that start real stores take seconds on a loaded two-core machine; none may hang.
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
