import { describe, expect, it } from "vitest";
import { codeOf, TestCatalog } from "#local/embedded/test-chain.ts";
import { startPaperRun } from "#shared/app/paper-run.ts";
import type { RunRecord } from "#shared/ports/run-registry.ts";
import { TICKS } from "#shared/wire/topics.ts";
import { allRecords } from "./all-records.ts";
import { COMMITS_BEFORE_OUTPUT, WITHOUT_CONTENT_FENCE, WITHOUT_FENCES } from "./broken-stages.ts";
import {
  type FaultSpec,
  KILLED_FUNCTIONS,
  planFaults,
  planText,
  REPEATED_DELIVERIES,
  SLOW_INVOCATIONS,
} from "./fault-plan.ts";
import { chainPorts, outcomeIn, STAGES, type Stages } from "./memory-chain.ts";
import { MemoryChaos } from "./memory-chaos.ts";
import { plansOfRuns } from "./paper-runs.ts";
import { referenceOf } from "./reference.ts";
import { type Publication, type Scenario, scenarioOf } from "./scenario.ts";
import { differences } from "./verdict.ts";

const SEEDS = [1, 2];
const FAULTS = [KILLED_FUNCTIONS, SLOW_INVOCATIONS, REPEATED_DELIVERIES].flat();
const catalog = new TestCatalog();

/** What the stages make of a market while faults happen, compared with what they make of it in peace. */
async function play(
  stages: Stages,
  seed: number,
  publications: readonly Publication[],
  faults: readonly FaultSpec[],
): Promise<readonly string[]> {
  const ports = chainPorts(catalog);
  const chaos = new MemoryChaos(ports, stages, seed);
  const plan = planFaults(seed, publications.length, faults);
  const runs: RunRecord[] = [];
  for (const [i, publication] of publications.entries()) {
    if (i === publications.length >> 5) {
      for (const each of plansOfRuns()) {
        runs.push(await startPaperRun(ports, each, await codeOf(catalog, each.strategy), runs.length));
      }
    }
    for (const { at, fault } of plan) if (at === i) await chaos.inject(fault);
    await chaos.publish(publication);
    if (i % 3 === 0) await chaos.drain();
  }
  await chaos.drain();
  const reference = await referenceOf(await allRecords(ports.log, "the verdict", TICKS), runs, catalog);
  const found = differences("the stream", reference.published, await outcomeIn(ports));
  return found.length === 0 ? [] : [planText(seed, plan), ...found];
}

/** All records that this version can read, from which nothing was left out. */
function readable({ chaos, newer, recreated }: Scenario): Publication[] {
  return [...chaos, ...newer.slice(1), ...recreated];
}

const peaceful = (seed: number): Publication[] => {
  const seen = new Set<Uint8Array>();
  return readable(scenarioOf(seed)).filter(({ value }) => {
    if (value === null || seen.has(value)) return value === null;
    seen.add(value);
    return true;
  });
};

describe("in memory, the verdict", () => {
  it.each(SEEDS)("finds nothing in the stages as they are, seed %i", async (seed) => {
    expect(await play(STAGES, seed, readable(scenarioOf(seed)), [FAULTS, FAULTS].flat())).toEqual([]);
  });

  const broken = [
    ["a stage that commits before it publishes", COMMITS_BEFORE_OUTPUT, KILLED_FUNCTIONS],
    ["a stage without the content fence", WITHOUT_CONTENT_FENCE, []],
  ] as const;

  it.each(broken)("is red for %s, and green while nothing happens to it", async (_what, stages, faults) => {
    for (const seed of SEEDS) {
      expect(await play(stages, seed, peaceful(seed), [])).toEqual([]);
      const found = await play(
        stages,
        seed,
        readable(scenarioOf(seed)),
        Array<readonly FaultSpec[]>(4).fill(faults).flat(),
      );
      expect(found.join("\n"), `seed ${seed}`).toMatch(/lacks candle|has candle/);
    }
  });

  it("is red for a stage without the offset fence too where batches come again, and green with it", async () => {
    for (const seed of SEEDS) {
      expect(await play(WITHOUT_CONTENT_FENCE, seed, peaceful(seed), REPEATED_DELIVERIES)).toEqual([]);
      const found = await play(WITHOUT_FENCES, seed, peaceful(seed), REPEATED_DELIVERIES);
      expect(found.join("\n"), `seed ${seed}`).toMatch(/lacks candle|has candle/);
    }
  });
});
