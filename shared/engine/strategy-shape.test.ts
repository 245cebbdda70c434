import { expect, test } from "vitest";
import { barsOf, defineRun } from "#shared/testkit/acting-run.ts";
import { InputError } from "../market/input-error.ts";
import { SMA } from "./indicators/sma.ts";
import { WeightedAverage } from "./indicators/weighted-average.ts";
import { Run } from "./run.ts";
import type { RunDefinition } from "./run-definition.ts";
import { Strategy, type StrategyClass } from "./strategy.ts";

interface Code {
  readonly source?: "close" | "volume";
  readonly weights?: readonly number[];
  readonly cap?: number;
  readonly state?: Readonly<Record<string, unknown>>;
}

/** A strategy of always the same name. */
function averaging({ source = "close", weights = [1, 2], cap = 1, state = { seen: 0 } }: Code): StrategyClass {
  return class Averaging extends Strategy({}) {
    readonly average = new SMA(this.data[source], { period: 2 });
    readonly weighted = new WeightedAverage(this.average, { period: 2, weights });
    readonly cap = cap;
    state = { ...state };
  };
}

function snapshotOf(definition: RunDefinition): Uint8Array {
  const run = new Run(definition);
  const bars = barsOf([
    [1, 1, 1, 1],
    [2, 2, 2, 2],
  ]);
  run.offer(0, bars, 0, bars.length);
  run.advance();
  run.drain();
  return run.snapshot();
}

const written = snapshotOf(defineRun(averaging({})));

function refusal(strategy: StrategyClass): string {
  try {
    new Run(defineRun(strategy)).restore(written);
    return "";
  } catch (error) {
    expect(error).toBeInstanceOf(InputError);
    return (error as Error).message;
  }
}

test("a snapshot goes on only with a strategy of the same shape", () => {
  class Averaging extends Strategy({}) {}
  class Hooked extends averaging({}) {
    override notifyOrder(): void {}
  }
  Object.defineProperty(Hooked, "name", { value: "Averaging" });
  expect(refusal(averaging({}))).toBe("");
  expect(refusal(averaging({ source: "volume" }))).toMatch(/line 8 of data is "SMA .*close.*" there .*volume.* here/);
  expect(refusal(averaging({ weights: [2, 1] }))).toMatch(/line 9 of data is "WeightedAverage .*#.* there and/);
  expect(refusal(averaging({ cap: 2 }))).toContain('field cap is "1" there and "2" here');
  expect(refusal(averaging({ state: { seen: Number.NaN } }))).toContain('state.seen is "0" there and "\\"NaN\\"" here');
  expect(refusal(averaging({ state: { seen: 0, more: new Array<number>(99).fill(0) } }))).toMatch(
    /state.more is absent there and "199 characters #[0-9a-f]{8}" here/,
  );
  expect(refusal(Hooked)).toContain('hooks is [] there and ["notifyOrder"] here');
  expect(refusal(Averaging)).toMatch(/field average is "SMA, line 8 of data" there and absent here.*; and \d more\./);
});

test("a snapshot goes on only with the code that its definition names", () => {
  const definition = defineRun(averaging({}));
  const coded = snapshotOf({ ...definition, codeHash: "a" });
  expect(() => new Run({ ...definition, codeHash: "b" }).restore(coded)).toThrow('code is "a" there and "b" here');
  expect(() => new Run(definition).restore(coded)).toThrow('code is "a" there and absent here');
  new Run({ ...definition, codeHash: "a" }).restore(coded);
});
