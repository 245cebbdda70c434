import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { motoEnvironment } from "./moto-environment.ts";
import { portsOf } from "./ports-of.ts";
import { type ServerProcess, startServer } from "./server-process.ts";

/** How clients reach the imitation of AWS. It takes any key. */
export interface MotoAccess {
  readonly endpoint: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

export interface MotoServer extends MotoAccess, ServerProcess {}

/**
 * Starts moto 5.2.5, an imitation of AWS's services, on 127.0.0.1 with its log in `folder` (made if missing). It keeps
 * everything in memory alone. Throws InputError where Python or the port is missing, Error where it does not start.
 */
export async function startMoto(folder: string, port?: number): Promise<MotoServer> {
  const python = await motoEnvironment();
  await mkdir(folder, { recursive: true });
  const ports = await portsOf(folder, ["http"], port === undefined ? undefined : { http: port });
  const endpoint = `http://127.0.0.1:${ports.http}`;
  const server = await startServer({
    name: "moto",
    file: python,
    args: ["-m", "moto.server", "-H", "127.0.0.1", "-p", String(ports.http)],
    environment: {},
    logFile: join(folder, "moto.log"),
    healthy: async () => {
      const answer = await fetch(`${endpoint}/moto-api/`, { signal: AbortSignal.timeout(2_000) });
      await answer.arrayBuffer();
      return answer.ok;
    },
  });
  return { ...server, endpoint, region: "eu-central-1", accessKeyId: "app", secretAccessKey: "any" };
}
