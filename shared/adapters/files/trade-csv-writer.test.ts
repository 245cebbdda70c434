import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { GREATEST_VALUE, sliceTicks, type Tick, tickAt, tickColumns } from "#shared/market/tick.ts";
import { readAll, TestFiles, TS } from "./test-files.ts";
import { writeTradesCsv } from "./trade-csv-writer.ts";

const positive = fc.double({ min: Number.MIN_VALUE, max: Math.sqrt(GREATEST_VALUE), noNaN: true });
const tick = fc.record<Tick>({
  id: fc.maxSafeNat(),
  ts: fc.integer({ min: Date.UTC(2009, 0, 1), max: Date.UTC(2025, 5, 1) }),
  price: fc.oneof(
    positive,
    fc.integer({ min: 1, max: 10 ** 9 }).map((cents) => cents / 100),
  ),
  amount: fc.oneof(
    positive,
    fc.integer({ min: 1, max: 10 ** 9 }).map((units) => units / 1e8),
  ),
  side: fc.constantFrom("buy", "sell"),
});

test.each([".csv", ".csv.gz", ".zip"])("any trades written to %s read back equal", async (extension) => {
  await using files = await TestFiles.create();
  const path = join(files.folder, `BTCUSDT-trades-2024-08-08${extension}`);
  await fc.assert(
    fc.asyncProperty(fc.array(tick, { minLength: 1, maxLength: 60 }), fc.nat(60), async (ticks, cut) => {
      const columns = tickColumns(ticks);
      await writeTradesCsv(path, [sliceTicks(columns, 0, cut), sliceTicks(columns, cut, ticks.length)]);
      const reading = await readAll(path);
      expect(reading).toMatchObject({ ticks, rejects: [], fault: null });
    }),
    { numRuns: 50 },
  );
  expect(await readdir(files.folder)).toEqual([`BTCUSDT-trades-2024-08-08${extension}`]);
});

test("rows are those of Binance's archive", async () => {
  await using files = await TestFiles.create();
  const path = join(files.folder, "BTCUSDT-trades-2024-08-08.csv");
  const ticks = [
    { id: 10, ts: TS, price: 60_000.5, amount: 0.00000002, side: "sell" },
    { id: 11, ts: TS, price: 0.25, amount: 4, side: "buy" },
  ] as const;
  await writeTradesCsv(path, [tickColumns(ticks)]);
  expect(await readFile(path, "utf8")).toBe(
    `10,60000.5,0.00000002,0.00120001,${TS},True,True\n11,0.25,4,1,${TS},False,True\n`,
  );
});

test("many blocks are written, compressed ones too", async () => {
  await using files = await TestFiles.create();
  const block = tickColumns(
    Array.from({ length: 20_000 }, (_, i) => ({ id: i, ts: TS + i, price: 100 + i / 100, amount: 0.5, side: "buy" })),
  );
  for (const name of ["a.csv", "a.csv.gz", "a.zip"]) {
    const path = join(files.folder, name);
    await writeTradesCsv(
      path,
      Array.from({ length: 5 }, () => block),
    );
    const reading = await readAll(path);
    expect(reading.ticks.length).toBe(100_000);
    expect(reading.ticks[99_999]).toEqual(tickAt(block, 19_999));
    expect(reading.fault).toBeNull();
  }
});

test("what the layout has no place for is refused, and no file is left", async () => {
  await using files = await TestFiles.create();
  const unknown = tickColumns([{ id: 1, ts: TS, price: 1, amount: 1, side: null }]);
  const aggregate = tickColumns([{ id: 1, ts: TS, price: 1, amount: 1, side: "buy" }], "aggregate");
  for (const name of ["a.csv", "a.csv.gz", "a.zip"]) {
    const path = join(files.folder, name);
    await expect(writeTradesCsv(path, [unknown])).rejects.toThrow("trade 1 has no side");
    await expect(writeTradesCsv(path, [aggregate])).rejects.toThrow("no place for aggregates");
  }
  expect(await readdir(files.folder)).toEqual([]);
});
