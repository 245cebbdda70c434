import { expect, test } from "vitest";
import { acting, type Bar, barsOf, defineRun, HOUR, runOver, START } from "#shared/testkit/acting-run.ts";
import { Strategy } from "./strategy.ts";

const FLAT: Bar = [100, 100, 100, 100];

test("rings in the first cycle that reaches or passes a multiple, once however many a gap passes, before next", () => {
  const heard: string[] = [];
  class Timed extends Strategy({}) {
    readonly beat = this.every(2 * HOUR);
    override notifyTimer(time: number): void {
      heard.push(`${(time - START) / HOUR}h`);
    }
    override next(): void {
      heard.push(`bar ${this.data.bars}`);
    }
  }
  runOver(defineRun(Timed), barsOf([FLAT, FLAT, FLAT, null, null, null, FLAT, FLAT]));
  expect(heard).toEqual(["bar 1", "2h", "bar 2", "bar 3", "6h", "bar 4", "8h", "bar 5"]);
});

test("rings in the first cycle if that ends at a multiple", () => {
  const heard: number[] = [];
  class Hourly extends Strategy({}) {
    readonly beat = this.every("1h");
    override notifyTimer(time: number): void {
      heard.push(time);
    }
  }
  runOver(defineRun(Hourly), barsOf([FLAT]));
  expect(heard).toEqual([START + HOUR]);
});

test("there is one timer, set while the strategy is made", () => {
  class Twice extends Strategy({}) {
    readonly first = this.every("1h");
    readonly second = this.every(1000);
  }
  expect(() => runOver(defineRun(Twice), barsOf([FLAT]))).toThrow("a strategy has one timer");
  class Late extends Strategy({}) {
    override next(): void {
      this.every("1h");
    }
  }
  expect(() => runOver(defineRun(Late), barsOf([FLAT]))).toThrow("a strategy has one timer");
  class Vague extends Strategy({}) {
    readonly beat = this.every("soon" as "1h");
  }
  expect(() => runOver(defineRun(Vague), barsOf([FLAT]))).toThrow("the timer's duration is 'soon': give whole ms");
  expect(() => runOver(defineRun(acting(() => {})), barsOf([FLAT]))).not.toThrow();
});
