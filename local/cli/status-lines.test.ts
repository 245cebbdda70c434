import { expect, it } from "vitest";
import type { PlatformStatus } from "#shared/app/status.ts";
import { failingLines, statusLines } from "./status-lines.ts";

const told = <T>(value: T) => ({ value, error: null });
const IDLE: PlatformStatus = {
  stages: told([]),
  deadLetters: told(0),
  instruments: told([]),
  lost: told([]),
  runs: told({ open: [], failed: [] }),
  replays: told({ open: [], unreadable: [] }),
};

it("names what gives no answer, at the top and in its place, in 80 columns", () => {
  expect(failingLines([])).toEqual([]);
  expect(failingLines(["DynamoDB at http://127.0.0.1:8000", "Kafka at 127.0.0.1:9092"])).toEqual([
    "servers\n  no proper answer from DynamoDB at http://127.0.0.1:8000 and Kafka at\n" +
      "  127.0.0.1:9092: look at the log, or start it again",
  ]);
  const silent = { value: null, error: "DynamoDB at http://127.0.0.1:8000 does not answer within 6 s" };
  const text = statusLines({ ...IDLE, runs: silent }, 0);
  expect(text).toContain("runs\n  cannot be told: DynamoDB at http://127.0.0.1:8000 does not answer within 6 s\n");
  expect(text.split("\n").filter((line) => line.length > 80)).toEqual([]);
});

it("cuts why a run failed to a line, and says where the rest is", () => {
  expect(statusLines(IDLE, 0)).not.toContain("runs show");
  const failed = [{ run: "paper-1", strategy: "boom", error: `Error: ${"long ".repeat(20)}\nat there` }];
  const text = statusLines({ ...IDLE, runs: told({ open: [], failed }) }, 0);
  expect(text).toMatch(
    /failed: paper-1 \(boom\): Error: long .*…\n {2}npx millrace runs show <run> tells why in full\n/,
  );
});
