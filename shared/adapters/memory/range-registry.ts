import { type Instrument, instrumentKey } from "#shared/market/instrument.ts";
import type { Coverage } from "#shared/market/interval.ts";
import { Turns } from "#shared/market/turns.ts";
import type { Lease } from "#shared/ports/leases.ts";
import type { DirtyRange, RangeRegistry } from "#shared/ports/range-registry.ts";

/** Of this process alone, which cannot lose it. */
const LEASE: Lease = { check() {} };

/** Dirty ranges, coverage and leases of one process. */
export class MemoryRangeRegistry implements RangeRegistry {
  #marks = 0;
  /** By instrument and span: marking a span again replaces its mark. */
  readonly #dirty = new Map<string, DirtyRange>();
  readonly #coverage = new Map<string, Map<string, Coverage>>();
  readonly #turns = new Turns();

  async markDirty(instrument: Instrument, from: number, to: number): Promise<void> {
    if (from >= to) return;
    this.#marks++;
    this.#dirty.set(`${instrumentKey(instrument)} ${from} ${to}`, { instrument, from, to, mark: this.#marks });
  }

  async dirty(instrument: Instrument | null): Promise<readonly DirtyRange[]> {
    const key = instrument === null ? null : instrumentKey(instrument);
    return [...this.#dirty.values()]
      .filter((range) => key === null || instrumentKey(range.instrument) === key)
      .sort((a, b) => a.from - b.from || a.to - b.to);
  }

  async clearDirty(ranges: readonly DirtyRange[]): Promise<void> {
    const cleared = new Set(ranges.map((range) => range.mark));
    for (const [key, range] of this.#dirty) if (cleared.has(range.mark)) this.#dirty.delete(key);
  }

  async addCoverage(instrument: Instrument, coverage: Coverage): Promise<void> {
    const key = instrumentKey(instrument);
    const spans = this.#coverage.get(key) ?? new Map<string, Coverage>();
    spans.set(`${coverage.from} ${coverage.to} ${coverage.kind}`, { ...coverage });
    this.#coverage.set(key, spans);
  }

  async coverage(instrument: Instrument, from: number, to: number): Promise<readonly Coverage[]> {
    return [...(this.#coverage.get(instrumentKey(instrument))?.values() ?? [])]
      .filter((span) => span.from < to && span.to > from)
      .sort((a, b) => a.from - b.from || a.to - b.to);
  }

  withLease<T>(instrument: Instrument, work: (lease: Lease) => Promise<T>): Promise<T> {
    return this.#turns.take(instrumentKey(instrument), () => work(LEASE));
  }

  async tryLease(instrument: Instrument, work: (lease: Lease) => Promise<void>): Promise<boolean> {
    if (this.#turns.isTaken(instrumentKey(instrument))) return false;
    await this.withLease(instrument, work);
    return true;
  }
}
