import { describe, expect, it } from "vitest";
import type { TearSheet } from "#shared/engine/tear-sheet.ts";
import type { LiveRunRegistry, RunRecord, RunRegistry } from "#shared/ports/run-registry.ts";
import { type Open, withStore } from "./opened.ts";

const FIGURES: TearSheet = {
  startTime: 1_704_067_200_000,
  endTime: 1_735_689_600_000,
  bars: 8_784,
  startValue: 10_000,
  finalCash: 1.1,
  finalValue: 0.1 + 0.2,
  totalReturn: -0.9,
  cagr: null,
  volatility: 1e-300,
  sharpe: -1.25,
  sortino: null,
  calmar: null,
  maxDrawdown: 0.5,
  maxDrawdownMs: 86_400_000,
  trades: 3,
  wins: 1,
  winRate: 1 / 3,
  profitFactor: null,
  expectancy: -12.5,
  exposure: 0.25,
  turnover: 3.5,
  fees: 12,
  valueAtRisk: null,
  monthly: [{ month: "2024-01", return: 0.01 }],
  buyAndHold: { finalValue: 11_000, totalReturn: 0.1, maxDrawdown: 0.2 },
};

function record(run: string, created: number, changes: Partial<RunRecord> = {}): RunRecord {
  return {
    run,
    version: 0,
    kind: "backtest",
    strategy: "sma-cross",
    feeds: ["data=binance:BTC/USDT@1h", "slow=binance:BTC/USDT@1d"],
    params: { fast: 10, slow: 30.5, label: "a 'quoted' \"name\"\n", short: false },
    definition: '{"a":1}',
    identity: "ab".repeat(32),
    created,
    status: "running",
    error: null,
    resultHash: null,
    until: null,
    figures: null,
    ...changes,
  };
}

/** What every run registry promises. */
export function runRegistryContract(name: string, open: Open<RunRegistry>): void {
  describe(`${name}: runs`, () => {
    it("has no run before the first", () =>
      withStore(open, async (registry) => {
        expect(await registry.get("none")).toBeNull();
        expect(await registry.list()).toEqual([]);
      }));

    it("keeps every field, and replaces a run by its id", () =>
      withStore(open, async (registry) => {
        await registry.put(record("r1", 1_000));
        expect(await registry.get("r1")).toEqual(record("r1", 1_000));
        const finished = record("r1", 1_000, { status: "finished", resultHash: "cd".repeat(32), figures: FIGURES });
        await registry.put(finished);
        await registry.put(finished);
        expect(await registry.get("r1")).toEqual(finished);
        expect(await registry.list()).toEqual([finished]);
      }));

    it("takes and gives several at once, leaving out what is not there", () =>
      withStore(open, async (registry) => {
        await registry.put(record("r1", 1_000));
        const many = Array.from({ length: 300 }, (_, i) => record(`r${i}`, i, { kind: "sweep", figures: FIGURES }));
        await registry.putAll(many);
        await registry.putAll([]);
        // Of two records of one run the last stands.
        await registry.putAll([record("r5", 9, { error: "first" }), many[5]!]);
        expect(await registry.list()).toHaveLength(300);
        const found = await registry.getAll(["none", "r7", "r299", "r1", "r5"]);
        const byName = [...found].sort((a, b) => (a.run < b.run ? -1 : 1));
        expect(byName).toEqual([many[1], many[299], many[5], many[7]]);
        expect(await registry.getAll([])).toEqual([]);
      }));

    it("has no run under an id that can be none's", () =>
      withStore(open, async (registry) => {
        await registry.put(record("r1", 1));
        const impossible = ["", "#running", "r".repeat(600), "r".repeat(5_000), "ü".repeat(300)];
        for (const run of impossible) expect(await registry.get(run)).toBeNull();
        expect(await registry.getAll([...impossible, "r1"])).toEqual([record("r1", 1)]);
      }));

    it("keeps why a run failed", () =>
      withStore(open, async (registry) => {
        const failed = record("r1", 5, { kind: "paper", status: "failed", error: "next() threw: ünexpected\n at x" });
        await registry.put(failed);
        expect(await registry.get("r1")).toEqual(failed);
      }));

    it("lists the newest first", () =>
      withStore(open, async (registry) => {
        for (const [run, created] of [
          ["b", 2_000],
          ["c", 3_000],
          ["a", 1_000],
        ] as const) {
          await registry.put(record(run, created));
        }
        expect((await registry.list()).map(({ run }) => run)).toEqual(["c", "b", "a"]);
      }));

    it("gives those that are running, the newest first", () =>
      withStore(open, async (registry) => {
        expect(await registry.running()).toEqual([]);
        const ended = [record("r1", 1, { status: "failed", error: "no" }), record("r2", 2, { status: "finished" })];
        const running = [record("r3", 3, { kind: "paper" }), record("r4", 4, { kind: "paper" })];
        await registry.putAll([...ended, ...running]);
        expect(await registry.running()).toEqual([running[1], running[0]]);
        await registry.put({ ...running[0]!, status: "finished" });
        expect(await registry.running()).toEqual([running[1]]);
      }));

    it("keeps a later version, and replaces one by the same or a later", () =>
      withStore(open, async (registry) => {
        const third = record("r1", 5, { kind: "paper", version: 3, status: "stopped", until: 1_704_067_200_000 });
        await registry.put(third);
        await registry.put(record("r1", 5, { kind: "paper", version: 2, error: "it waits" }));
        await registry.putAll([record("r1", 5, { kind: "paper", version: 1 }), record("r2", 6)]);
        expect(await registry.get("r1")).toEqual(third);
        expect(await registry.list()).toEqual([record("r2", 6), third]);
        expect(await registry.running()).toEqual([record("r2", 6)]);
        await registry.put({ ...third, until: 0 });
        expect(await registry.get("r1")).toEqual({ ...third, until: 0 });
        const fourth = record("r1", 5, { kind: "paper", version: 4 });
        await registry.putAll([fourth, record("r1", 5, { kind: "paper", version: 3, status: "failed" })]);
        expect(await registry.get("r1")).toEqual(fourth);
        expect(await registry.running()).toEqual([record("r2", 6), fourth]);
      }));

    it("keeps everything over a close", () =>
      withStore(open, async (registry, opened) => {
        if (opened.reopen === undefined) return;
        await registry.put(record("r1", 1, { figures: FIGURES }));
        expect(await (await opened.reopen()).list()).toEqual([record("r1", 1, { figures: FIGURES })]);
      }));
  });
}

