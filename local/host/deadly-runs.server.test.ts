import { randomBytes } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { buildFunctions } from "#functions/bundle.ts";
import { FUNCTIONS, TOPICS } from "#functions/topology.ts";
import { codeOf, memoryPorts, planOf } from "#local/embedded/test-chain.ts";
import { beat, candlesOf, trades } from "#local/embedded/test-live-runs.ts";
import { sharedServer } from "#local/servers/shared-servers.ts";
import { type KafkaServer, startKafka } from "#local/servers/start-kafka.ts";
import { publishArtefact } from "#local/strategies/artefact.ts";
import { strategyRoots } from "#local/strategies/catalog.ts";
import { liveRunPorts } from "#local/up/live-run-ports.ts";
import { openServerPlatform, type ServerPlatform } from "#local/up/server-platform.ts";
import { environmentOf } from "#local/up/up-environment.ts";
import { clientOf } from "#shared/adapters/dynamodb/settings.ts";
import { CHECKPOINT_KEY, createTable, RUN_KEY } from "#shared/adapters/dynamodb/tables.ts";
import { createTopics } from "#shared/adapters/kafka/topics.ts";
import { decodeLiveRun } from "#shared/app/live-run-state.ts";
import { startPaperRun } from "#shared/app/paper-run.ts";
import { STEP_STRATEGIES } from "#shared/app/step-strategies.ts";
import { parseInstrument } from "#shared/market/instrument.ts";
import type { LogRecord } from "#shared/ports/event-log.ts";
import { decodeCandlesRecord } from "#shared/wire/candle-records.ts";
import { encodeKafkaEvent } from "#shared/wire/kafka-event.ts";
import { FunctionPool } from "./function-pool.ts";
import { LineLog } from "./line-log.ts";
import { RuntimeApi } from "./runtime-api.ts";
import { TestFolder } from "./test-bundles.ts";

const MINUTE = 60_000;
/** A time that no other test stores candles of. */
const START = Date.UTC(2019, 2, 3);
const BTC = parseInstrument("binance:BTC/USDT");
const NAME = "step-strategies";
/** Deaths together, and those of each run alone. */
const DEATHS = 1 + 3 * 4;

/** What a strategy does at its third bar; `above` stands before the class. */
const strategyText = (third: string, above = ""): string => `import { Strategy } from "#shared/engine/strategy.ts";
${above}
export class Tested extends Strategy({}) {
  state = { bars: 0 };

  override next(): void {
    if (++this.state.bars === 3) { ${third} }
  }
}
`;

/** Only a function has this variable: the code is loaded where the run is registered, too. */
const IN_FUNCTION = "process.env.AWS_LAMBDA_FUNCTION_NAME !== undefined";
const STRATEGIES: Readonly<Record<string, string>> = {
  goes: strategyText(""),
  exits: strategyText("process.exit(3);"),
  hoards: strategyText("const held = []; for (;;) held.push(new Array(100_000).fill(held.length));"),
  refuses: strategyText("", `if (${IN_FUNCTION}) process.exit(4);`),
};

let folder: TestFolder;
let kafka: KafkaServer;
let platform: ServerPlatform;
let api: RuntimeApi;
let pool: FunctionPool;
let records: readonly LogRecord[];

