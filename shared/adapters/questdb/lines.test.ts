import { createBuffer, type SenderBuffer, SenderOptions } from "@questdb/nodejs-client";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Candle } from "#shared/market/candle.ts";
import { type Tick, type TickKind, tickColumns } from "#shared/market/tick.ts";
import { propertyRuns } from "#shared/testkit/property-runs.ts";
import { candleLines, candleRequest, decimalText } from "./candle-lines.ts";
import { metricLines, positionLines } from "./cycle-lines.ts";
import type { Lines } from "./line-buffer.ts";
import { tickLines } from "./tick-lines.ts";

/** What the official client writes. */
function clientBytes(write: (line: SenderBuffer) => void): Buffer {
  const line = createBuffer(new SenderOptions("http::addr=unused;protocol_version=3;auto_flush=off"));
  write(line);
  return line.toBufferNew() ?? Buffer.alloc(0);
}

function bytesOf(batches: Iterable<Lines>): Buffer {
  return Buffer.concat([...batches].map(({ bytes }) => bytes));
}

const INSTRUMENT = { exchange: "binance", symbol: "BTC/USDT" };
const double = fc.double({ noNaN: true, noDefaultInfinity: true });
const integer = fc.maxSafeNat();
const ts = fc.integer({ min: 0, max: 4_102_444_800_000 });

describe("lines are byte for byte those of the official client", () => {
  test("of ticks", () => {
    const tick = fc.record({
      id: integer,
      ts,
      price: double,
      amount: double,
      side: fc.constantFrom("buy", "sell", null),
      firstId: integer,
      lastId: integer,
    });
    fc.assert(
      fc.property(fc.array(tick), fc.constantFrom<TickKind>("trade", "aggregate"), (ticks: Tick[], kind) => {
        const expected = clientBytes((line) => {
          for (const one of ticks) {
            line.table("ticks").symbol("exchange", "binance").symbol("symbol", "BTC/USDT");
            if (one.side !== null) line.symbol("side", one.side);
            line.symbol("origin", "live").intColumn("id", one.id);
            line.floatColumn("price", one.price).floatColumn("amount", one.amount);
            if (kind === "aggregate") line.intColumn("first_id", one.firstId!).intColumn("last_id", one.lastId!);
            line.at(one.ts, "ms");
          }
        });
        expect(bytesOf(tickLines(INSTRUMENT, tickColumns(ticks, kind), "live")).equals(expected)).toBe(true);
      }),
      propertyRuns(100),
    );
  });

  test("of candles", () => {
    const orNull = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: null });
    const sum = fc.bigInt({ min: -(10n ** 38n) + 1n, max: 10n ** 38n - 1n });
    const candle = fc.record({
      instrument: fc.constantFrom("binance:BTC/USDT", "kraken:ETH/USD"),
      timeframe: fc.constantFrom("1m", "1M"),
      openTime: ts,
      closeTime: ts,
      ...{ open: orNull(double), high: orNull(double), low: orNull(double), close: orNull(double) },
      ...{ volume: sum, quoteVolume: orNull(sum), buyVolume: orNull(sum) },
      ...{ trades: orNull(integer), firstId: orNull(integer), lastId: orNull(integer), revision: integer },
      origin: fc.constantFrom("live", "rebuilt"),
      reason: fc.constantFrom("close", "late"),
      completeness: fc.constantFrom("proven", "gap"),
    }) as fc.Arbitrary<Candle>;
    fc.assert(
      fc.property(fc.array(candle), fc.boolean(), (candles, removed) => {
        const expected = clientBytes((line) => {
          for (const one of candles) writeCandle(line, one, removed);
        });
        const lines = removed
          ? [candleRequest(candles.map((one) => ({ candle: one, removed })))]
          : candleLines(candles);
        expect(bytesOf(lines).equals(expected)).toBe(true);
      }),
      propertyRuns(100),
    );
  });

  test("of cycles, whose run may be called anything", () => {
    const cycle = fc.record({ time: ts, cash: double, value: double, position: double });
    fc.assert(
      fc.property(fc.array(cycle), fc.string({ minLength: 1 }), (rows, run) => {
        const column = (of: (row: (typeof rows)[number]) => number) => Float64Array.from(rows, of);
        const columns = {
          time: column((row) => row.time),
          cash: column((row) => row.cash),
          value: column((r) => r.value),
        };
        const cycles = { length: rows.length, ...columns, position: [column((row) => row.position)] };
        const metrics = clientBytes((line) => {
          for (const [i, row] of rows.entries()) {
            line
              .table("portfolio_metrics")
              .symbol("run", run)
              .intColumn("generation", 2)
              .intColumn("cycle", 7 + i);
            line.floatColumn("cash", row.cash).floatColumn("value", row.value).at(row.time, "ms");
          }
        });
        expect(bytesOf(metricLines({ run, generation: 2 }, 7, cycles)).equals(metrics)).toBe(true);
        const positions = clientBytes((line) => {
          for (const [i, row] of rows.entries()) {
            line.table("portfolio_positions").symbol("run", run).intColumn("generation", 2).intColumn("feed", 0);
            line
              .intColumn("cycle", 7 + i)
              .floatColumn("position", row.position)
              .at(row.time, "ms");
          }
        });
        expect(bytesOf(positionLines({ run, generation: 2 }, 7, cycles, 0)).equals(positions)).toBe(true);
      }),
      propertyRuns(100),
    );
  });
});

function writeCandle(line: SenderBuffer, one: Candle, removed: boolean): void {
  const [exchange, symbol] = one.instrument.split(":") as [string, string];
  line.table("candles").symbol("exchange", exchange).symbol("symbol", symbol).symbol("timeframe", one.timeframe);
  line.symbol("origin", one.origin).symbol("reason", one.reason).symbol("completeness", one.completeness);
  line.intColumn("revision", one.revision).timestampColumn("close_ts", one.closeTime, "ms");
  for (const name of ["open", "high", "low", "close"] as const) {
    if (one[name] !== null) line.floatColumn(name, one[name]);
  }
  line.decimalColumnText("volume", decimalText(one.volume));
  if (one.quoteVolume !== null) line.decimalColumnText("quote_volume", decimalText(one.quoteVolume));
  if (one.buyVolume !== null) line.decimalColumnText("buy_volume", decimalText(one.buyVolume));
  if (one.trades !== null) line.intColumn("trades", one.trades);
  if (one.firstId !== null) line.intColumn("first_id", one.firstId);
  if (one.lastId !== null) line.intColumn("last_id", one.lastId);
  line.booleanColumn("removed", removed).at(one.openTime, "ms");
}

test.each([
  [0n, "0"],
  [-1n, "-0.000000000000000001"],
  [1_500_000_000_000_000_000n, "1.5"],
  [100n * 10n ** 18n, "100"],
  [10n ** 38n - 1n, "99999999999999999999.999999999999999999"],
])("the decimal %s is written %s", (value, text) => expect(decimalText(value)).toBe(text));

test("long blocks are cut into requests whose rows end where they say", () => {
  const ticks = tickColumns(
    Array.from({ length: 45_000 }, (_, id) => ({ id, ts: id, price: 1, amount: 2, side: "buy" as const })),
  );
  const batches = [...tickLines(INSTRUMENT, ticks, "import")];
  expect(batches.map(({ ends }) => ends.length)).toEqual([20_000, 20_000, 5_000]);
  for (const { bytes, ends } of batches) {
    expect(ends.at(-1)).toBe(bytes.length);
    expect(ends.every((end) => bytes[end - 1] === 10)).toBe(true);
  }
});
