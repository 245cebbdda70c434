import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { type QuestdbServer, startQuestdb } from "./start-questdb.ts";

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
