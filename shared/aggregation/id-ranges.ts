/** More runs of ids than this are not remembered: the oldest are given up. */
export const MAX_RANGES = 64;

/**
 * Which sequential ids are held, as sorted runs [first, last]. Ids at or below `floor` are older than the memory:
 * whether they are held is not known any more.
 */
export class IdRanges {
  floor: number;
  /** first0, last0, first1, last1, … */
  readonly bounds: number[];

  constructor(floor = -1, bounds: readonly number[] = []) {
    this.floor = floor;
    this.bounds = [...bounds];
  }

  /** Index of the first run that ends at or after `id`. */
  #locate(id: number): number {
    const { bounds } = this;
    const runs = bounds.length / 2;
    if (runs === 0 || id > bounds[bounds.length - 1]!) return runs;
    let low = 0;
    let high = runs - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (bounds[middle * 2 + 1]! < id) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  has(id: number): boolean {
    const run = this.#locate(id);
    return run * 2 < this.bounds.length && id >= this.bounds[run * 2]!;
  }

  /** Greatest id held, or −1. */
  get greatest(): number {
    return this.bounds.at(-1) ?? -1;
  }

  /** Adds [first, last], of which none may be held. */
  addRun(first: number, last: number): void {
    const { bounds } = this;
    const run = this.#locate(first);
    const joinsLeft = run > 0 && bounds[run * 2 - 1] === first - 1;
    const joinsRight = run * 2 < bounds.length && bounds[run * 2] === last + 1;
    if (joinsLeft && joinsRight) bounds.splice(run * 2 - 1, 2);
    else if (joinsLeft) bounds[run * 2 - 1] = last;
    else if (joinsRight) bounds[run * 2] = first;
    else bounds.splice(run * 2, 0, first, last);
    if (bounds.length > MAX_RANGES * 2) {
      this.floor = bounds[1]!;
      bounds.splice(0, 2);
    }
  }

  /** Adds `id` if it is not held; false if it is. */
  add(id: number): boolean {
    if (this.has(id)) return false;
    this.addRun(id, id);
    return true;
  }
}
