import { candleStoreContract } from "#shared/testkit/candle-store-contract.ts";
import { checkpointStoreContract } from "#shared/testkit/checkpoint-store-contract.ts";
import { eventLogContract } from "#shared/testkit/event-log-contract.ts";
import type { Opened } from "#shared/testkit/opened.ts";
import { rangeRegistryContract } from "#shared/testkit/range-registry-contract.ts";
import { resultStoreContract } from "#shared/testkit/result-store-contract.ts";
import { liveRunRegistryContract } from "#shared/testkit/run-registry-contract.ts";
import { tickStoreContract } from "#shared/testkit/tick-store-contract.ts";
import { MemoryCandleStore } from "./candle-store.ts";
import { MemoryCheckpointStore } from "./checkpoint-store.ts";
import { MemoryEventLog } from "./event-log.ts";
import { MemoryRangeRegistry } from "./range-registry.ts";
import { MemoryResultStore } from "./result-store.ts";
import { MemoryRunRegistry } from "./run-registry.ts";
import { MemoryTickStore } from "./tick-store.ts";

function opener<Port>(make: () => Port): () => Promise<Opened<Port>> {
  return async () => ({ store: make(), close: async () => {} });
}

for (const holes of [{}, { holeEvery: 2 }, { holeEvery: 5, startOffsets: [4, 90, 0, 1_000] }]) {
  const topics = ["ticks", "candles"].map((name) => ({ name, partitions: 4, groups: [], bound: 10_000, ...holes }));
  let clock = 1_723_075_200_000;
  eventLogContract(
    `memory ${JSON.stringify(holes)}`,
    opener(() => ({ log: new MemoryEventLog(topics, () => clock++), topic: "ticks", otherTopic: "candles" })),
  );
}
tickStoreContract(
  "memory",
  opener(() => new MemoryTickStore()),
);
candleStoreContract(
  "memory",
  opener(() => {
    const ranges = new MemoryRangeRegistry();
    return { candles: new MemoryCandleStore(ranges), ranges };
  }),
);
rangeRegistryContract(
  "memory",
  opener(() => new MemoryRangeRegistry()),
);
checkpointStoreContract(
  "memory",
  opener(() => new MemoryCheckpointStore()),
);
resultStoreContract(
  "memory",
  opener(() => new MemoryResultStore()),
);
liveRunRegistryContract(
  "memory",
  opener(() => new MemoryRunRegistry()),
);
