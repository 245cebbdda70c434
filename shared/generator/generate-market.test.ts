import { createHash } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import { collectTicks } from "../market/collect-ticks.ts";
import type { TickColumns } from "../market/tick.ts";
import { type GeneratedInstrument, generateMarket } from "./generate-market.ts";
import { majorPairs } from "./major-pairs.ts";

const FROM = Date.UTC(2024, 5, 3);
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

function hash(ticks: TickColumns): string {
  const sha = createHash("sha256");
  for (const column of [ticks.id, ticks.ts, ticks.price, ticks.amount, ticks.side]) {
    sha.update(new Uint8Array(column.buffer, column.byteOffset, column.byteLength));
  }
  return sha.digest("hex").slice(0, 16);
}

function generate(seed: number, hours: number, pairs: readonly GeneratedInstrument[] = majorPairs(20_000)) {
  const spec = { from: FROM, to: FROM + hours * HOUR, instruments: pairs };
  return generateMarket(seed, spec).map((stream) => collectTicks(stream.blocks(1_000)));
}

test("one seed gives the same bytes on every machine and for ever", () => {
  expect(generate(7, 24).map(hash)).toEqual(["abcabe690be55d2c", "c69b046a37af2953", "ce4c5b7465fdcd96"]);
  expect(generate(8, 24).map(hash)).not.toEqual(generate(7, 24).map(hash));
});

test("ids count up without a hole from the first, times never fall and stay inside the span", () => {
  for (const [index, ticks] of generate(3, 24).entries()) {
    const { firstId } = majorPairs(1)[index]!;
    expect(ticks.length).toBeGreaterThan(1_000);
    for (let i = 0; i < ticks.length; i++) {
      if (ticks.id[i] !== firstId + i) throw new Error(`row ${i} has id ${ticks.id[i]}`);
      if (i > 0 && ticks.ts[i]! < ticks.ts[i - 1]!) throw new Error(`row ${i} is before row ${i - 1}`);
    }
    expect(ticks.ts[0]).toBeGreaterThanOrEqual(FROM);
    expect(ticks.ts.at(-1)).toBeLessThan(FROM + DAY);
    expect(ticks.ts.every(Number.isInteger)).toBe(true);
  }
});

test("prices and amounts are multiples of their steps, printed without rounding noise", () => {
  const odd = { ...majorPairs(40_000)[0]!, priceStep: 0.5, amountStep: 0.003, medianAmount: 0.02 };
  const [ticks] = generate(5, 6, [odd]);
  const decimals = (value: number) => (String(value).split(".")[1] ?? "").length;
  for (const price of ticks!.price) if (!Number.isInteger(price * 2) || price <= 0) throw new Error(`price ${price}`);
  for (const amount of ticks!.amount) {
    if (decimals(amount) > 3 || Math.round(amount * 1_000) % 3 !== 0 || amount <= 0)
      throw new Error(`amount ${amount}`);
  }
});

test("the size of blocks changes no tick", () => {
  const spec = { from: FROM, to: FROM + HOUR, instruments: majorPairs(50_000).slice(0, 1) };
  const whole = hash(collectTicks(generateMarket(11, spec)[0]!.blocks(1_000_000)));
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 4_000 }), (size) => {
      const blocks = [...generateMarket(11, spec)[0]!.blocks(size)];
      expect(blocks.slice(0, -1).every((block) => block.length === size)).toBe(true);
      expect(hash(collectTicks(blocks))).toBe(whole);
    }),
    { numRuns: 25 },
  );
});

test("a later end and other instruments change no tick", () => {
  const [bitcoin, , solana] = generate(9, 6);
  const [longer] = generate(9, 8);
  const [alone] = generate(9, 6, majorPairs(20_000).slice(2));
  expect(hash(alone!)).toBe(hash(solana!));
  expect(longer!.price.subarray(0, bitcoin!.length)).toEqual(bitcoin!.price);
});

test("it looks like a market", () => {
  const week = generateMarket(21, { from: FROM, to: FROM + 7 * DAY, instruments: majorPairs(20_000) });
  const [bitcoin, ether] = week.map((stream) => collectTicks(stream.blocks(65_536)));
  expect(bitcoin!.length / 7 / 20_000).toBeGreaterThan(0.6);
  expect(bitcoin!.length / 7 / 20_000).toBeLessThan(1.6);
  let sameMillisecond = 0;
  for (let i = 1; i < bitcoin!.length; i++) if (bitcoin!.ts[i] === bitcoin!.ts[i - 1]) sameMillisecond++;
  expect(sameMillisecond / bitcoin!.length).toBeGreaterThan(0.3);
  const sizes = bitcoin!.amount.toSorted();
  expect(sizes[sizes.length >> 1]).toBeCloseTo(0.0031, 3);
  expect(sizes.at(-1)! / sizes[sizes.length >> 1]!).toBeGreaterThan(20);
  expect(correlation(hourlyReturns(bitcoin!), hourlyReturns(ether!))).toBeGreaterThan(0.6);
});

function hourlyReturns(ticks: TickColumns): number[] {
  const closes: number[] = [];
  for (let i = 0; i < ticks.length; i++) closes[Math.floor((ticks.ts[i]! - FROM) / HOUR)] = ticks.price[i]!;
  return closes.slice(1).map((close, hour) => close / closes[hour]! - 1);
}

function correlation(a: readonly number[], b: readonly number[]): number {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const covariance = (x: readonly number[], y: readonly number[]) =>
    mean(x.map((value, i) => (value - mean(x)) * (y[i]! - mean(y))));
  return covariance(a, b) / Math.sqrt(covariance(a, a) * covariance(b, b));
}

test("what cannot be generated is refused with the value and what to use", () => {
  const [bitcoin] = majorPairs(20_000);
  const instruments = [bitcoin!];
  expect(() => generateMarket(0.5, { from: FROM, to: FROM, instruments })).toThrow("seed 0.5 is refused");
  expect(() => generateMarket(1, { from: FROM + 1, to: FROM + DAY, instruments })).toThrow("use whole seconds");
  expect(() => generateMarket(1, { from: FROM, to: FROM - DAY, instruments })).toThrow("is before from");
  const broken = [{ ...bitcoin!, priceStep: 0 }];
  expect(() => generateMarket(1, { from: FROM, to: FROM, instruments: broken })).toThrow(
    "priceStep 0 of binance:BTC/USDT is refused: use a number above 0",
  );
  const [stream] = generateMarket(1, { from: FROM, to: FROM + DAY, instruments });
  expect(() => [...stream!.blocks(0)]).toThrow("block size 0 is refused");
});
