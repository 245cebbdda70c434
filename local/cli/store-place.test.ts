import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, vi } from "vitest";
import { writeConnection } from "#local/up/connection-file.ts";
import { ownMark } from "#local/up/living-process.ts";
import { lockFolder } from "#local/up/lock.ts";
import { parseArguments } from "./command.ts";
import { candles } from "./commands/candles.ts";
import { findServers, requireServers, unexpectedPlace, unexpectedServers } from "./store-place.ts";

it("tells of MILLRACE_STORE where it leads past servers that run, or is passed over, and of servers that start", async () => {
  const folder = await mkdtemp(join(tmpdir(), "millrace-place-"));
  try {
    const plain = parseArguments(candles, ["binance:BTC/USDT@1m", "--json"]);
    const named = parseArguments(candles, ["binance:BTC/USDT@1m", "--store", "b.duckdb"]);
    const environment = { MILLRACE_UP: folder, MILLRACE_STORE: "a.duckdb" };
    expect(unexpectedPlace(plain, environment)).toBeNull();
    const lock = await lockFolder(folder);
    const starting = `'millrace up' (process ${process.pid}) is starting, or stopping, in ${folder}`;
    vi.stubEnv("MILLRACE_UP", folder);
    expect(requireServers).toThrow(`${starting}: wait until it says that Millrace runs, then try again`);
    expect(unexpectedPlace(plain, { MILLRACE_UP: folder })).toContain(`${starting}: until it runs, `);
    expect(unexpectedPlace(named, { MILLRACE_UP: folder })).toBeNull();
    await lock.release();
    expect(requireServers).toThrow("no servers run here");
    expect(unexpectedPlace(plain, { MILLRACE_UP: folder })).toBeNull();
    const questdbReader = { host: "127.0.0.1", port: 1, user: "reader", password: "secret" };
    await writeConnection(folder, { ...ownMark(), statusUrl: "http://127.0.0.1:1", environment: {}, questdbReader });
    const servers = findServers(environment)!;
    expect(unexpectedPlace(plain, environment)).toBe(
      `MILLRACE_STORE names a.duckdb, which is used, not the servers of ${folder}: --store questdb:// uses those`,
    );
    expect(unexpectedServers(servers, environment)).toBe(
      `the servers of ${folder} are used: MILLRACE_STORE names a.duckdb, and a file has no streams`,
    );
    expect(unexpectedPlace(named, environment)).toBeNull();
    for (const store of [undefined, "", "questdb://"]) {
      const obvious = { ...environment, MILLRACE_STORE: store };
      expect(unexpectedPlace(plain, obvious)).toBeNull();
      expect(unexpectedServers(servers, obvious)).toBeNull();
    }
  } finally {
    vi.unstubAllEnvs();
    await rm(folder, { recursive: true });
  }
});
