import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ServerProcess } from "./server-process.ts";
import { SHARED_SERVERS_VARIABLE, type SharedServers } from "./shared-servers.ts";
import { startDynamodb } from "./start-dynamodb.ts";
import { startKafka } from "./start-kafka.ts";
import { startMoto } from "./start-moto.ts";
import { startQuestdb } from "./start-questdb.ts";

type Starts = {
  readonly [Name in keyof SharedServers]: (folder: string) => Promise<SharedServers[Name] & ServerProcess>;
};

const STARTS: Starts = { questdb: startQuestdb, kafka: startKafka, dynamodb: startDynamodb, moto: startMoto };

/**
 * Keeps the servers that tests share: vitest calls it once before a run, and what it returns after. It starts nothing
 * until a test asks.
 */
export async function setup(): Promise<() => Promise<void>> {
  const started = new Map<string, Promise<SharedServers[keyof SharedServers] & ServerProcess>>();
  const folder = await mkdtemp(join(tmpdir(), "millrace-servers-"));
  const answer = async (name: string, response: ServerResponse): Promise<void> => {
    const server = started.get(name) ?? STARTS[name as keyof SharedServers](join(folder, name));
    started.set(name, server);
    try {
      response.end(JSON.stringify(await server));
    } catch (error) {
      response.writeHead(500).end((error as Error).message);
    }
  };
  const keeper = createServer((request, response) => void answer(request.url!.slice(1), response));
  await new Promise<void>((resolve) => keeper.listen(0, "127.0.0.1", resolve));
  const address = keeper.address();
  if (address === null || typeof address === "string") throw new Error("A TCP server has no port");
  process.env[SHARED_SERVERS_VARIABLE] = `http://127.0.0.1:${address.port}`;
  return async () => {
    keeper.close();
    keeper.closeAllConnections();
    // Their data goes with the run: nothing is worth a clean end.
    await Promise.allSettled([...started.values()].map(async (server) => (await server).kill()));
    await rm(folder, { recursive: true, force: true });
  };
}
