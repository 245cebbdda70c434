import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { ServerProcess } from "#local/servers/server-process.ts";
import { type DynamodbServer, startDynamodb } from "#local/servers/start-dynamodb.ts";
import { type KafkaServer, startKafka } from "#local/servers/start-kafka.ts";
import { type QuestdbServer, startQuestdb } from "#local/servers/start-questdb.ts";
import { isLiving } from "#local/up/living-process.ts";
import { environmentOf } from "#local/up/up-environment.ts";
import type { ServerName } from "./fault-plan.ts";

interface Running {
  readonly kafka: KafkaServer;
  readonly questdb: QuestdbServer;
  readonly dynamodb: DynamodbServer;
}

const STARTS: { readonly [Name in ServerName]: (folder: string) => Promise<Running[Name]> } = {
  kafka: startKafka,
  questdb: startQuestdb,
  dynamodb: startDynamodb,
};

/** Servers of a test's own, which are killed, paused and started again on their data and ports. */
export class FaultServers {
  readonly #folder: string;
  readonly #running: Record<ServerName, ServerProcess>;
  /** The variables by which functions and commands find them. */
  readonly environment: Readonly<Record<string, string>>;

  private constructor(folder: string, running: Running) {
    this.#folder = folder;
    this.#running = { ...running };
    this.environment = environmentOf(running, folder, undefined);
  }

  static async start(folder: string): Promise<FaultServers> {
    const [kafka, questdb, dynamodb] = await Promise.all([
      startKafka(join(folder, "kafka")),
      startQuestdb(join(folder, "questdb")),
      startDynamodb(join(folder, "dynamodb")),
    ]);
    await mkdir(join(folder, "state"), { recursive: true });
    return new FaultServers(folder, { kafka, questdb, dynamodb });
  }

  processId(name: ServerName): number {
    return this.#running[name].processId;
  }

  /** Kills a server as a crash would, and starts it again. */
  async crash(name: ServerName): Promise<void> {
    await this.#running[name].kill();
    await this.#start(name);
  }

  pause(name: ServerName): void {
    process.kill(this.#running[name].processId, "SIGSTOP");
  }

  resume(name: ServerName): void {
    process.kill(this.#running[name].processId, "SIGCONT");
  }

  /** Starts a server that ended by itself. */
  async revive(name: ServerName): Promise<boolean> {
    if (isAlive(this.#running[name].processId)) return false;
    await this.#start(name);
    return true;
  }

  /** Ends all: their data is thrown away. */
  async kill(): Promise<void> {
    await Promise.all(Object.values(this.#running).map((server) => server.kill()));
  }

  async #start(name: ServerName): Promise<void> {
    this.#running[name] = await STARTS[name](join(this.#folder, name));
  }
}

const isAlive = (processId: number): boolean => isLiving({ processId, started: null });
