import { expect, test } from "vitest";
import { acting, barsOf, defineRun, HOUR, START } from "../testkit/acting-run.ts";
import { Run } from "./run.ts";

const HOURS = barsOf(Array.from({ length: 4 }, () => [100, 101, 99, 100] as const));
const idle = acting(() => {});

test("a run goes no further than it is told to, and says when its next cycle is", () => {
  const run = new Run(defineRun(idle));
  expect(run.next).toBe(Number.POSITIVE_INFINITY);
  run.offer(0, HOURS, 0, 4);
  expect([run.clock, run.next]).toEqual([0, START + HOUR]);
  run.advance(START + 2 * HOUR + 1);
  expect([run.clock, run.next]).toEqual([START + 2 * HOUR, START + 3 * HOUR]);
  run.advance(START);
  expect(run.clock).toBe(START + 2 * HOUR);
  run.advance();
  expect([run.clock, run.next]).toEqual([START + 4 * HOUR, Number.POSITIVE_INFINITY]);
});

test("no cycle is next while another feed has not told its windows up to it", () => {
  const run = new Run(defineRun(acting(() => {}, ["other"])));
  run.offer(0, HOURS, 0, 4);
  expect(run.next).toBe(Number.POSITIVE_INFINITY);
  run.tell(1, START + 2 * HOUR);
  expect(run.next).toBe(START + HOUR);
  run.advance();
  expect([run.clock, run.next]).toEqual([START + 2 * HOUR, Number.POSITIVE_INFINITY]);
  run.end(1);
  expect(run.next).toBe(START + 3 * HOUR);
});
