import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { TOPICS } from "#functions/topology.ts";
import { type KafkaServer, startKafka } from "#local/servers/start-kafka.ts";
import { KafkaEventLog } from "#shared/adapters/kafka/event-log.ts";
import { createTopics } from "#shared/adapters/kafka/topics.ts";
import { type Host, startHost } from "./host.ts";
import { TestFolder } from "./test-bundles.ts";

let folder: TestFolder;
let server: KafkaServer;
let log: KafkaEventLog;
let host: Host;

/** Prints what it was given once it is done, and fails now and then before. */
const SAY_OR_FAIL = `
  let calls = 0;
  export const handler = async ({ records }) => {
    if (++calls % 7 === 3) throw new Error("now and then");
    if (calls % 31 === 30) process.exit(1);
    for (const { partition, offset, value } of Object.values(records).flat()) {
      console.log("got", partition, offset, Buffer.from(value, "base64").toString());
    }
  };`;

beforeEach(async () => {
  folder = await TestFolder.make();
  server = await startKafka(join(folder.path, "kafka"));
  const settings = { ...server, tls: false, deadlineMs: 60_000 };
  await createTopics(settings, TOPICS, 1);
  log = await KafkaEventLog.open(settings);
  await open();
});
afterEach(async () => {
  await host?.stop(0);
  await log?.close();
  await server?.kill();
  await folder.remove();
});

async function open(): Promise<void> {
  const bundlePath = await folder.bundle("step-strategies", SAY_OR_FAIL);
  const tested = { name: "step-strategies", bundlePath, environment: {}, timeoutMs: 20_000, memoryMb: 256 };
  host = await startHost({
    log,
    bootstrapServers: server.brokers.join(","),
    functions: [{ ...tested, concurrency: 2 }],
    tasks: [],
    folder: join(folder.path, "logs"),
    onEvent: folder.onEvent,
  });
}

/** What the function said it got, in its order, of one partition. */
function got(partition: number): { readonly offset: number; readonly text: string }[] {
  return folder.events.flatMap((event) => {
    const [, of, offset, text] = event.kind === "line" ? (/^got (\d+) (\d+) (.+)$/.exec(event.line) ?? []) : [];
    return Number(of) === partition && of !== undefined ? [{ offset: Number(offset), text: text! }] : [];
  });
}

it("loses, skips and reorders nothing while the broker is killed, functions fail, and the host starts anew", async () => {
  const acknowledged: string[] = [];
  let stop = false;
  const publishing = (async () => {
    for (let i = 0; !stop; i++) {
      await log.publish("replay-candles", [{ key: `key ${i % 5}`, value: Buffer.from(String(i)) }]);
      acknowledged.push(String(i));
    }
  })();
  await expect.poll(() => got(0).length, { timeout: 30_000 }).toBeGreaterThan(100);
  await server.kill();
  const atKill = acknowledged.length;
  await folder.event((event) => event.kind === "failure" && event.what.includes("read the topic"));
  expect((await host.status()).sources.some(({ lastError }) => lastError?.message.includes("Kafka at"))).toBe(true);
  server = await startKafka(join(folder.path, "kafka"));
  await expect.poll(() => acknowledged.length, { timeout: 40_000 }).toBeGreaterThan(atKill + 200);
  await host.stop();
  await open();
  stop = true;
  await publishing;
  const lag = async () =>
    (await log.positions("step-strategies/replay-candles", "replay-candles")).map(({ next, end }) => end - next);
  await expect.poll(lag, { timeout: 40_000 }).toEqual([0, 0]);
  await expect.poll(async () => (await host.status()).sources.flatMap(({ inFlight }) => inFlight)).toEqual([]);
  const texts = [0, 1].flatMap((partition) => got(partition).map(({ text }) => text));
  expect(new Set(texts)).toEqual(new Set(acknowledged));
  for (const partition of [0, 1]) {
    const offsets = got(partition).map(({ offset }) => offset);
    const first = offsets.filter((offset, i) => offsets.indexOf(offset) === i);
    expect(first).toEqual([...first].sort((a, b) => a - b));
    expect(first).toEqual(Array.from({ length: first.length }, (_, i) => i));
  }
});
