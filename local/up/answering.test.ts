import { expect, it } from "vitest";
import { answered, answering } from "./answering.ts";

class Port {
  readonly #kept = "kept";

  async get(what: string): Promise<string> {
    if (what === "wrong") throw new Error("as it is");
    return what === "late" ? new Promise(() => {}) : `${this.#kept} ${what}`;
  }
}

it("passes on what answers in time, and names the server of what does not", async () => {
  const port = answering(new Port(), "Kafka at there:9092", 20);
  expect(await port.get("this")).toBe("kept this");
  await expect(port.get("wrong")).rejects.toThrow("as it is");
  await expect(port.get("late")).rejects.toMatchObject({
    code: "store",
    message: expect.stringMatching(/^Kafka at there:9092 does not answer within 0\.02 s: 'npx millrace status' shows/),
  });
  await expect(answered(new Port().get("late"), "it", 1)).rejects.toThrow("it does not answer");
});
