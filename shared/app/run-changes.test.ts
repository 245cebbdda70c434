import { expect, it } from "vitest";
import { MemoryEventLog } from "../adapters/memory/event-log.ts";
import { MemoryRunRegistry } from "../adapters/memory/run-registry.ts";
import type { RunRecord } from "../ports/run-registry.ts";
import { decodeRunTopic } from "../wire/run-event-records.ts";
import { RUN_EVENTS } from "../wire/topics.ts";
import { changeRun, registerRun } from "./run-changes.ts";

const RUN: RunRecord = {
  run: "paper-1",
  version: 1,
  kind: "paper",
  strategy: "sma-cross",
  feeds: ["data=binance:BTC/USDT@1m"],
  params: {},
  definition: "{}",
  identity: "ab",
  created: 0,
  status: "running",
  error: null,
  resultHash: null,
  until: null,
  figures: null,
};

/** Ports of two writers, of whom the first is overtaken right before it stores its change. */
async function overtaken(change: (held: RunRecord) => RunRecord | null) {
  const runs = new MemoryRunRegistry();
  const log = new MemoryEventLog([{ name: RUN_EVENTS, partitions: 1, groups: [], bound: 100 }], () => 0);
  await registerRun({ runs, log }, RUN);
  const slow = Object.create(runs) as MemoryRunRegistry;
  slow.get = (run) => runs.get(run);
  slow.replace = async (record) => {
    if (record.version === 2) await changeRun({ runs, log }, RUN.run, (held) => ({ ...held, status: "stopped" }));
    return runs.replace(record);
  };
  await changeRun({ runs: slow, log }, RUN.run, change);
  const told = (await log.poll("anybody", RUN_EVENTS, 100)).map(({ value }) => decodeRunTopic(value));
  return { held: await runs.get(RUN.run), told: told.map((each) => (each.kind === "run" ? each.run : null)) };
}

it("decides anew on what another made of the run meanwhile, and tells the stream again what stands", async () => {
  const say = (held: RunRecord) => (held.status === "running" ? { ...held, error: "it waits" } : null);
  const { held, told } = await overtaken(say);
  const stopped = { ...RUN, version: 2, status: "stopped" };
  expect(held).toEqual(stopped);
  expect(told).toEqual([RUN, { ...RUN, version: 2, error: "it waits" }, stopped, stopped]);
});

it("changes the later version, where that is to be changed too", async () => {
  const { held, told } = await overtaken((each) => ({ ...each, error: "it waits" }));
  expect(held).toEqual({ ...RUN, version: 3, status: "stopped", error: "it waits" });
  expect(told.at(-1)).toEqual(held);
});

it("is of no use for a run that nobody registered", async () => {
  const runs = new MemoryRunRegistry();
  const log = new MemoryEventLog([{ name: RUN_EVENTS, partitions: 1, groups: [], bound: 100 }], () => 0);
  await expect(changeRun({ runs, log }, "paper-1", (held) => held)).rejects.toThrow("run paper-1 is not registered");
});
