import { type Instrument, instrumentKey } from "#shared/market/instrument.ts";
import { refuseOtherKind, type TickIds } from "#shared/market/one-tick-kind.ts";
import { type Tick, type TickColumns, type TickOrigin, tickAt, tickColumns } from "#shared/market/tick.ts";
import type { TickAppend, TickExtent, TickStore } from "#shared/ports/tick-store.ts";

const BLOCK_ROWS = 4_096;

interface Held extends TickIds {
  readonly instrument: Instrument;
  readonly byId: Map<number, Tick>;
  /** In (ts, id) order; null after an append, until it is asked for. */
  sorted: readonly Tick[] | null;
}

/** Ticks that live as long as the process: for tests and first looks, not for volume. */
export class MemoryTickStore implements TickStore {
  readonly #held = new Map<string, Held>();

  async append(instrument: Instrument, ticks: TickColumns, _origin: TickOrigin): Promise<TickAppend> {
    if (ticks.length === 0) return { stored: 0, repeated: 0, conflicts: [] };
    const held = this.#heldOf(instrument, ticks);
    const before = held.byId.size;
    const conflicts: number[] = [];
    let repeated = 0;
    for (let i = 0; i < ticks.length; i++) {
      const tick = tickAt(ticks, i);
      const same = held.byId.get(tick.id);
      if (same === undefined) held.byId.set(tick.id, tick);
      else if (isEqual(same, tick)) repeated++;
      else conflicts.push(i);
    }
    const stored = held.byId.size - before;
    if (stored > 0) held.sorted = null;
    return { stored, repeated, conflicts };
  }

  async *read(instrument: Instrument, from: number, to: number): AsyncGenerator<TickColumns, void, undefined> {
    const held = this.#held.get(instrumentKey(instrument));
    if (held === undefined) return;
    const inside = sortedOf(held).filter(({ ts }) => ts >= from && ts < to);
    for (let at = 0; at < inside.length; at += BLOCK_ROWS) {
      yield tickColumns(inside.slice(at, at + BLOCK_ROWS), held.kind, held.ids);
    }
  }

  async before(instrument: Instrument, ts: number): Promise<Tick | null> {
    const held = this.#held.get(instrumentKey(instrument));
    return held === undefined ? null : (sortedOf(held).findLast((tick) => tick.ts < ts) ?? null);
  }

  async atOrAfter(instrument: Instrument, ts: number): Promise<Tick | null> {
    const held = this.#held.get(instrumentKey(instrument));
    return held === undefined ? null : (sortedOf(held).find((tick) => tick.ts >= ts) ?? null);
  }

  async extent(instrument: Instrument): Promise<TickExtent | null> {
    const held = this.#held.get(instrumentKey(instrument));
    if (held === undefined) return null;
    const sorted = sortedOf(held);
    return { kind: held.kind, ids: held.ids, count: sorted.length, from: sorted[0]!.ts, to: sorted.at(-1)!.ts };
  }

  async instruments(): Promise<readonly Instrument[]> {
    return [...this.#held.keys()].sort().map((key) => this.#held.get(key)!.instrument);
  }

  #heldOf(instrument: Instrument, { kind, ids }: TickColumns): Held {
    const key = instrumentKey(instrument);
    const held = this.#held.get(key);
    if (held === undefined) {
      const made: Held = { instrument, kind, ids, byId: new Map(), sorted: null };
      this.#held.set(key, made);
      return made;
    }
    refuseOtherKind(instrument, held, { kind, ids });
    return held;
  }
}

function sortedOf(held: Held): readonly Tick[] {
  held.sorted ??= [...held.byId.values()].sort((a, b) => a.ts - b.ts || a.id - b.id);
  return held.sorted;
}

function isEqual(a: Tick, b: Tick): boolean {
  return (
    a.ts === b.ts &&
    a.price === b.price &&
    a.amount === b.amount &&
    a.side === b.side &&
    a.firstId === b.firstId &&
    a.lastId === b.lastId
  );
}
