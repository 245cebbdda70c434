import { expect, test } from "vitest";
import type { RunRecord } from "../ports/run-registry.ts";
import { latestRecords } from "./latest-records.ts";

test("of each run the latest version is left, and of equal ones the last", () => {
  const record = (run: string, version: number, error: string): RunRecord =>
    ({ run, version, error }) as Partial<RunRecord> as RunRecord;
  const records = [record("a", 2, "1"), record("b", 0, "2"), record("a", 1, "3"), record("b", 0, "4")];
  expect(latestRecords(records)).toEqual([records[0], records[3]]);
});
