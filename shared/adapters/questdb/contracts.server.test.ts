import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type QuestdbServer, startQuestdb } from "#local/servers/start-questdb.ts";
import { type Tick, tickColumns } from "#shared/market/tick.ts";
import { candleStoreContract } from "#shared/testkit/candle-store-contract.ts";
import { collect, type Opened } from "#shared/testkit/opened.ts";
import { questdbConnection } from "#shared/testkit/questdb-connection.ts";
import { rangeRegistryContract } from "#shared/testkit/range-registry-contract.ts";
import { resultStoreContract } from "#shared/testkit/result-store-contract.ts";
import { runRegistryContract } from "#shared/testkit/run-registry-contract.ts";
import { freshInstrument } from "#shared/testkit/sample-instruments.ts";
import { rowsOf, ticksFrom } from "#shared/testkit/tick-samples.ts";
import { tickStoreContract } from "#shared/testkit/tick-store-contract.ts";
import { QUESTDB_TABLES } from "#shared/wire/tables.ts";
import type { QuestdbConnection } from "./connection.ts";
import { SqlClient } from "./sql-client.ts";
import { openQuestdbStore, type QuestdbStore } from "./store.ts";
import { WalGate } from "./wal-gate.ts";

let folder: string;
let server: QuestdbServer;
let connection: QuestdbConnection;
let sql: SqlClient;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "millrace-questdb-"));
  server = await startQuestdb(folder);
  connection = questdbConnection(server, 30_000);
  sql = new SqlClient(connection);
});

afterAll(async () => {
  await sql.close();
  await server.stop();
  await rm(folder, { recursive: true });
});

const DATA = Object.keys(QUESTDB_TABLES).filter((table) => table !== "schema_migrations");

/** A contract's stores start empty. */
async function empty(): Promise<void> {
  const wal = new WalGate(sql, connection.deadlineMs);
  await wal.pass(DATA);
  const counts = DATA.map((table) => `SELECT '${table}' name, count() rows FROM ${table}`).join(" UNION ALL ");
  const full = (await sql.rows(counts)).filter(([, rows]) => (rows as number) > 0).map(([name]) => name as string);
  for (const table of full) await sql.rows(`TRUNCATE TABLE ${table}`);
  await wal.pass(DATA);
}

/** Opens a store on the emptied tables; `part` picks the port under test. */
function opener<Port>(part: (store: QuestdbStore) => Port): () => Promise<Opened<Port>> {
  return async () => {
    const opening = () => openQuestdbStore(connection, { keepTicksDays: null });
    let store = await opening();
    await empty();
    return {
      store: part(store),
      close: () => store.close(),
      async reopen() {
        await store.close();
        store = await opening();
        return part(store);
      },
    };
  };
}

tickStoreContract(
  "questdb",
  opener((store) => store.ticks),
);
candleStoreContract(
  "questdb",
  opener(({ candles, ranges }) => ({ candles, ranges })),
);
rangeRegistryContract(
  "questdb",
  opener((store) => store.ranges),
);
resultStoreContract(
  "questdb",
  opener((store) => store.results),
);
runRegistryContract(
  "questdb",
  opener((store) => store.runs),
);

it("finds repeats among ids that are hashes, which may lie anywhere", async () => {
  const opened = await opener((store) => store.ticks)();
  try {
    const instrument = freshInstrument();
    const made = ticksFrom(0, 5).map((tick) => ({ ...tick, id: (tick.id * 7_919_777_333_111) % 2 ** 53 }));
    const hashed = (ticks: readonly Tick[]) => tickColumns(ticks, "trade", "hash");
    expect((await opened.store.append(instrument, hashed(made.slice(0, 3)), "import")).stored).toBe(3);
    const again = [...made, { ...made[1]!, price: 7 }];
    expect(await opened.store.append(instrument, hashed(again), "import")).toEqual({
      stored: 2,
      repeated: 3,
      conflicts: [5],
    });
    expect(rowsOf(await collect(opened.store.read(instrument, 0, Number.POSITIVE_INFINITY)))).toEqual(made);
  } finally {
    await opened.close();
  }
});
