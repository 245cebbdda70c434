import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { prepareDynamodb, prepareKafka, prepareQuestdb } from "#local/up/prepare-servers.ts";
import { openServerPlatform, type ServerPlatform } from "#local/up/server-platform.ts";
import { type ServerSettings, serverSettings } from "#local/up/server-settings.ts";
import { KafkaEventLog } from "#shared/adapters/kafka/event-log.ts";
import { ArmedFaults, FAULTS_VARIABLE } from "./armed-faults.ts";
import { type DiskFault, diskFault } from "./disk-fault.ts";
import { FaultServers } from "./fault-servers.ts";
import { FaultyChain } from "./faulty-chain.ts";
import { type Bundles, testBundles } from "./test-bundles.ts";

/** How long the host goes on trying to reach Kafka before it tells of it, ms. */
const DEADLINE_MS = 3_000;

/** Servers, bundles and all else that a round of faults needs, of its own. */
export interface Rig {
  readonly servers: FaultServers;
  readonly settings: ServerSettings;
  readonly platform: ServerPlatform;
  readonly chain: FaultyChain;
  readonly armed: ArmedFaults;
  readonly disk: DiskFault;
  readonly bundles: { readonly plain: Bundles; readonly faulty: Bundles; readonly newer: Bundles };
  /** Ends everything and throws the data away. */
  close(): Promise<void>;
}

export async function openRig(): Promise<Rig> {
  const folder = await mkdtemp(join(tmpdir(), "millrace-faults-"));
  const armedFolder = join(folder, "armed");
  await mkdir(armedFolder);
  let servers: FaultServers | null = null;
  const disk = diskFault(join(folder, "questdb"), () => servers!.processId("questdb"));
  const closing: (() => Promise<void>)[] = [
    () => rm(folder, { recursive: true, force: true }),
    async () => disk.remove(),
  ];
  const close = async (): Promise<void> => {
    for (const each of closing.toReversed()) await each();
  };
  try {
    const [started, plain, faulty, newer] = await Promise.all([
      FaultServers.start(folder),
      ...(["plain", "faulty", "newer"] as const).map((kind) => testBundles(join(folder, "bundles"), kind)),
    ]);
    servers = started;
    closing.push(() => started.kill());
    const settings = await serverSettings(started.environment);
    await Promise.all([prepareKafka(settings), prepareQuestdb(settings), prepareDynamodb(settings)]);
    const platform = await openServerPlatform(started.environment);
    closing.push(() => platform.close());
    const log = await KafkaEventLog.open({ ...settings.kafka, deadlineMs: DEADLINE_MS });
    closing.push(() => log.close());
    const chain = new FaultyChain(log, { ...started.environment, [FAULTS_VARIABLE]: armedFolder }, folder);
    closing.push(() => chain.stop());
    const armed = new ArmedFaults(armedFolder);
    const bundles = { plain: plain!, faulty: faulty!, newer: newer! };
    return { servers, settings, platform, chain, armed, disk, bundles, close };
  } catch (error) {
    await close();
    throw error;
  }
}
