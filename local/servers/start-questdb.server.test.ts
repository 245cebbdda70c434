import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { expect, it } from "vitest";
import { sharedServer } from "./shared-servers.ts";
import { type QuestdbAccess, type QuestdbServer, startQuestdb, type User } from "./start-questdb.ts";

async function query({ ports, httpUser }: QuestdbServer, sql: string): Promise<{ dataset?: unknown[] }> {
  const basic = Buffer.from(`${httpUser.user}:${httpUser.password}`).toString("base64");
  const answer = await fetch(`http://127.0.0.1:${ports.http}/exec?query=${encodeURIComponent(sql)}`, {
    headers: { authorization: `Basic ${basic}` },
  });
  return (await answer.json()) as { dataset?: unknown[] };
}

it("serves with passwords, refuses taken ports, and keeps data and passwords over a kill", async () => {
  const folder = await mkdtemp(join(tmpdir(), "questdb-"));
  let server = await startQuestdb(folder);
  try {
    await query(server, "CREATE TABLE t (ts TIMESTAMP, x LONG) TIMESTAMP(ts) PARTITION BY DAY WAL");
    await query(server, "INSERT INTO t VALUES (0, 42)");
    await expect.poll(() => query(server, "SELECT x FROM t")).toMatchObject({ dataset: [[42]] });
    expect((await fetch(`http://127.0.0.1:${server.ports.http}/exec?query=SELECT%201`)).status).toBe(401);
    await expect(startQuestdb(folder, server.ports)).rejects.toThrow(/^Port \d+ of 127.0.0.1 cannot be listened on/);
    await server.kill();
    server = await startQuestdb(folder, server.ports);
    expect(await query(server, "SELECT x FROM t")).toMatchObject({ dataset: [[42]] });
  } finally {
    await server.stop();
    await rm(folder, { recursive: true });
  }
  await expect(fetch(`http://127.0.0.1:${server.ports.min}/status`)).rejects.toThrow("fetch failed");
});

/** Runs a statement over the PostgreSQL protocol. */
async function run({ ports }: QuestdbAccess, login: User, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ host: "127.0.0.1", port: ports.pg, database: "qdb", ...login });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

it("lets its reader read alone, whose password opens nothing else", async () => {
  const server = await sharedServer("questdb");
  const { pgReader, pgUser, httpUser } = server;
  const create = "CREATE TABLE IF NOT EXISTS readers (ts TIMESTAMP, x LONG) TIMESTAMP(ts) PARTITION BY DAY WAL";
  await expect(run(server, pgReader, create)).rejects.toThrow(/permission denied/i);
  await run(server, pgUser, create);
  expect(await run(server, pgReader, "SELECT x FROM readers")).toEqual([]);
  await expect(run(server, { ...pgUser, password: pgReader.password }, "SELECT 1")).rejects.toThrow("invalid username");
  const passwords = [pgReader, pgUser, httpUser].map(({ password }) => password);
  expect(new Set(passwords.map((password) => password.slice(0, 16))).size).toBe(3);
  expect(passwords).toEqual(passwords.map(() => expect.stringMatching(/^[0-9a-f]{64}$/)));
});
