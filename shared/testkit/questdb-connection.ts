import type { QuestdbAccess } from "#local/servers/start-questdb.ts";
import type { QuestdbConnection } from "#shared/adapters/questdb/connection.ts";

/** How to reach a server of the tests. */
export function questdbConnection(server: QuestdbAccess, deadlineMs: number): QuestdbConnection {
  return {
    httpUrl: `http://127.0.0.1:${server.ports.http}`,
    httpUser: server.httpUser.user,
    httpPassword: server.httpUser.password,
    pgHost: "127.0.0.1",
    pgPort: server.ports.pg,
    pgUser: server.pgUser.user,
    pgPassword: server.pgUser.password,
    deadlineMs,
  };
}
