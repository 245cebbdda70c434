import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { parseInstrument } from "#shared/market/instrument.ts";
import { DuckdbReplayFiles } from "./replay-files.ts";

const BTC = parseInstrument("binance:BTC/USDT");
const GOES_ON = new AbortController().signal;
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "replay-files-"));
});
afterEach(() => rm(folder, { recursive: true }));

it("imports a file once, keeps the rows that were left out, and leaves nothing behind", async () => {
  const file = join(folder, "trades.csv");
  const row = (id: number, price: string) => `${id},${Date.UTC(2024, 5, 1) + id * 1_000},${price},1,buy`;
  await writeFile(file, ["id,time,price,amount,side", row(1, "100"), row(2, "-5"), row(3, "101")].join("\n"));
  const kept = join(folder, "replay");
  const files = new DuckdbReplayFiles(kept);
  const first = await files.open("replay-1", file, BTC, GOES_ON);
  const rejects = { rows: 1, path: join(kept, "replay-1.rejects.csv") };
  expect(first.rejects).toEqual(rejects);
  await first.close();
  expect((await stat(kept)).mode & 0o777).toBe(0o700);
  expect((await readFile(rejects.path, "utf8")).split("\n")).toHaveLength(3);

  // A second import would find no file.
  await rm(file);
  const second = await files.open("replay-1", file, BTC, GOES_ON);
  expect(second.rejects).toEqual(rejects);
  expect(await second.ticks.extent(BTC)).toMatchObject({ count: 2 });
  await second.close();

  await files.remove("replay-1");
  await expect(files.open("replay-1", file, BTC, GOES_ON)).rejects.toMatchObject({ name: "InputError" });
  expect(await readFile(rejects.path, "utf8")).toContain("-5");
  await files.forget("replay-1");
  await expect(readFile(rejects.path)).rejects.toMatchObject({ code: "ENOENT" });
});

it("breaks off an import that nobody waits for, and makes it whole when it is opened again", async () => {
  const file = join(folder, "trades.csv");
  const rows = Array.from({ length: 50_000 }, (_, id) => `${id},${Date.UTC(2024, 5, 1) + id * 1_000},100,1,buy`);
  await writeFile(file, ["id,time,price,amount,side", ...rows].join("\n"));
  const files = new DuckdbReplayFiles(join(folder, "replay"));
  const breakOff = new AbortController();
  const opening = files.open("replay-1", file, BTC, breakOff.signal);
  breakOff.abort();
  await expect(opening).rejects.toMatchObject({ name: "AbortError" });
  const whole = await files.open("replay-1", file, BTC, GOES_ON);
  expect(await whole.ticks.extent(BTC)).toMatchObject({ count: 50_000 });
  await whole.close();
});
