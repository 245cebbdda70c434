import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { tickColumns } from "#shared/market/tick.ts";
import { TABLES, type TableName } from "#shared/wire/tables.ts";
import { Database } from "./database.ts";
import { MIGRATIONS, migrate } from "./migrations.ts";
import { openStore } from "./store.ts";

const INSTRUMENT = { exchange: "binance", symbol: "BTC/USDT" };
const REFUSED = join(import.meta.dirname, "fixtures", "append-refused.ts");
const APPENDING = join(import.meta.dirname, "fixtures", "append-until-killed.ts");

let folder = "";
let path = "";

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "millrace-store-"));
  path = join(folder, "store.duckdb");
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

/** The refusal of `openStore`, which must be an InputError 'store' that names the file. */
async function refusal(file: string): Promise<string> {
  const error = await openStore(file).then(
    () => {
      throw new Error(`${file} was opened`);
    },
    (cause: unknown) => cause as Error,
  );
  expect(error).toMatchObject({ name: "InputError", code: "store" });
  expect(error.message).toContain(file);
  return error.message;
}

/** Starts the process that appends blocks of ticks; resolves once it acknowledged `blocks` of them. */
async function startAppending(
  rows: number,
  blocks: number,
): Promise<{ child: ChildProcess; acknowledged: () => number }> {
  const child = spawn(process.execPath, [APPENDING, path, String(rows)], { stdio: ["ignore", "pipe", "inherit"] });
  let acknowledged = 0;
  const lines = createInterface({ input: child.stdout! });
  await new Promise<void>((resolve, reject) => {
    child.once("exit", (code) => reject(new Error(`the appending process ended early: ${code}`)));
    lines.on("line", (line) => {
      acknowledged = Number(line) + 1;
      if (acknowledged >= blocks) resolve();
    });
  });
  return { child, acknowledged: () => acknowledged };
}

async function kill(child: ChildProcess): Promise<void> {
  const exited = once(child, "close");
  child.kill("SIGKILL");
  await exited;
}

describe("opening a store", () => {
  it("makes the folder where it is missing", async () => {
    const deep = join(folder, "a", "b", "store.duckdb");
    await (await openStore(deep)).close();
    expect(existsSync(deep)).toBe(true);
  });

  it("refuses a file of something else, and a folder", async () => {
    writeFileSync(path, "id,price\n".repeat(4_000));
    expect(await refusal(path)).toMatch(/not a DuckDB file/);
    const directory = join(folder, "directory");
    mkdirSync(directory);
    expect(await refusal(directory)).toMatch(/name a file/);
  });

  it("refuses a DuckDB file of another program", async () => {
    const database = await Database.open(path);
    await database.write((connection) => connection.run("CREATE TABLE theirs (a INTEGER)"));
    await database.close();
    expect(await refusal(path)).toMatch(/another program \(it has a table 'theirs'\)/);
  });

  it("refuses a second opening in one process, and opens again after a close", async () => {
    const store = await openStore(path);
    expect(await refusal(path)).toMatch(/open in this process/);
    await store.close();
    await (await openStore(path)).close();
  });

  it("refuses a store that another process has open, and names that process", async () => {
    const { child } = await startAppending(10, 1);
    try {
      expect(await refusal(path)).toContain(`in use by process ${child.pid}`);
    } finally {
      await kill(child);
    }
  });

  it("says so where a closed store is used", async () => {
    const store = await openStore(path);
    await store.close();
    await store.close();
    await expect(store.runs.list()).rejects.toThrow(/is closed/);
    await expect(store.ranges.markDirty(INSTRUMENT, 0, 1)).rejects.toThrow(/is closed/);
  });
});

