import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { freePorts } from "#local/servers/free-ports.ts";
import { type QuestdbServer, startQuestdb } from "#local/servers/start-questdb.ts";
import type { Instrument } from "#shared/market/instrument.ts";
import { type Tick, type TickColumns, tickColumns } from "#shared/market/tick.ts";
import { candle, query, read } from "#shared/testkit/candle-samples.ts";
import { collect } from "#shared/testkit/opened.ts";
import { questdbConnection } from "#shared/testkit/questdb-connection.ts";
import { freshInstrument } from "#shared/testkit/sample-instruments.ts";
import { rowsOf, START, ticksFrom } from "#shared/testkit/tick-samples.ts";
import type { QuestdbConnection } from "./connection.ts";
import { migrate } from "./migrations.ts";
import { MIGRATIONS } from "./schema.ts";
import { RefusedRowsError } from "./server-faults.ts";
import { SqlClient } from "./sql-client.ts";
import { openQuestdbStore, type QuestdbStore } from "./store.ts";
import { WalGate } from "./wal-gate.ts";

let folder: string;
let server: QuestdbServer;
let connection: QuestdbConnection;
let sql: SqlClient;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "millrace-questdb-"));
  server = await startQuestdb(folder);
  connection = questdbConnection(server, 30_000);
  sql = new SqlClient(connection);
});

afterAll(async () => {
  await sql.close();
  await server.stop();
  await rm(folder, { recursive: true });
});

const open = (changes: Partial<QuestdbConnection> = {}, keepTicksDays: number | null = null): Promise<QuestdbStore> =>
  openQuestdbStore({ ...connection, ...changes }, { keepTicksDays });

async function withOpened(
  test: (store: QuestdbStore) => Promise<void>,
  changes: Partial<QuestdbConnection> = {},
): Promise<void> {
  const store = await open(changes);
  try {
    await test(store);
  } finally {
    await store.close();
  }
}

describe("more readers than the server lets at once", () => {
  it("wait for each other", async () => {
    const instrument = freshInstrument();
    await withOpened(async (store) => {
      const candles = Array.from({ length: 2_000 }, (_, i) => candle(instrument, i));
      await store.candles.put(candles);
      const reads = Array.from({ length: 24 }, () => read(store.candles, query(instrument)));
      for (const found of await Promise.all(reads)) expect(found).toHaveLength(candles.length);
    });
  });
});

