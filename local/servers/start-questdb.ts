import { createHmac } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { artefacts } from "./artefacts.ts";
import { requireJava } from "./java.ts";
import { passwordOf } from "./password.ts";
import { portsOf } from "./ports-of.ts";
import { type ServerProcess, startServer } from "./server-process.ts";

/** Ports of 127.0.0.1. */
export interface QuestdbPorts {
  /** Queries, exports and ingestion (ILP over HTTP), with a user and password. */
  readonly http: number;
  /** PostgreSQL wire protocol, with a user and password. */
  readonly pg: number;
  /** Health and metrics, without authentication. */
  readonly min: number;
}

export interface User {
  readonly user: string;
  readonly password: string;
}

/** How clients reach QuestDB. */
export interface QuestdbAccess {
  readonly ports: QuestdbPorts;
  /** Of the HTTP port, by basic authentication. */
  readonly httpUser: User;
  /** Of the PostgreSQL port; may read and write. */
  readonly pgUser: User;
  /** Of the PostgreSQL port; may only read. */
  readonly pgReader: User;
}

export interface QuestdbServer extends QuestdbAccess, ServerProcess {}

/**
 * Starts QuestDB 9.3.4 on 127.0.0.1 with its data, passwords and log in `folder` (made if missing), on free ports if
 * none are given; a restart on the same folder keeps data, passwords and ports. Tables and columns are never created
 * by ingestion. Throws InputError where Java, Maven or a port is missing, Error where the server does not start.
 */
export async function startQuestdb(folder: string, ports?: QuestdbPorts): Promise<QuestdbServer> {
  const [{ java }, { questdb }] = [await requireJava(), await artefacts()];
  const chosen = await portsOf(folder, ["http", "pg", "min"], ports);
  const secret = await passwordOf(folder);
  const data = join(folder, "data");
  await mkdir(join(data, "conf"), { recursive: true });
  await writeFile(join(data, "conf", "log.conf"), LOG_CONF);
  const users = {
    httpUser: userOf("ingest", secret),
    pgUser: userOf("app", secret),
    pgReader: userOf("grafana", secret),
  };
  const server = await startServer({
    name: "QuestDB",
    file: java,
    args: [
      ...["-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"],
      ...["-p", questdb, "-m", "io.questdb/io.questdb.ServerMain", "-d", data, "-n"],
    ],
    environment: environmentOf(chosen, users),
    logFile: join(folder, "questdb.log"),
    healthy: async () => {
      const answer = await fetch(`http://127.0.0.1:${chosen.min}/status`, { signal: AbortSignal.timeout(1_000) });
      return answer.ok && (await answer.text()).includes("Healthy");
    },
  });
  return { ...server, ports: chosen, ...users };
}

/** Who knows the password of one user learns nothing of the others', nor of the secret. */
function userOf(user: string, secret: string): User {
  return { user, password: createHmac("sha256", secret).update(user).digest("hex") };
}

/** Errors only: the file is read by people who look for what went wrong. */
const LOG_CONF = [
  "writers=stdout",
  "w.stdout.class=io.questdb.log.LogConsoleWriter",
  "w.stdout.level=ERROR,CRITICAL",
  "",
].join("\n");

function environmentOf(
  ports: QuestdbPorts,
  { httpUser, pgUser, pgReader }: Pick<QuestdbServer, "httpUser" | "pgUser" | "pgReader">,
): Record<string, string> {
  return {
    QDB_HTTP_BIND_TO: `127.0.0.1:${ports.http}`,
    QDB_PG_NET_BIND_TO: `127.0.0.1:${ports.pg}`,
    QDB_HTTP_MIN_NET_BIND_TO: `127.0.0.1:${ports.min}`,
    // Setting an HTTP user closes the health check too.
    QDB_HTTP_HEALTH_CHECK_AUTHENTICATION_REQUIRED: "false",
    QDB_LINE_TCP_ENABLED: "false",
    QDB_TELEMETRY_ENABLED: "false",
    QDB_TELEMETRY_HIDE_TABLES: "true",
    QDB_LINE_AUTO_CREATE_NEW_TABLES: "false",
    QDB_LINE_AUTO_CREATE_NEW_COLUMNS: "false",
    QDB_METRICS_ENABLED: "true",
    QDB_HTTP_USER: httpUser.user,
    QDB_HTTP_PASSWORD: httpUser.password,
    QDB_PG_USER: pgUser.user,
    QDB_PG_PASSWORD: pgUser.password,
    QDB_PG_READONLY_USER_ENABLED: "true",
    QDB_PG_READONLY_USER: pgReader.user,
    QDB_PG_READONLY_PASSWORD: pgReader.password,
    QDB_SHARED_WORKER_COUNT: "2",
    // Reads of several functions at once: by default a third one is refused.
    QDB_HTTP_EXPORT_CONNECTION_LIMIT: "64",
    QDB_HTTP_MIN_WORKER_COUNT: "1",
    QDB_CAIRO_WRITER_DATA_APPEND_PAGE_SIZE: "1M",
    QDB_CAIRO_O3_COLUMN_MEMORY_SIZE: "256K",
  };
}
