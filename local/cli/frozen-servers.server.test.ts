import { afterAll, beforeAll, expect, test } from "vitest";
import type { ServerName } from "#local/faults/fault-plan.ts";
import { FaultServers } from "#local/faults/fault-servers.ts";
import { prepareDynamodb, prepareKafka, prepareQuestdb } from "#local/up/prepare-servers.ts";
import { serverSettings } from "#local/up/server-settings.ts";
import { expectFault } from "./expect-fault.ts";
import { CommandFolder } from "./test-command.ts";

const STORE_FAULT = 6;
const START_MS = 150_000;
/** Of each client's own patience: longer than a person waits. */
const COMMAND_MS = 60_000;

let folder: CommandFolder;
let servers: FaultServers;

beforeAll(async () => {
  folder = await CommandFolder.create();
  servers = await FaultServers.start(folder.file("servers"));
  const settings = await serverSettings(servers.environment);
  await Promise.all([prepareKafka(settings), prepareQuestdb(settings), prepareDynamodb(settings)]);
  Object.assign(process.env, servers.environment);
}, START_MS);
afterAll(async () => {
  for (const name of Object.keys(servers.environment)) delete process.env[name];
  await servers.kill();
  await folder[Symbol.asyncDispose]();
}, COMMAND_MS);

test.each<[ServerName, string, readonly string[]]>([
  ["kafka", "Kafka at 127.0.0.1:", ["topics", "dead-letters list"]],
  ["dynamodb", "DynamoDB at http://127.0.0.1:", ["paper list", "candles binance:BTC/USDT@1m"]],
  ["questdb", "QuestDB at http://127.0.0.1:", ["runs", "paper list"]],
])("people are told soon that %s stands still", { timeout: COMMAND_MS }, async (name, address, commands) => {
  servers.pause(name);
  try {
    const told = await folder.output(["status"], "");
    expect(told).toMatch(/^servers\n {2}no proper answer from/);
    const [faults, named] = [
      /cannot be told/g,
      new RegExp(`cannot be told: ${name} at 127|cannot be told: ${name} at http`, "gi"),
    ];
    expect(told.match(named)?.length).toBe(told.match(faults)?.length);
    const ended = await Promise.all(commands.map((words) => folder.run(words.split(" "), "")));
    for (const each of ended) expectFault(each, STORE_FAULT, address, "does not answer within 10 s", "look at its log");
  } finally {
    servers.resume(name);
  }
  expect(await folder.output(commands[0]!.split(" "), "")).not.toBe("");
});