/** What the registry that decides what live runs are promises, besides what every other does. */
export function liveRunRegistryContract(name: string, open: Open<LiveRunRegistry>): void {
  runRegistryContract(name, open);
  describe(`${name}: changes of live runs`, () => {
    const live = (version: number, changes: Partial<RunRecord> = {}): RunRecord =>
      record("r1", 1, { kind: "paper", version, ...changes });

    it("replaces the version before alone", () =>
      withStore(open, async (registry) => {
        expect(await registry.replace(live(1))).toBe(false);
        expect(await registry.get("r1")).toBeNull();
        await registry.put(live(1));
        const stopped = live(2, { status: "stopped", resultHash: "cd".repeat(32), until: 60_000, figures: FIGURES });
        expect(await registry.replace(stopped)).toBe(true);
        expect(await registry.replace(live(2, { error: "it waits" }))).toBe(false);
        expect(await registry.replace(live(4))).toBe(false);
        expect(await registry.get("r1")).toEqual(stopped);
        expect(await registry.running()).toEqual([]);
        expect(await registry.replace(live(3))).toBe(true);
        expect(await registry.running()).toEqual([live(3)]);
      }));

    it("lets one of several at once win", () =>
      withStore(open, async (registry) => {
        await registry.put(live(1));
        const changes = Array.from({ length: 6 }, (_, i) => live(2, { error: `change ${i}` }));
        const won = await Promise.all(changes.map((each) => registry.replace(each)));
        expect(won.filter((each) => each)).toHaveLength(1);
        expect(await registry.get("r1")).toEqual(changes[won.indexOf(true)]);
      }));

    it("names those that run, though many begin and end at once", () =>
      withStore(open, async (registry) => {
        const many = Array.from({ length: 20 }, (_, i) => record(`p${i}`, i, { kind: "paper", version: 1 }));
        await Promise.all(many.map((each) => registry.put(each)));
        const ended = many.slice(0, 10).map((each) => ({ ...each, version: 2, status: "stopped" }) as const);
        expect(await Promise.all(ended.map((each) => registry.replace(each)))).toEqual(ended.map(() => true));
        expect(await registry.running()).toEqual(many.slice(10).reverse());
      }));
  });
}
