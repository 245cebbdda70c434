import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** Tells on 127.0.0.1 how the host does. */
export interface StatusServer {
  /** Of `/status`; `/health` is beside it. */
  readonly url: string;
  close(): Promise<void>;
}

/** `GET /status` answers with what `status` gives, as JSON; `GET /health` with 200 for as long as the host serves. */
export async function openStatusServer(status: () => Promise<object>): Promise<StatusServer> {
  const server = createServer((request, response) => {
    const tell = async (): Promise<void> => {
      const known = request.method === "GET" && (request.url === "/status" || request.url === "/health");
      const body = request.url === "/status" ? await status() : { healthy: true };
      response.writeHead(known ? 200 : 404, { "Content-Type": "application/json", "Cache-Control": "no-store" });
      response.end(known ? JSON.stringify(body) : "{}");
    };
    tell().catch((error: Error) => response.writeHead(500).end(JSON.stringify({ message: error.message })));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/status`,
    async close() {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
