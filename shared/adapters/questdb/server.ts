import type { HttpEndpoint } from "./http-endpoint.ts";
import type { LineWriter } from "./line-writer.ts";
import type { SqlClient } from "./sql-client.ts";
import type { WalGate } from "./wal-gate.ts";

/** The ways to one QuestDB that all its stores share. */
export interface Server {
  readonly http: HttpEndpoint;
  readonly lines: LineWriter;
  readonly sql: SqlClient;
  readonly wal: WalGate;
}
