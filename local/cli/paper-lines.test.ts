import { expect, test } from "vitest";
import { codeOf, planOf, TestCatalog } from "#local/embedded/test-chain.ts";
import { describePlan } from "#shared/app/run-plan.ts";
import { InputError } from "#shared/market/input-error.ts";
import type { RunRecord } from "#shared/ports/run-registry.ts";
import type { CatalogStrategy, StrategyCatalog } from "#shared/ports/strategy-catalog.ts";
import { hashLines, proofConditions } from "./paper-lines.ts";
import { BTC, DAY, START } from "./test-command.ts";

const UNLESS = "(unless history before its first live candle was imported since)";
const MIDNIGHT = Date.UTC(2024, 6, 1);

async function recordOf(changes: Partial<RunRecord>, warmFrom = START): Promise<RunRecord> {
  const plan = planOf("sma-cross", [`${BTC}@1m`], warmFrom, START);
  return {
    run: "paper-1",
    version: 1,
    kind: "paper",
    strategy: "sma-cross",
    feeds: [`data=${BTC}@1m`],
    params: {},
    definition: describePlan(plan, await codeOf(new TestCatalog(), "sma-cross"), null),
    identity: "1",
    created: START,
    status: "running",
    error: null,
    resultHash: null,
    until: null,
    figures: null,
    ...changes,
  };
}

/** The catalog after what `change` does to a strategy. */
class EditedCatalog extends TestCatalog {
  readonly #change: (strategy: CatalogStrategy) => CatalogStrategy;

  constructor(change: (strategy: CatalogStrategy) => CatalogStrategy) {
    super();
    this.#change = change;
  }

  override async load(name: string): Promise<CatalogStrategy> {
    return this.#change(await super.load(name));
  }
}

test("each hash has the command that proves it", async () => {
  const until = START + 2 * DAY;
  const record = await recordOf({ status: "stopped", resultHash: "whole", until });
  const hashes = [{ time: MIDNIGHT, resultHash: "part" }];
  expect(hashLines(record, hashes, ({ until: end }) => `to ${end}`, ["(if)"])).toEqual([
    "result hash  whole",
    `the same     to ${until}`,
    "             (if)",
    "at midnight  2024-07-01 00:00 UTC  part",
    `the same     to ${MIDNIGHT}`,
    "             (if)",
  ]);
});

test.each([
  [{ status: "running" }, "stated when it is stopped"],
  [{ status: "failed", error: "it threw" }, "none, as it has failed"],
  [{ status: "stopped" }, "none, as it has traded no bar"],
] as const)("%j has the result hash: %s", async (changes, words) => {
  expect(hashLines(await recordOf(changes), [], () => "", ["(if)"])).toEqual([`result hash  ${words}`]);
});

test("a backtest is told not to be the same where the strategy was edited, or is gone", async () => {
  const conditions = async (catalog: StrategyCatalog, warmFrom?: number): Promise<string[]> =>
    proofConditions(catalog, await recordOf({}, warmFrom));
  expect(await conditions(new TestCatalog())).toEqual([]);
  expect(await conditions(new TestCatalog(), START - DAY)).toEqual([UNLESS]);
  const edited = new EditedCatalog((strategy) => ({ ...strategy, bundleHash: "other" }));
  const changed = "(sma-cross has changed since: this runs it as it is now)";
  expect(await conditions(edited, START - DAY)).toEqual([changed, UNLESS]);
  const gone = new EditedCatalog(() => {
    throw new InputError("not-found", "no strategy 'sma-cross'");
  });
  expect(await conditions(gone)).toEqual(["(sma-cross cannot be loaded any more: no strategy 'sma-cross')"]);
});