describe("the schema", () => {
  it("is made by several processes at once, and each migration is noted once", async () => {
    const stores = await Promise.all([open(), open(), open()]);
    await Promise.all(stores.map((store) => store.close()));
    const noted = await sql.rows("SELECT number, name FROM schema_migrations ORDER BY number");
    expect(noted).toEqual(MIGRATIONS.map(({ number, name }) => [number, name]));
  });

  it("keeps ticks for as long as it is told", async () => {
    const ttl = async () => (await sql.rows("SELECT ttlValue, ttlUnit FROM tables() WHERE table_name = 'ticks'"))[0];
    await (await open({}, 90)).close();
    expect(await ttl()).toEqual([90, "DAY"]);
    await (await open()).close();
    expect((await ttl())![0]).toBe(0);
    await expect(open({}, 1.5)).rejects.toThrow(
      "ticks cannot be kept for 1.5 days: give a whole number from 1, or none",
    );
  });

  it.each([
    [
      "ALTER TABLE fills ADD COLUMN liquidity SYMBOL",
      "table 'fills' has a column 'liquidity', where no such column is expected: run ALTER TABLE fills DROP COLUMN liquidity",
      "ALTER TABLE fills DROP COLUMN liquidity",
    ],
    [
      "ALTER TABLE logs RENAME COLUMN text TO line",
      "table 'logs' has no column 'text', where text VARCHAR is expected",
      "ALTER TABLE logs RENAME COLUMN line TO text",
    ],
    [
      "ALTER TABLE orders ALTER COLUMN size TYPE FLOAT",
      "table 'orders' has column 'size' of type FLOAT, where DOUBLE is expected",
      "ALTER TABLE orders ALTER COLUMN size TYPE DOUBLE",
    ],
    [
      "ALTER TABLE candles DEDUP DISABLE",
      "table 'candles' has no upsert keys, so that repeats would double rows",
      "ALTER TABLE candles DEDUP ENABLE UPSERT KEYS(ts, exchange, symbol, timeframe, origin, revision)",
    ],
    [
      "ALTER TABLE coverage DEDUP ENABLE UPSERT KEYS(ts, exchange)",
      "table 'coverage' has upsert keys (ts, exchange), where (ts, exchange, symbol, to_ts, kind) is expected",
      "ALTER TABLE coverage DEDUP ENABLE UPSERT KEYS(ts, exchange, symbol, to_ts, kind)",
    ],
    ["RENAME TABLE trades TO others", "table 'trades' is missing", "RENAME TABLE others TO trades"],
    [
      "INSERT INTO schema_migrations VALUES (0, 99, 'later', now())",
      `QuestDB has schema 99, and this Millrace knows schemas up to ${MIGRATIONS.length}: upgrade Millrace`,
      "TRUNCATE TABLE schema_migrations",
    ],
  ])("refuses what it did not make: %s", async (change, message, mend) => {
    const wal = new WalGate(sql, connection.deadlineMs);
    await sql.rows(change);
    const table = /TABLE (\w+)|INTO (\w+)/.exec(change)!;
    if (!change.startsWith("RENAME")) await wal.pass([table[1] ?? table[2]!]);
    await expect(open()).rejects.toMatchObject({ code: "store", message: expect.stringContaining(message) });
    await sql.rows(mend);
    await expect.poll(async () => (await open()).close().then(() => "as expected")).toBe("as expected");
  });

  it("grows by a migration, which an older Millrace refuses to do without", async () => {
    const wal = new WalGate(sql, connection.deadlineMs);
    const second = {
      number: MIGRATIONS.length + 1,
      name: "venue",
      creates: [],
      adds: [{ table: "fills", column: ["venue", "SYMBOL"] }],
    } as const;
    await migrate(sql, wal, [...MIGRATIONS, second]);
    await migrate(sql, wal, [...MIGRATIONS, second]);
    await expect(open()).rejects.toThrow(`QuestDB has schema ${second.number}`);
    await sql.rows("ALTER TABLE fills DROP COLUMN venue");
    await sql.rows("TRUNCATE TABLE schema_migrations");
    await wal.pass(["fills", "schema_migrations"]);
  });
});

