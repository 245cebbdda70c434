import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { expect, it } from "vitest";
import { KafkaEventLog } from "./event-log.ts";

it.each(["open", "openToPublish"] as const)(
  "%s tells of a broker that takes connections and never answers",
  async (open) => {
    const server = createServer((socket) => socket.on("error", () => {}).resume()).listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const settings = { brokers: [`127.0.0.1:${port}`], user: "u", password: "p", tls: false, deadlineMs: 500 };
    await expect(KafkaEventLog[open](settings)).rejects.toThrow(
      `Kafka at 127.0.0.1:${port} could not be reached within 500 ms (it does not answer)`,
    );
    server.close();
  },
  20_000,
);
