import { expect, test } from "vitest";
import { barsOf, defineRun } from "#shared/testkit/acting-run.ts";
import { Run } from "./run.ts";
import { Strategy } from "./strategy.ts";

test("what a strategy writes is cut where a record could not hold it", () => {
  class Writes extends Strategy({}) {
    override next(): void {
      this.log("l".repeat(2_000_000));
      this.log(7 as unknown as string);
      this.buy({ size: 1, tag: "t".repeat(2_000_000) });
      this.buy({ size: 1, tag: 7 as unknown as string });
    }
  }
  const run = new Run(defineRun(Writes));
  run.offer(0, barsOf([[100, 100, 100, 100]]), 0, 1);
  run.advance();
  const { logs, orders } = run.drain();
  expect(logs.map(({ text }) => text)).toEqual([`${"l".repeat(9_999)}…`, "7"]);
  expect(orders.map(({ tag }) => tag)).toEqual([`${"t".repeat(199)}…`, "7"]);
});