describe("a connection", () => {
  it("with a wrong password is refused in so many words", async () => {
    await expect(open({ pgPassword: "wrong" })).rejects.toThrow(/QuestDB at 127.0.0.1:\d+ refuses user 'app'/);
    await withOpened(
      async ({ candles }) => {
        const put = candles.put([candle(freshInstrument(), 0)]);
        await expect(put).rejects.toThrow(/QuestDB at http:\/\/127.0.0.1:\d+ refuses user 'ingest': correct/);
      },
      { httpPassword: "wrong" },
    );
  });

  it("to where nothing listens is told after the deadline", async () => {
    const [port] = await freePorts(1);
    await expect(open({ pgPort: port!, deadlineMs: 300 })).rejects.toThrow(
      /QuestDB at 127.0.0.1:\d+ cannot be reached while running a query \(tried for 300 ms: .*ECONNREFUSED/,
    );
    await withOpened(
      async ({ candles }) => {
        await expect(candles.put([candle(freshInstrument(), 0)])).rejects.toThrow(
          /QuestDB at http:\/\/127.0.0.1:\d+ cannot be reached while writing to table 'candles' .*ECONNREFUSED/,
        );
      },
      { httpUrl: `http://127.0.0.1:${port}`, deadlineMs: 1_500 },
    );
  });
});

describe("a row that the server refuses", () => {
  const tooLarge = 10n ** 40n;

  it("is named, and the others are stored", () =>
    withOpened(async ({ candles }) => {
      const instrument = freshInstrument();
      const put = [0, 1, 2, 3, 4].map((window) =>
        candle(instrument, window, window === 1 || window === 3 ? { volume: tooLarge } : {}),
      );
      const refused = await candles.put(put).catch((error: unknown) => error);
      expect(refused).toBeInstanceOf(RefusedRowsError);
      expect(refused).toMatchObject({
        code: "bad-data",
        rows: [{ row: 1, reason: expect.stringContaining("column: volume") }, { row: 3 }],
        message: expect.stringMatching(/^QuestDB refused row 1 for table 'candles' \(and 1 more\): .*out bounds/),
      });
      expect(await read(candles, query(instrument))).toEqual([put[0], put[2], put[4]]);
    }));

  it("lets nothing of a replacement be stored", () =>
    withOpened(async ({ candles }) => {
      const instrument = freshInstrument();
      const held = [0, 1].map((window) => candle(instrument, window));
      await candles.put(held);
      const span = { instrument, timeframe: "1m", origin: "rebuilt", from: 0, to: Number.POSITIVE_INFINITY } as const;
      const others = [candle(instrument, 0, { close: 1 }), candle(instrument, 2, { volume: tooLarge })];
      await expect(candles.replace(span, others)).rejects.toThrow("none of the");
      expect(await read(candles, query(instrument))).toEqual(held);
    }));
});

describe("a server that", () => {
  const BLOCK = 2_000;
  const ticksOf = (number: number): Tick[] => ticksFrom(number * BLOCK, BLOCK, START + number * BLOCK * 1_000);
  const block = (number: number): TickColumns => tickColumns(ticksOf(number));

  const heldRows = async (store: QuestdbStore, instrument: Instrument): Promise<Tick[]> =>
    rowsOf(await collect(store.ticks.read(instrument, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY)));

  it("is killed amid writes and comes back has all that it acknowledged, and repeats double nothing", () =>
    withOpened(
      async (store) => {
        const instrument = freshInstrument();
        let acknowledged = 0;
        let killed: Promise<void> | null = null;
        const failed = await (async () => {
          for (;;) {
            const appended = store.ticks.append(instrument, block(acknowledged), "live");
            if (acknowledged === 12) killed = server.kill();
            try {
              await appended;
            } catch (error) {
              return error;
            }
            acknowledged++;
          }
        })();
        expect(failed).toMatchObject({ name: "InputError", code: "store" });
        expect(acknowledged).toBeGreaterThanOrEqual(12);
        await killed;
        server = await startQuestdb(folder, server.ports);
        const held = new Set((await heldRows(store, instrument)).map(({ id }) => id));
        const lost = Array.from({ length: acknowledged * BLOCK }, (_, id) => id).filter((id) => !held.has(id));
        expect(lost).toEqual([]);
        for (let number = 0; number <= acknowledged; number++) {
          const { stored, repeated, conflicts } = await store.ticks.append(instrument, block(number), "live");
          expect([stored + repeated, conflicts.length]).toEqual([BLOCK, 0]);
        }
        const all = Array.from({ length: acknowledged + 1 }, (_, number) => ticksOf(number)).flat();
        expect(JSON.stringify(await heldRows(store, instrument)) === JSON.stringify(all)).toBe(true);
        expect((await store.ticks.extent(instrument))?.count).toBe((acknowledged + 1) * BLOCK);
      },
      { deadlineMs: 1_500 },
    ));

  it("restarts within the deadline is waited for", () =>
    withOpened(async (store) => {
      const instrument = freshInstrument();
      await store.candles.put([candle(instrument, 0)]);
      await server.kill();
      const [put, started] = await Promise.all([
        store.candles.put([candle(instrument, 1)]),
        startQuestdb(folder, server.ports),
      ]);
      server = started;
      expect(put).toBeUndefined();
      expect(await read(store.candles, query(instrument))).toEqual([candle(instrument, 0), candle(instrument, 1)]);
    }));

  it("hangs longer than the deadline is told, and a later repeat works", () =>
    withOpened(
      async (store) => {
        const instrument = freshInstrument();
        await store.candles.put([candle(instrument, 0)]);
        process.kill(server.processId, "SIGSTOP");
        try {
          await expect(store.candles.put([candle(instrument, 1)])).rejects.toThrow(
            /did not answer within 1500 ms while writing to table 'candles'/,
          );
          await expect(read(store.candles, query(instrument))).rejects.toThrow(/did not answer within 1500 ms/);
        } finally {
          process.kill(server.processId, "SIGCONT");
        }
        await store.candles.put([candle(instrument, 1)]);
        expect(await read(store.candles, query(instrument))).toEqual([candle(instrument, 0), candle(instrument, 1)]);
        expect((await store.candles.extents(instrument))[0]?.count).toBe(2);
      },
      { deadlineMs: 1_500 },
    ));
});