describe("migrations", () => {
  it("make exactly the tables and columns that are listed", async () => {
    const database = await Database.open(path);
    await migrate(database);
    const rows = await database.rows(
      "SELECT table_name, column_name FROM information_schema.columns ORDER BY table_name, ordinal_position",
    );
    await database.close();
    const made: Record<string, unknown[]> = {};
    for (const [table, column] of rows) made[table as string] = [...(made[table as string] ?? []), column];
    expect(made).toEqual(TABLES satisfies Record<TableName, unknown>);
  });

  it("run once each, on from what is applied, and refuse a newer schema", async () => {
    const next = { number: MIGRATIONS.length + 1, name: "more", statements: ["CREATE TABLE more (a INTEGER)"] };
    for (const migrations of [MIGRATIONS, [...MIGRATIONS, next], [...MIGRATIONS, next]]) {
      const database = await Database.open(path);
      await migrate(database, migrations);
      const [row] = await database.rows("SELECT count(*), max(number) FROM schema_migrations");
      expect(row!.map(Number)).toEqual([migrations.length, migrations.length]);
      await database.close();
    }
    expect(await refusal(path)).toContain(
      `has schema ${next.number}, and this Millrace knows schemas up to ${MIGRATIONS.length}: upgrade Millrace`,
    );
  });

  it("leave nothing of one that fails", async () => {
    const statements = ["CREATE TABLE half (a INTEGER)", "CREATE TABLE broken ("];
    const database = await Database.open(path);
    await expect(
      migrate(database, [...MIGRATIONS, { number: MIGRATIONS.length + 1, name: "broken", statements }]),
    ).rejects.toThrow();
    const tables = await database.rows("SELECT table_name FROM information_schema.tables");
    expect(tables).toEqual([]);
    await database.close();
  });
});

describe("a process killed while it appends", () => {
  // Blocks below and above the 122,880 rows from which DuckDB writes past its log.
  for (const rows of [700, 30_000, 130_000]) {
    it(`leaves every acknowledged block of ${rows} rows, whole, and none twice`, { timeout: 120_000 }, async () => {
      for (let round = 1; round <= 3; round++) {
        const { child, acknowledged } = await startAppending(rows, round * 2);
        await kill(child);
        const store = await openStore(path);
        const { count } = (await store.ticks.extent(INSTRUMENT))!;
        expect(count).toBeGreaterThanOrEqual(acknowledged() * rows);
        expect(count % rows).toBe(0);
        let next = 0;
        for await (const block of store.ticks.read(INSTRUMENT, 0, Number.POSITIVE_INFINITY)) {
          for (const id of block.id) if (id !== next++) throw new Error(`id ${id} is where ${next - 1} belongs`);
        }
        expect(next).toBe(count);
        await store.close();
      }
    });
  }
});

describe("exclusive work", () => {
  it("undoes a write that throws, and goes on", async () => {
    const database = await Database.open(path);
    await migrate(database);
    const failing = database.write(async (connection) => {
      await connection.run("INSERT INTO coverage VALUES (1, 2, 3, 'lost', 'x')");
      throw new Error("halfway");
    });
    const next = database.write((connection) => connection.run("INSERT INTO coverage VALUES (4, 5, 6, 'lost', 'y')"));
    await expect(failing).rejects.toThrow("halfway");
    await next;
    expect(await database.rows("SELECT instrument FROM coverage")).toEqual([[4]]);
    await database.close();
  });

  it("keeps its memory of instruments true to what was committed", async () => {
    const store = await openStore(path);
    const block = tickColumns([{ id: 1, ts: Date.UTC(2024, 0), price: 1, amount: 1, side: null }]);
    // A time that fits no BIGINT: the second chunk fails after the first was taken.
    const ts = new Float64Array(3_000).fill(Date.UTC(2024, 0));
    ts[2_999] = 1e300;
    const id = Float64Array.from(ts, (_, i) => i);
    const ones = new Float64Array(3_000).fill(1);
    const broken = { ...block, length: 3_000, id, firstId: id, lastId: id, ts, price: ones, amount: ones };
    const append = store.ticks.append(INSTRUMENT, { ...broken, side: new Uint8Array(3_000) }, "live");
    await expect(append).rejects.toThrow();
    expect(await store.ticks.extent(INSTRUMENT)).toBeNull();
    expect(await store.ticks.append(INSTRUMENT, block, "live")).toMatchObject({ stored: 1 });
    await store.close();
  });

  it("writes nothing of a refused block later, when DuckDB's appender is collected", async () => {
    execFileSync(process.execPath, ["--expose-gc", REFUSED, path]);
    const database = await Database.open(path);
    expect(await database.rows("SELECT count(*) FROM numbers")).toEqual([[0n]]);
    await database.close();
  });
});
