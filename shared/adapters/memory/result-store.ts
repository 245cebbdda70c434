import type { FillRow, LogRow, OrderRow, RunEvents, TradeRow } from "#shared/engine/run-events.ts";
import type { CycleRow, ResultStore, RunResults, StatedHash } from "#shared/ports/result-store.ts";

interface Held {
  readonly feeds: number;
  readonly cycles: Map<number, CycleRow>;
  readonly orders: Map<number, OrderRow>;
  readonly fills: Map<number, FillRow>;
  readonly trades: Map<number, TradeRow>;
  readonly logs: Map<number, LogRow>;
}

/** Results that live as long as the process. */
export class MemoryResultStore implements ResultStore {
  readonly #runs = new Map<string, Held>();
  readonly #hashes = new Map<string, Map<number, StatedHash>>();

  async write(run: string, feeds: readonly string[], events: RunEvents): Promise<void> {
    const held = this.#runs.get(run) ?? emptyRun(feeds.length);
    this.#runs.set(run, held);
    const { cycles, firstCycle } = events;
    for (let i = 0; i < cycles.length; i++) {
      held.cycles.set(firstCycle + i, {
        time: cycles.time[i]!,
        cash: cycles.cash[i]!,
        value: cycles.value[i]!,
        position: cycles.position.map((column) => column[i]!),
      });
    }
    upsert(held.orders, events.orders);
    upsert(held.fills, events.fills);
    upsert(held.trades, events.trades);
    upsert(held.logs, events.logs);
  }

  async read(run: string): Promise<RunResults> {
    const held = this.#runs.get(run) ?? emptyRun(0);
    const cycles = [...held.cycles].sort(([a], [b]) => a - b).map(([, cycle]) => cycle);
    return {
      cycles: {
        length: cycles.length,
        time: Float64Array.from(cycles, (cycle) => cycle.time),
        cash: Float64Array.from(cycles, (cycle) => cycle.cash),
        value: Float64Array.from(cycles, (cycle) => cycle.value),
        position: Array.from({ length: held.feeds }, (_, feed) =>
          Float64Array.from(cycles, (cycle) => cycle.position[feed]!),
        ),
      },
      orders: inOrder(held.orders),
      fills: inOrder(held.fills),
      trades: inOrder(held.trades),
      logs: inOrder(held.logs),
    };
  }

  async lastCycle(run: string, until: number | null): Promise<CycleRow | null> {
    const { cycles } = this.#runs.get(run) ?? emptyRun(0);
    const [last] = [...cycles].filter(([, { time }]) => until === null || time < until).sort(([a], [b]) => b - a);
    return last === undefined ? null : { ...last[1] };
  }

  async writeHashes(run: string, hashes: readonly StatedHash[]): Promise<void> {
    const held = this.#hashes.get(run) ?? new Map<number, StatedHash>();
    this.#hashes.set(run, held);
    for (const { time, resultHash } of hashes) held.set(time, { time, resultHash });
  }

  async readHashes(run: string): Promise<readonly StatedHash[]> {
    return [...(this.#hashes.get(run)?.values() ?? [])].sort((a, b) => a.time - b.time);
  }

  async remove(run: string): Promise<void> {
    this.#runs.delete(run);
    this.#hashes.delete(run);
  }
}

function emptyRun(feeds: number): Held {
  return {
    feeds,
    cycles: new Map(),
    orders: new Map(),
    fills: new Map(),
    trades: new Map(),
    logs: new Map(),
  };
}

function upsert<Row extends { readonly seq: number }>(held: Map<number, Row>, rows: readonly Row[]): void {
  for (const row of rows) held.set(row.seq, row);
}

function inOrder<Row extends { readonly seq: number }>(held: Map<number, Row>): Row[] {
  return [...held.values()].sort((a, b) => a.seq - b.seq);
}