beforeAll(async () => {
  folder = await TestFolder.make();
  const roots = join(folder.path, "strategies");
  for (const [name, text] of Object.entries(STRATEGIES)) {
    await mkdir(join(roots, name), { recursive: true });
    await writeFile(join(roots, name, "strategy.ts"), text);
  }
  const [questdb, dynamodb] = await Promise.all([sharedServer("questdb"), sharedServer("dynamodb")]);
  kafka = await startKafka(join(folder.path, "kafka"));
  await createTopics({ ...kafka, tls: false, deadlineMs: 20_000 }, TOPICS, 1);
  const own = randomBytes(6).toString("hex");
  const tables = { MILLRACE_CHECKPOINTS_TABLE: `checkpoints-${own}`, MILLRACE_RUNS_TABLE: `runs-${own}` };
  const environment = { ...environmentOf({ kafka, questdb, dynamodb }, folder.path, undefined), ...tables };
  const { endpoint, region, ...credentials } = dynamodb;
  const client = clientOf({ endpoint, region, credentials });
  await createTable(client, tables.MILLRACE_CHECKPOINTS_TABLE, CHECKPOINT_KEY);
  await createTable(client, tables.MILLRACE_RUNS_TABLE, RUN_KEY);
  client.destroy();
  // Only the catalog of this process is told where they lie: functions run what is pinned.
  process.env["MILLRACE_STRATEGIES"] = roots;
  platform = await openServerPlatform({ ...environment, MILLRACE_STRATEGIES: roots });
  const beatAt = { ...beat(START + 8 * MINUTE), instrument: BTC };
  records = await candlesOf(memoryPorts(), [...trades(BTC, START, 24), beatAt]);
  await platform.store.candles.put(records.flatMap(({ value }) => decodeCandlesRecord(value).candles));
  const [built] = await buildFunctions([NAME]);
  const { timeoutMs } = FUNCTIONS.find(({ name }) => name === NAME)!;
  api = await RuntimeApi.open();
  const log = new LineLog(join(folder.path, "logs"), NAME, (line) =>
    folder.onEvent({ kind: "line", name: NAME, line }),
  );
  const spec = { name: NAME, bundlePath: built!.file, environment, timeoutMs, memoryMb: 300, concurrency: 1 };
  pool = new FunctionPool(spec, api, log, folder.onEvent);
}, 180_000);
afterAll(async () => {
  delete process.env["MILLRACE_STRATEGIES"];
  await pool?.stop();
  await api?.close();
  await platform?.close();
  await kafka?.kill();
  await folder.remove();
});

async function register(strategy: string, now: number): Promise<string> {
  const plan = { ...planOf(strategy, ["binance:BTC/USDT@1m"], START - MINUTE), params: {} };
  const code = await codeOf(platform.catalog, strategy);
  await publishArtefact(platform.states, strategyRoots(process.env), code);
  return (await startPaperRun(liveRunPorts(platform), plan, code, now)).run;
}

/** Hands a batch over until it is handled, as the event source does. Resolves to why it was not, each time. */
async function handled(batch: readonly LogRecord[]): Promise<string[]> {
  const faults: string[] = [];
  for (;;) {
    try {
      await pool.invoke(JSON.stringify(encodeKafkaEvent(kafka.brokers.join(","), batch)));
      return faults;
    } catch (error) {
      faults.push((error as Error).message);
      if (faults.length > 2 * DEATHS)
        throw new Error(`the batch is never handled: ${faults.join("; ")}`, { cause: error });
    }
  }
}

async function clockOf(run: string): Promise<number> {
  const state = decodeLiveRun((await platform.store.checkpoints.load(STEP_STRATEGIES, run))?.state ?? null);
  return state.status === "live" ? (state.begun?.clock ?? 0) : Number.NaN;
}

it("fails runs that end their processes, each by its name, and others go on", { timeout: 180_000 }, async () => {
  const deadly = new Map<string, string>();
  for (const [i, strategy] of ["exits", "hoards", "refuses"].entries()) {
    deadly.set(strategy, await register(strategy, i));
  }
  const going = await register("goes", 9);
  const [early, late] = [records.slice(0, -1), records.slice(-1)];
  const faults = await handled(early);
  expect(faults).toHaveLength(DEATHS);
  for (const how of [/exited with code 3/, /exited with code 4/, /MB of memory|SIGABRT/]) {
    expect(faults.filter((fault) => how.test(fault)).length, faults.join("\n")).toBeGreaterThanOrEqual(4);
  }
  const third = new Date(START + 2 * MINUTE).toISOString();
  for (const [strategy, where] of [
    ["exits", `after the bar that closed at ${third}`],
    ["hoards", `after the bar that closed at ${third}`],
    ["refuses", "before its first bar"],
  ] as const) {
    const error = expect.stringContaining(
      `strategy ${strategy} ended its process 4 times while it was stepped alone, ${where}: it calls process.exit`,
    );
    expect(await platform.liveRuns.get(deadly.get(strategy)!)).toMatchObject({ status: "failed", error });
  }
  expect(await handled(late)).toEqual([]);
  expect(await platform.liveRuns.get(going)).toMatchObject({ status: "running", error: null });
  expect(await clockOf(going)).toBe(START + 8 * MINUTE);
});
