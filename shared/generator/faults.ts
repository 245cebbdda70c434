import { InputError } from "../market/input-error.ts";
import { pickTicks, type TickColumns } from "../market/tick.ts";
import { RandomSource } from "./random-source.ts";

/**
 * What a feed does to a stretch of trades. `duplicate`: sends it twice in a row. `shuffle`: sends it out of order.
 * `late`: sends it minutes after its time, among later trades. `hole`: never sends it.
 */
export type FaultKind = "duplicate" | "shuffle" | "late" | "hole";

/** A fault of the trades with ids `firstId` to `lastId`, both inclusive. */
export interface Fault {
  readonly kind: FaultKind;
  readonly firstId: number;
  readonly lastId: number;
}

/** What was done where: the truth that a check of the faulty ticks must find again. */
export interface FaultRecord extends Fault {
  /** Trades in the stretch. */
  readonly count: number;
  /** Times of its first and last trade, ms UTC, both inclusive. */
  readonly firstTime: number;
  readonly lastTime: number;
  /** Of a late stretch, the id of the trade that arrives just before it; null otherwise. */
  readonly arrivesAfterId: number | null;
}

export interface FaultyTicks {
  /** In order of arrival. */
  readonly ticks: TickColumns;
  /** In order of `firstId`. */
  readonly manifest: readonly FaultRecord[];
}

/** What to break: one stretch of `length` trades for each kind in the list, in this order along the ticks. */
export interface FaultPlan {
  readonly kinds: readonly FaultKind[];
  readonly length: number;
}

/**
 * Chooses disjoint stretches, one in each of as many equal parts of `ticks` as there are kinds. Throws InputError
 * 'usage' where the parts are too short for them.
 */
export function planFaults(seed: number, ticks: TickColumns, plan: FaultPlan): readonly Fault[] {
  const part = Math.floor(ticks.length / plan.kinds.length);
  // A stretch, and as many trades again on both sides, so that none touches another or an end.
  const room = part - 3 * plan.length;
  if (!(plan.length >= 2) || room < 0) {
    throw new InputError(
      "usage",
      `stretches of ${plan.length} trades do not fit: ${ticks.length} trades hold ${plan.kinds.length} stretches of 2 to ${Math.floor(part / 3)}`,
    );
  }
  const random = new RandomSource(seed, "faults");
  return plan.kinds.map((kind, index) => {
    const row = index * part + plan.length + Math.floor(random.uniform() * (room + 1));
    return { kind, firstId: ticks.id[row]!, lastId: ticks.id[row + plan.length - 1]! };
  });
}

/**
 * `ticks` (in order, with contiguous ids) as a faulty feed would deliver them. A late stretch arrives with the first
 * trade that is `lateBy` ms after its last, and always after at least one later trade. Throws InputError 'usage' for
 * stretches that overlap or are not held, and for a late one with no later trade.
 */
export function injectFaults(seed: number, ticks: TickColumns, faults: readonly Fault[], lateBy: number): FaultyTicks {
  const sorted = [...faults].sort((a, b) => a.firstId - b.firstId);
  checkFaults(ticks, sorted);
  const arrival = new Arrival(ticks, lateBy);
  let row = 0;
  for (const fault of sorted) {
    const first = fault.firstId - ticks.id[0]!;
    const end = fault.lastId - ticks.id[0]! + 1;
    for (; row < first; row++) arrival.push(row);
    const stretch = Array.from({ length: end - first }, (_, i) => first + i);
    if (fault.kind === "late") arrival.holdBack(stretch);
    else if (fault.kind === "duplicate") arrival.pushAll([...stretch, ...stretch]);
    else if (fault.kind === "shuffle") arrival.pushAll(shuffled(stretch, new RandomSource(seed, `${fault.firstId}`)));
    row = end;
  }
  for (; row < ticks.length; row++) arrival.push(row);
  arrival.finish();
  const manifest = sorted.map((fault) => record(ticks, fault, arrival));
  return { ticks: pickTicks(ticks, arrival.rows), manifest };
}

/** Rows in order of arrival, and the stretches that are still on their way. */
class Arrival {
  readonly rows: number[] = [];
  /** First row of a late stretch → the row that arrived before it. */
  readonly before = new Map<number, number>();
  private readonly ticks: TickColumns;
  private readonly lateBy: number;
  private held: (readonly number[])[] = [];

  constructor(ticks: TickColumns, lateBy: number) {
    this.ticks = ticks;
    this.lateBy = lateBy;
  }

  push(row: number): void {
    if (this.held.length > 0) {
      const due = this.held.filter((stretch) => this.isDue(stretch, row));
      if (due.length > 0) this.release(due);
    }
    this.rows.push(row);
  }

  pushAll(rows: readonly number[]): void {
    for (const row of rows) this.push(row);
  }

  holdBack(stretch: readonly number[]): void {
    this.held.push(stretch);
  }

  finish(): void {
    this.release(this.held);
  }

  private isDue(stretch: readonly number[], row: number): boolean {
    const last = stretch.at(-1)!;
    return this.rows.at(-1)! > last && this.ticks.ts[row]! >= this.ticks.ts[last]! + this.lateBy;
  }

  private release(due: readonly (readonly number[])[]): void {
    this.held = this.held.filter((stretch) => !due.includes(stretch));
    for (const stretch of due) {
      this.before.set(stretch[0]!, this.rows.at(-1)!);
      for (const row of stretch) this.rows.push(row);
    }
  }
}

/** A cyclic permutation (Sattolo 1986): no row stays where it was. */
function shuffled(rows: readonly number[], random: RandomSource): number[] {
  const result = [...rows];
  for (let i = result.length - 1; i > 0; i--) {
    const j = Math.floor(random.uniform() * i);
    [result[i], result[j]] = [result[j]!, result[i]!];
  }
  return result;
}

function record(ticks: TickColumns, fault: Fault, arrival: Arrival): FaultRecord {
  const first = fault.firstId - ticks.id[0]!;
  const last = fault.lastId - ticks.id[0]!;
  const before = arrival.before.get(first);
  return {
    ...fault,
    count: last - first + 1,
    firstTime: ticks.ts[first]!,
    lastTime: ticks.ts[last]!,
    arrivesAfterId: before === undefined ? null : ticks.id[before]!,
  };
}

function checkFaults(ticks: TickColumns, sorted: readonly Fault[]): void {
  const firstId = ticks.id[0] ?? 0;
  const lastId = ticks.id[ticks.length - 1] ?? -1;
  if (lastId - firstId !== ticks.length - 1) {
    throw new InputError(
      "usage",
      `ids ${firstId} to ${lastId} of ${ticks.length} trades are not contiguous: break sound ticks only`,
    );
  }
  let free = firstId;
  for (const { kind, firstId: from, lastId: to } of sorted) {
    const stretch = `${kind} of ids ${from} to ${to}`;
    if (!Number.isSafeInteger(from) || !Number.isSafeInteger(to) || to < from || from < firstId || to > lastId) {
      throw new InputError("usage", `${stretch} is refused: use ids from ${firstId} to ${lastId}`);
    }
    if (from < free) throw new InputError("usage", `${stretch} overlaps the fault before it: use disjoint stretches`);
    if (kind === "late" && to === lastId) {
      throw new InputError("usage", `${stretch} is refused: no trade comes later, end it before id ${lastId}`);
    }
    free = to + 1;
  }
}
