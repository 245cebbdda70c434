import { describe, expect, it } from "vitest";
import { rebuild } from "#shared/app/rebuild.ts";
import type { Candle } from "#shared/market/candle.ts";
import { InputError } from "#shared/market/input-error.ts";
import { parseInstrument } from "#shared/market/instrument.ts";
import { type Tick, tickColumns } from "#shared/market/tick.ts";
import type { Timeframe } from "#shared/market/timeframe.ts";
import { type MemoryPorts, memoryPorts } from "./test-chain.ts";

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const BTC = parseInstrument("binance:BTC/USDT");
const NOON = Date.UTC(2024, 5, 12, 12);

/** A trade at each of these minutes after noon, with ids from `firstId` on. */
function trades(firstId: number, minutes: readonly number[]): Tick[] {
  return minutes.map((minute, i) => {
    return { id: firstId + i, ts: NOON + minute * MINUTE, price: 100 + minute, amount: 1, side: "buy" };
  });
}

async function store(ports: MemoryPorts, ticks: readonly Tick[]): Promise<void> {
  await ports.ticks.append(BTC, tickColumns(ticks), "import");
  for (const { ts } of ticks) await ports.ranges.markDirty(BTC, ts, ts + 1);
}

async function read(ports: MemoryPorts, timeframe: Timeframe): Promise<Candle[]> {
  const query = { instrument: BTC, timeframe, choice: "best", from: 0, to: NOON + 1_000 * DAY } as const;
  const candles: Candle[] = [];
  for await (const block of ports.candles.read(query)) candles.push(...block);
  return candles;
}

/** `port` with some of its methods replaced. */
function instead<P extends object>(port: P, own: Partial<P>): P {
  return new Proxy(port, {
    get: (target, name) => {
      const value: unknown = Reflect.get(own, name) ?? Reflect.get(target, name, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

describe("a rebuild that may have lost its lease", () => {
  /** Ports of a process that stands still before its first candles are stored, or right after it made sure of its lease. */
  function stoppedPorts(ports: MemoryPorts, isLost: () => boolean) {
    const stop = Promise.withResolvers<void>();
    const goOn = Promise.withResolvers<void>();
    const lost = (): InputError => new InputError("conflict", "the lease was taken");
    const check = (): void => {
      if (isLost()) throw lost();
    };
    const ranges = instead(ports.ranges, {
      withLease: async (_, work) => {
        await work({ check });
        throw lost();
      },
    });
    const candles = instead(ports.candles, {
      replace: async (...args) => {
        stop.resolve();
        await goOn.promise;
        return ports.candles.replace(...args);
      },
    });
    return { ports: { ...ports, ranges, candles }, stopped: stop.promise, goOn: goOn.resolve };
  }
  const firstMinutes = async (ports: MemoryPorts): Promise<unknown[]> =>
    (await read(ports, "1m")).slice(0, 2).map(({ trades: count, high }) => [count, high]);

  it.each([
    ["marks again what it stored over candles of another", false],
    ["stores nothing more once it knows, and marks again what it stored until then", true],
  ])("%s", async (_, knows) => {
    const ports = memoryPorts();
    await store(ports, [...trades(1, [0]), ...trades(3, [1, 70])]);
    let isLost = false;
    const one = stoppedPorts(ports, () => knows && isLost);
    const first = rebuild(one.ports, BTC);
    await one.stopped;
    isLost = true;
    await store(ports, [{ id: 2, ts: NOON + 1, price: 900, amount: 1, side: null }]);
    await rebuild(ports, BTC);
    const whole = [
      [2, 900],
      [1, 101],
    ];
    expect(await firstMinutes(ports)).toEqual(whole);
    one.goOn();
    await expect(first).rejects.toThrow("the lease was taken");
    expect(await firstMinutes(ports)).toEqual([[1, 100], whole[1]]);
    expect((await read(ports, "1h"))[0]).toMatchObject({ high: knows ? 900 : 101 });
    await rebuild(ports, BTC);
    expect(await firstMinutes(ports)).toEqual(whole);
    expect((await read(ports, "1h"))[0]).toMatchObject({ high: 900, trades: 3 });
    expect(await ports.ranges.dirty(BTC)).toEqual([]);
  });
});

describe("a rebuild that is ended before it is done", () => {
  const days = [-44, -43, -42, -12, -11];

  it("leaves the months done that it had come through, and the next goes on from there", async () => {
    const ports = memoryPorts();
    const ticks = trades(
      1,
      days.map((day) => (day * DAY) / MINUTE),
    );
    await ports.ticks.append(BTC, tickColumns(ticks), "import");
    const marked = { from: ticks[0]!.ts, to: ticks.at(-1)!.ts + 1 };
    await ports.ranges.markDirty(BTC, marked.from, marked.to);
    const from = Date.UTC(2024, 4, 1);
    const end = new Error("out of time");
    const candles = instead(ports.candles, {
      replace: (series, some) => (series.from > from ? Promise.reject(end) : ports.candles.replace(series, some)),
    });
    await expect(rebuild({ ...ports, candles }, BTC)).rejects.toBe(end);
    expect(await ports.ranges.dirty(BTC)).toEqual([expect.objectContaining({ from, to: marked.to })]);
    let earliest = Number.POSITIVE_INFINITY;
    const watched = instead(ports.candles, {
      replace: (series, some) => {
        if (series.timeframe === "1m") earliest = Math.min(earliest, series.from);
        return ports.candles.replace(series, some);
      },
    });
    const progress: number[] = [];
    await rebuild({ ...ports, candles: watched }, BTC, (at, whole) =>
      progress.push((at - whole.from) / (whole.to - whole.from)),
    );
    expect(earliest).toBe(NOON - 43 * DAY);
    expect(progress).toEqual(progress.toSorted((a, b) => a - b));
    expect(progress.at(-1)).toBe(1);
    expect(await ports.ranges.dirty(BTC)).toEqual([]);

    const whole = memoryPorts();
    await store(whole, ticks);
    await rebuild(whole, BTC);
    for (const timeframe of ["1m", "1w", "1M"] as const) {
      const rebuilt = await read(ports, timeframe);
      expect(rebuilt.length).toBeGreaterThan(2);
      expect(rebuilt).toEqual(await read(whole, timeframe));
    }
  });

  it("keeps what is marked behind it meanwhile for the next", async () => {
    const ports = memoryPorts();
    await store(ports, trades(1, [0, (20 * DAY) / MINUTE]));
    const late = { from: NOON - MINUTE, to: NOON };
    const candles = instead(ports.candles, {
      replace: async (series, some) => {
        if (series.from > NOON + DAY) await ports.ranges.markDirty(BTC, late.from, late.to);
        await ports.candles.replace(series, some);
      },
    });
    await rebuild({ ...ports, candles }, BTC);
    expect(await ports.ranges.dirty(BTC)).toEqual([expect.objectContaining(late)]);
  });
});
