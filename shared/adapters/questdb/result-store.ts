import type { CycleColumns, RunEvents } from "#shared/engine/run-events.ts";
import type { CycleRow, ResultStore, RunResults, StatedHash } from "#shared/ports/result-store.ts";
import { refuseOtherFeeds } from "#shared/wire/run-feeds.ts";
import { recordOf } from "#shared/wire/stored-fields.ts";
import { metricLines, positionLines, storedValue } from "./cycle-lines.ts";
import { type PageQuery, pagesByTime } from "./pages.ts";
import { FILLS, LOGS, ORDERS, type RunKey, resultWriter, TRADES } from "./result-tables.ts";
import { type RowWriter, rowLines } from "./row-lines.ts";
import type { Server } from "./server.ts";
import { integer, text, time as timeText } from "./sql-text.ts";
import { type StoredTable, selectionOf } from "./stored-table.ts";

const PAGE_ROWS = 65_536;
const ROW_TABLES = ["orders", "fills", "trades", "logs"];

/** What is current of a run; `feeds` is null where its results were removed. */
interface Current extends RunKey {
  readonly feeds: readonly string[] | null;
}

/** Some values of a cycle, by its number. */
interface CycleValues {
  readonly cycle: Float64Array;
  readonly time: Float64Array;
  readonly first: Float64Array;
  readonly second: Float64Array;
}

/**
 * Results in QuestDB, which deletes no rows: removing those of a run makes the next generation its current one, and
 * every reader asks for that.
 */
export class QuestdbResultStore implements ResultStore {
  readonly #server: Server;

  constructor(server: Server) {
    this.#server = server;
  }

  async write(run: string, feeds: readonly string[], events: RunEvents): Promise<void> {
    const key = await this.#keyOf(run, feeds);
    const { lines } = this.#server;
    await Promise.all([
      ...events.cycles.position.map((_, feed) =>
        lines.write("portfolio_positions", positionLines(key, events.firstCycle, events.cycles, feed)),
      ),
      lines.write("orders", rowLines(resultWriter(key, ORDERS), events.orders)),
      lines.write("fills", rowLines(resultWriter(key, FILLS), events.fills)),
      lines.write("trades", rowLines(resultWriter(key, TRADES), events.trades)),
      lines.write("logs", rowLines(resultWriter(key, LOGS), events.logs)),
    ]);
    // The account of a cycle says that all of it is stored.
    await lines.write("portfolio_metrics", metricLines(key, events.firstCycle, events.cycles));
  }

  async read(run: string): Promise<RunResults> {
    const current = await this.#current(run);
    if (current === null || current.feeds === null) {
      return { cycles: noCycles(), orders: [], fills: [], trades: [], logs: [] };
    }
    // Cycles first, as they are written last: their rows can be read then.
    await this.#server.wal.pass(["portfolio_metrics"]);
    const cycles = await this.#cycles(current, current.feeds.length);
    await this.#server.wal.pass(ROW_TABLES);
    const [orders, fills, trades, logs] = await Promise.all([
      this.#rows(current, ORDERS),
      this.#rows(current, FILLS),
      this.#rows(current, TRADES),
      this.#rows(current, LOGS),
    ]);
    return { cycles, orders, fills, trades, logs };
  }

  async lastCycle(run: string, until: number | null): Promise<CycleRow | null> {
    const current = await this.#current(run);
    if (current === null || current.feeds === null) return null;
    const { sql, wal } = this.#server;
    await wal.pass(["portfolio_metrics"]);
    const before = until === null ? "" : ` AND ts < ${timeText(until)}`;
    const [last] = await sql.rows(
      `SELECT ts, cycle, cash, value, infinite FROM portfolio_metrics WHERE ${isOf(current)}${before} ORDER BY ts DESC LIMIT 1`,
    );
    if (last === undefined) return null;
    const [time, cycle, cash, value, infinite] = last as [number, number, ...(number | null)[]];
    await wal.pass(["portfolio_positions"]);
    const rows = await sql.rows(
      `SELECT position, infinite FROM portfolio_positions WHERE ${isOf(current)} AND ts = ${timeText(time)} ` +
        `AND cycle = ${integer(cycle)} ORDER BY feed`,
    );
    const stored = (double: unknown, bits: unknown, place: 0 | 1): number =>
      storedValue((double as number | null) ?? Number.NaN, (bits as number | null) ?? 0, place);
    return {
      time,
      cash: stored(cash, infinite, 0),
      value: stored(value, infinite, 1),
      position: rows.map(([position, bits]) => stored(position, bits, 0)),
    };
  }

  async writeHashes(run: string, hashes: readonly StatedHash[]): Promise<void> {
    const key = await this.#keyOfStated(run);
    const writer: RowWriter<StatedHash> = {
      table: "result_hashes",
      time: ({ time }) => time,
      write: (line, { resultHash }) =>
        line.symbol("run", run).intColumn("generation", key.generation).stringColumn("result_hash", resultHash),
    };
    await this.#server.lines.write("result_hashes", rowLines(writer, hashes));
  }

