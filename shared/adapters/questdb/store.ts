import type { CandleStore } from "#shared/ports/candle-store.ts";
import type { Leases } from "#shared/ports/leases.ts";
import type { RangeRegistry } from "#shared/ports/range-registry.ts";
import type { ResultStore } from "#shared/ports/result-store.ts";
import type { RunRegistry } from "#shared/ports/run-registry.ts";
import type { TickStore } from "#shared/ports/tick-store.ts";
import { QuestdbCandleStore } from "./candle-store.ts";
import type { QuestdbConnection } from "./connection.ts";
import { HttpEndpoint } from "./http-endpoint.ts";
import { LineWriter } from "./line-writer.ts";
import { migrate } from "./migrations.ts";
import { QuestdbRangeRegistry } from "./range-registry.ts";
import { QuestdbResultStore } from "./result-store.ts";
import { QuestdbRunRegistry } from "./run-registry.ts";
import { SqlClient } from "./sql-client.ts";
import { keepTicks } from "./tick-retention.ts";
import { QuestdbTickStore } from "./tick-store.ts";
import { WalGate } from "./wal-gate.ts";

/** Everything that a QuestDB holds. */
export interface QuestdbStore {
  readonly ticks: TickStore;
  readonly candles: CandleStore;
  readonly ranges: RangeRegistry;
  readonly results: ResultStore;
  readonly runs: RunRegistry;
  close(): Promise<void>;
}

export interface QuestdbStoreOptions {
  /** For how many days ticks are kept; null: for good. */
  readonly keepTicksDays: number | null;
  /** Where several processes rebuild: what the leases of `ranges` are taken from. Absent: they hold within this process. */
  readonly leases?: Leases;
}

/**
 * Connects to QuestDB and brings its schema up to this version's; any number of processes may. Throws InputError
 * 'store' where it cannot be reached, refuses the user, or has another schema; 'usage' for days that are none.
 */
export async function openQuestdbStore(
  connection: QuestdbConnection,
  { keepTicksDays, leases }: QuestdbStoreOptions,
): Promise<QuestdbStore> {
  const sql = new SqlClient(connection);
  try {
    const wal = new WalGate(sql, connection.deadlineMs);
    await migrate(sql, wal);
    await keepTicks(sql, wal, keepTicksDays);
    const http = new HttpEndpoint(connection);
    const server = { http, lines: new LineWriter(http), sql, wal };
    const ranges = new QuestdbRangeRegistry(server, leases ?? null);
    return {
      ticks: new QuestdbTickStore(server),
      candles: new QuestdbCandleStore(server, ranges),
      ranges,
      results: new QuestdbResultStore(server),
      runs: new QuestdbRunRegistry(server),
      close: () => sql.close(),
    };
  } catch (cause) {
    await sql.close();
    throw cause;
  }
}
