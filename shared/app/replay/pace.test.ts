import { expect, it } from "vitest";
import { Pace } from "./pace.ts";

it("lets what happened be due at the session's speed, from where it was when it began to play", () => {
  const pace = new Pace();
  const session = { at: 100_000, speed: 10 };
  expect(pace.wait(110_000, session, 5_000)).toBe(1_000);
  expect(pace.wait(110_000, session, 5_400)).toBe(600);
  expect(pace.wait(110_000, session, 6_000)).toBe(0);
  expect(pace.wait(120_000, { ...session, at: 110_000 }, 6_000)).toBe(1_000);
});

it("plays at once what comes before, and all of it where it goes as fast as it can", () => {
  expect(new Pace().wait(90_000, { at: 100_000, speed: 1 }, 5_000)).toBe(0);
  expect(new Pace().wait(900_000, { at: 100_000, speed: Number.POSITIVE_INFINITY }, 5_000)).toBe(0);
});

it("counts from then on where the speed changes, time stood still or it fell behind", () => {
  const pace = new Pace();
  expect(pace.wait(110_000, { at: 100_000, speed: 10 }, 5_000)).toBe(1_000);
  expect(pace.wait(110_000, { at: 105_000, speed: 1 }, 5_500)).toBe(5_000);
  pace.halt();
  expect(pace.wait(110_000, { at: 105_000, speed: 1 }, 9_000)).toBe(5_000);
  expect(pace.wait(110_000, { at: 105_000, speed: 1 }, 20_000)).toBe(0);
  expect(pace.wait(111_000, { at: 110_000, speed: 1 }, 20_000)).toBe(1_000);
});