  async readHashes(run: string): Promise<readonly StatedHash[]> {
    const key = await this.#keyOfStated(run);
    await this.#server.wal.pass(["result_hashes"]);
    const sql = `SELECT ts, result_hash FROM result_hashes WHERE ${isOf(key)} ORDER BY ts`;
    return (await this.#server.sql.rows(sql)).map(([time, resultHash]) => ({
      time: time as number,
      resultHash: resultHash as string,
    }));
  }

  async remove(run: string): Promise<void> {
    const current = await this.#current(run);
    if (current === null || current.feeds === null) return;
    await this.#setCurrent({ run, generation: current.generation + 1, feeds: null });
  }

  async #keyOf(run: string, feeds: readonly string[]): Promise<RunKey> {
    const current = await this.#current(run);
    if (current === null || current.feeds === null) {
      const first = { run, generation: current?.generation ?? 0, feeds };
      await this.#setCurrent(first);
      return first;
    }
    refuseOtherFeeds(run, JSON.stringify(current.feeds), JSON.stringify(feeds));
    return current;
  }

  async #keyOfStated(run: string): Promise<RunKey> {
    return { run, generation: (await this.#current(run))?.generation ?? 0 };
  }

  async #current(run: string): Promise<Current | null> {
    await this.#server.wal.pass(["result_runs"]);
    const [row] = await this.#server.sql.rows("SELECT generation, feeds FROM result_runs WHERE run = $1", [run]);
    if (row === undefined) return null;
    const [generation, feeds] = row as [number, string | null];
    return { run, generation, feeds: feeds === null ? null : (JSON.parse(feeds) as string[]) };
  }

  async #setCurrent(current: Current): Promise<void> {
    const writer: RowWriter<Current> = {
      table: "result_runs",
      time: () => 0,
      write(line, { run, generation, feeds }) {
        line.symbol("run", run).intColumn("generation", generation);
        if (feeds !== null) line.stringColumn("feeds", JSON.stringify(feeds));
      },
    };
    await this.#server.lines.write("result_runs", rowLines(writer, [current]));
  }

  async #rows<Row>(key: RunKey, table: StoredTable<Row>): Promise<Row[]> {
    const sql = `SELECT ${selectionOf(table)} FROM ${table.name} WHERE ${isOf(key)} ORDER BY seq`;
    return (await this.#server.sql.rows(sql)).map((values) => recordOf(table.fields, values));
  }

  async #cycles(key: RunKey, feeds: number): Promise<CycleColumns> {
    const metrics = await this.#values("portfolio_metrics", isOf(key), ["cash", "value"]);
    const position: Float64Array[] = [];
    await this.#server.wal.pass(["portfolio_positions"]);
    for (let feed = 0; feed < feeds; feed++) {
      const where = `${isOf(key)} AND feed = ${integer(feed)}`;
      position.push(
        (await this.#values("portfolio_positions", where, ["position"])).first.subarray(0, metrics.cycle.length),
      );
    }
    return {
      length: metrics.cycle.length,
      time: metrics.time,
      cash: metrics.first,
      value: metrics.second,
      position,
    };
  }

  /** In order of the cycles' numbers. */
  async #values(table: string, where: string, names: readonly [string, string?]): Promise<CycleValues> {
    const [first, second = first] = names;
    const columns: PageQuery["columns"] = [
      ["cycle", "number"],
      ["infinite", "number"],
      [`${first} first_value`, "number"],
      [`${second} second_value`, "number"],
    ];
    const pages: CycleValues[] = [];
    const query = { table, columns, where, rows: PAGE_ROWS };
    for await (const page of pagesByTime(this.#server.http, query, 0, Number.POSITIVE_INFINITY)) {
      const [cycle, infinite, one, two] = page.columns as [Float64Array, Float64Array, Float64Array, Float64Array];
      pages.push({
        cycle,
        time: page.time,
        first: one.map((value, i) => storedValue(value, infinite[i]!, 0)),
        second: two.map((value, i) => storedValue(value, infinite[i]!, 1)),
      });
    }
    return inOrder(pages);
  }
}

function isOf({ run, generation }: RunKey): string {
  return `run = ${text(run)} AND generation = ${integer(generation)}`;
}

function noCycles(): CycleColumns {
  const none = new Float64Array(0);
  return { length: 0, time: none, cash: none, value: none, position: [] };
}

/** The pages as one, sorted by cycle where their times are not in that order already. */
function inOrder(pages: readonly CycleValues[]): CycleValues {
  const cycle = joined(pages.map((page) => page.cycle));
  const [time, first, second] = [
    joined(pages.map((page) => page.time)),
    joined(pages.map((page) => page.first)),
    joined(pages.map((page) => page.second)),
  ];
  if (cycle.every((number, i) => i === 0 || number > cycle[i - 1]!)) return { cycle, time, first, second };
  const order = Uint32Array.from(cycle, (_, i) => i).sort((a, b) => cycle[a]! - cycle[b]!);
  const sorted = (column: Float64Array): Float64Array => Float64Array.from(order, (row) => column[row]!);
  return { cycle: sorted(cycle), time: sorted(time), first: sorted(first), second: sorted(second) };
}

function joined(columns: readonly Float64Array[]): Float64Array {
  const all = new Float64Array(columns.reduce((length, column) => length + column.length, 0));
  let at = 0;
  for (const column of columns) {
    all.set(column, at);
    at += column.length;
  }
  return all;
}
