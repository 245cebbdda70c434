import { createServer } from "node:net";
import { InputError } from "#shared/market/input-error.ts";

/** `count` different ports of 127.0.0.1 that nothing listens on. */
export async function freePorts(count: number): Promise<number[]> {
  // All are held before the first is given back, so that none comes twice.
  const held = await Promise.all(Array.from({ length: count }, () => listen(0)));
  await Promise.all(held.map(({ close }) => close()));
  return held.map(({ port }) => port);
}

/**
 * Throws InputError where something listens on one of the ports: it would answer in the new server's place. `remedy`: how
 * to get another port.
 */
export async function requireFreePorts(ports: readonly number[], remedy: string): Promise<void> {
  for (const port of ports) {
    const { close } = await listen(port).catch((error: NodeJS.ErrnoException) => {
      throw new InputError(
        "conflict",
        `Port ${port} of 127.0.0.1 cannot be listened on (${error.code}): stop what uses it, or ${remedy}.`,
      );
    });
    await close();
  }
}

function listen(port: number): Promise<{ port: number; close(): Promise<void> }> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => {
      const address = server.address();
      if (address === null || typeof address === "string") throw new Error("A TCP server has no port");
      resolve({ port: address.port, close: () => new Promise((closed) => server.close(() => closed())) });
    });
  });
}
