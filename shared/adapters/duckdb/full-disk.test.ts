import { execFileSync } from "node:child_process";
import { mkdtempSync, rmdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type TickColumns, tickColumns } from "#shared/market/tick.ts";
import { openStore } from "./store.ts";

const INSTRUMENT = { exchange: "binance", symbol: "BTC/USDT" };
const ROWS = 20_000;

/**
 * A file system of 24 MiB, or null where this user or system may mount none. Throws Error there in continuous
 * integration, which has to try it.
 */
function mountSmallDisk(): string | null {
  const folder = mkdtempSync(join(tmpdir(), "millrace-full-"));
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=24m", "tmpfs", folder], { stdio: "pipe" });
    return folder;
  } catch (cause) {
    rmdirSync(folder);
    const reason = `a full disk was not tried, as no small one can be mounted here: ${(cause as Error).message}`;
    if (process.env["CI"] !== undefined) throw new Error(`${reason}; continuous integration needs one`, { cause });
    console.warn(reason);
    return null;
  }
}

/** Prices that do not compress, so that the disk fills up soon. */
function block(number: number): TickColumns {
  const ticks = Array.from({ length: ROWS }, (_, i) => {
    const id = number * ROWS + i;
    const noise = Math.abs(Math.sin(id) * 10_000);
    return { id, ts: Date.UTC(2024, 0) + id * 10, price: noise + 1, amount: (noise % 1) + 0.1, side: null };
  });
  return tickColumns(ticks);
}

describe("a full disk", () => {
  let disk: string | null = null;

  beforeEach(() => {
    disk = mountSmallDisk();
  });

  afterEach(() => {
    if (disk === null) return;
    // Lazily, as a test that failed has the store still open.
    execFileSync("umount", ["-l", disk]);
    rmdirSync(disk);
  });

  it("is told as such, and a store opened again has what was acknowledged", async () => {
    if (disk === null) return;
    const path = join(disk, "store.duckdb");
    const store = await openStore(path);
    let acknowledged = 0;
    const failure = await (async () => {
      for (; ; acknowledged++) await store.ticks.append(INSTRUMENT, block(acknowledged), "import");
    })().catch((cause: unknown) => cause);
    expect(failure).toMatchObject({ name: "InputError", code: "store" });
    expect((failure as Error).message).toMatch(/the disk that holds the store .* is full/);
    expect(acknowledged).toBeGreaterThan(5);
    await expect(store.ticks.append(INSTRUMENT, block(acknowledged), "import")).rejects.toMatchObject({
      code: "store",
    });
    await store.close();

    // Room for the recovery of the log.
    execFileSync("mount", ["-o", "remount,size=200m", disk]);
    const again = await openStore(path);
    let next = 0;
    for await (const read of again.ticks.read(INSTRUMENT, 0, Number.POSITIVE_INFINITY)) {
      for (const id of read.id) if (id !== next++) throw new Error(`id ${id} is where ${next - 1} belongs`);
    }
    expect(next).toBe((await again.ticks.extent(INSTRUMENT))!.count);
    expect(next).toBeGreaterThanOrEqual(acknowledged * ROWS);
    for (let number = 0; number <= acknowledged + 1; number++) {
      await again.ticks.append(INSTRUMENT, block(number), "import");
    }
    expect((await again.ticks.extent(INSTRUMENT))!.count).toBe((acknowledged + 2) * ROWS);
    await again.close();
  });
});
