import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { candleStoreContract } from "#shared/testkit/candle-store-contract.ts";
import { checkpointStoreContract } from "#shared/testkit/checkpoint-store-contract.ts";
import type { Opened } from "#shared/testkit/opened.ts";
import { rangeRegistryContract } from "#shared/testkit/range-registry-contract.ts";
import { resultStoreContract } from "#shared/testkit/result-store-contract.ts";
import { liveRunRegistryContract } from "#shared/testkit/run-registry-contract.ts";
import { tickStoreContract } from "#shared/testkit/tick-store-contract.ts";
import { type DuckdbStore, openStore } from "./store.ts";

/** Opens a store in a folder of its own, which `close` removes; `part` picks the port under test. */
function opener<Port>(part: (store: DuckdbStore) => Port): () => Promise<Opened<Port>> {
  return async () => {
    const folder = mkdtempSync(join(tmpdir(), "millrace-duckdb-"));
    const path = join(folder, "store.duckdb");
    let store = await openStore(path);
    return {
      store: part(store),
      async close() {
        await store.close();
        rmSync(folder, { recursive: true });
      },
      async reopen() {
        await store.close();
        store = await openStore(path);
        return part(store);
      },
    };
  };
}

tickStoreContract(
  "duckdb",
  opener((store) => store.ticks),
);
candleStoreContract(
  "duckdb",
  opener(({ candles, ranges }) => ({ candles, ranges })),
);
rangeRegistryContract(
  "duckdb",
  opener((store) => store.ranges),
);
checkpointStoreContract(
  "duckdb",
  opener((store) => store.checkpoints),
);
resultStoreContract(
  "duckdb",
  opener((store) => store.results),
);
liveRunRegistryContract(
  "duckdb",
  opener((store) => store.runs),
);
