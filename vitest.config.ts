import { defineConfig } from "vitest/config";

const SERVER_TESTS = "**/*.server.test.ts";
const NOT_OURS = ["**/node_modules/**", "**/dist/**", "**/.millrace/**", "**/.cache/**"];
/** Property tests, and those that start real stores and servers, take seconds on a loaded machine; none may hang. */
const DEADLINES = { testTimeout: 60_000, hookTimeout: 60_000 };

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "local",
          include: ["**/*.test.ts"],
          exclude: [SERVER_TESTS, ...NOT_OURS],
          ...DEADLINES,
          sequence: { groupOrder: 0 },
        },
      },
      {
        // Against real servers, which need what `npm run setup` brings.
        test: {
          name: "servers",
          include: [SERVER_TESTS],
          exclude: NOT_OURS,
          // Starts nothing until a test asks for a server.
          globalSetup: ["local/servers/shared-servers-setup.ts"],
          ...DEADLINES,
          // After the others, which would starve the servers of two cores.
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
