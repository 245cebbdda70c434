import { execFileSync, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, rmdir } from "node:fs/promises";
import { setTimeout as wait } from "node:timers/promises";
import { DuckDBInstance } from "@duckdb/node-api";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openStore } from "#shared/adapters/duckdb/store.ts";
import { expectFault } from "./expect-fault.ts";
import { BTC, CommandFolder, heldCandles, MILLRACE, makeTrades, writeTrades } from "./test-command.ts";

const STORE = 6;
const USAGE = 2;

let folder: CommandFolder;
let trades: string;
let many: string;

beforeAll(async () => {
  folder = await CommandFolder.create();
  trades = await writeTrades(folder.file("trades.csv"), makeTrades(4_000, 0.3));
  many = await writeTrades(folder.file("many.csv"), makeTrades(1_000_000, 0.3));
  await folder.output(["import", BTC, trades]);
});

afterAll(() => folder[Symbol.asyncDispose]());

test("a store that another process has open is told with that process", async () => {
  const store = await openStore(folder.file("busy.duckdb"));
  try {
    for (const words of [["doctor"], ["candles", `${BTC}@1m`], ["import", BTC, trades]]) {
      expectFault(await folder.run(words, "busy.duckdb"), STORE, "busy.duckdb is in use by process", `${process.pid}`);
    }
  } finally {
    await store.close();
  }
  await folder.output(["doctor"], "busy.duckdb");
});

test("a store of a newer version, a folder, a text and another program's file are told apart", async () => {
  await folder.output(["doctor"], "newer.duckdb");
  const newer = await DuckDBInstance.create(folder.file("newer.duckdb"));
  const connection = await newer.connect();
  await connection.run("INSERT INTO schema_migrations VALUES (999, 'later', 0)");
  connection.closeSync();
  newer.closeSync();
  expectFault(await folder.run(["runs"], "newer.duckdb"), STORE, "schema 999", "upgrade Millrace");

  await mkdir(folder.file("folder"));
  expectFault(await folder.run(["runs"], "folder"), STORE, "the store folder is not a file", "folder/");
  await folder.write("text", "hello\n");
  expectFault(await folder.run(["runs"], "text"), STORE, "text is not a Millrace store");
  expectFault(await folder.run(["import", BTC, trades], "text/store"), STORE, "text/store is not a file in a folder");

  const other = await DuckDBInstance.create(folder.file("other.duckdb"));
  const otherConnection = await other.connect();
  await otherConnection.run("CREATE TABLE customers (name VARCHAR)");
  otherConnection.closeSync();
  other.closeSync();
  expectFault(await folder.run(["runs"], "other.duckdb"), STORE, "another program", "'customers'");
});

test("results that cannot be written are told, and the run is kept", async () => {
  const backtest = ["backtest", "sma-cross", `${BTC}@1m`];
  const ended = await folder.run([...backtest, "--report", "nowhere/report.html"]);
  expect(ended.code).toBe(USAGE);
  expect(ended.stderr).toBe(
    "millrace: nowhere/report.html cannot be written: its folder does not exist; make it, or name another path\n",
  );
  const { run } = JSON.parse(await folder.output(["runs", "--json"])) as { run: string };
  await mkdir(folder.file("taken"));
  await folder.write("file", "");
  expectFault(await folder.run(["report", run, "--out", "taken"]), USAGE, "taken cannot be written: it is a folder");
  expectFault(await folder.run(["report", run, "--out", "file/x"]), USAGE, "file/x cannot be written");
  expectFault(await folder.run(["export", run, "--csv", "file"]), USAGE, "file", "cannot be written");
  expectFault(await folder.run(["export", `${BTC}@1h`, "--parquet", "file/x"]), USAGE, "cannot be written");
  await folder.output(["report", run, "--out", "report.html"]);
  expect(existsSync(folder.file("report.html"))).toBe(true);
});

test("the address of a server is refused with what to set instead, and its password is not repeated", async () => {
  const ended = await folder.run(["runs"], "questdb://user:secret@db:9001?pg=8813");
  expectFault(
    ended,
    USAGE,
    "set MILLRACE_QUESTDB_HTTP_URL=http://db:9001, MILLRACE_QUESTDB_PG_HOST=db",
    "docs/functions.md",
  );
  expect(ended.stderr).not.toContain("secret");
});

test("a reader that closes the pipe is no fault", async () => {
  const script = `"${process.execPath}" "${MILLRACE}" candles "${BTC}@1s" --json | head -n 2; echo "\${PIPESTATUS[0]}"`;
  const child = spawn("bash", ["-c", script], {
    cwd: folder.path,
    env: { ...process.env, MILLRACE_STORE: "store.duckdb" },
  });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (data) => {
    stdout += data;
  });
  child.stderr.on("data", (data) => {
    stderr += data;
  });
  await new Promise((resolve) => child.on("close", resolve));
  const lines = stdout.trimEnd().split("\n");
  expect(lines).toHaveLength(3);
  expect(JSON.parse(lines[0]!)).toMatchObject({ timeframe: "1s" });
  expect(lines[2]).toBe("0");
  expect(stderr).toBe("");
});

test("Ctrl-C in an import leaves a store in which the same import goes on", async () => {
  const running = folder.start(["import", BTC, many], "stopped.duckdb");
  while (!existsSync(folder.file("stopped.duckdb"))) await wait(5);
  await wait(100);
  running.kill("SIGINT");
  const { code, signal, stderr } = await running.ended;
  // Where a shell waits for it, this is 130.
  expect({ code, signal }, stderr).toEqual({ code: null, signal: "SIGINT" });
  await folder.output(["doctor"], "stopped.duckdb");
  await folder.output(["import", BTC, many], "stopped.duckdb");
  await folder.output(["import", BTC, many], "clean.duckdb");
  const timeframes = ["1m", "1h", "1M"] as const;
  expect(await heldCandles(folder.file("stopped.duckdb"), BTC, timeframes)).toEqual(
    await heldCandles(folder.file("clean.duckdb"), BTC, timeframes),
  );
});

/** A file system of 6 MiB, or null where this user or system may mount none. */
async function smallDisk(path: string): Promise<string | null> {
  await mkdir(path);
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=6m", "tmpfs", path], { stdio: "pipe" });
    return path;
  } catch (cause) {
    console.warn(`a full disk was not tried, as no small one can be mounted here: ${(cause as Error).message}`);
    return null;
  }
}

test("a full disk is told, and with room the same import goes on", async () => {
  const disk = await smallDisk(folder.file("disk"));
  if (disk === null) return;
  try {
    const store = "disk/store.duckdb";
    const ended = await folder.run(["import", BTC, many], store);
    expectFault(ended, STORE, "the disk that holds the store disk/store.duckdb is full", "free some space");
    execFileSync("mount", ["-o", "remount,size=200m", disk]);
    await folder.output(["doctor"], store);
    await folder.output(["import", BTC, many], store);
    await folder.output(["import", BTC, many], "room.duckdb");
    const timeframes = ["1m", "1h", "1M"] as const;
    expect(await heldCandles(folder.file(store), BTC, timeframes)).toEqual(
      await heldCandles(folder.file("room.duckdb"), BTC, timeframes),
    );
  } finally {
    execFileSync("umount", [disk]);
    await rmdir(disk);
  }
});
