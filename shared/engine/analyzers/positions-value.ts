import { InputError } from "#shared/market/input-error.ts";
import type { RunEvents } from "../run-events.ts";
import type { SnapshotReader, SnapshotWriter } from "../snapshot.ts";
import type { AnalyzedRun, Analyzer } from "./analyzer.ts";
import { NumberList } from "./number-list.ts";

export interface PositionsValueOptions {
  /** Whether each row ends with the cash; false if absent. */
  readonly cash?: boolean;
}

export interface PositionsValueResult {
  /** A row a cycle, quote currency: what is held of the feed, then the cash if asked for. */
  readonly values: readonly (readonly number[])[];
}

/** What the position is worth after each cycle. */
export class PositionsValue implements Analyzer<PositionsValueResult> {
  private readonly withCash: boolean;
  private readonly held = new NumberList();
  private readonly cash = new NumberList();

  /** Throws InputError for a run of several feeds. */
  constructor(run: AnalyzedRun, options: PositionsValueOptions = {}) {
    if (run.feeds.length > 1) {
      throw new InputError("usage", `PositionsValue tells what one feed is worth, not ${run.feeds.length} apart`);
    }
    this.withCash = options.cash ?? false;
  }

  step({ cycles: { length, cash, value } }: RunEvents): void {
    for (let i = 0; i < length; i++) {
      this.held.add(value[i]! - cash[i]!);
      this.cash.add(cash[i]!);
    }
  }

  result(): PositionsValueResult {
    const held = this.held.toArray();
    return { values: held.map((value, i) => (this.withCash ? [value, this.cash.at(i)] : [value])) };
  }

  save(writer: SnapshotWriter): void {
    this.held.save(writer);
    this.cash.save(writer);
  }

  load(reader: SnapshotReader): void {
    this.held.load(reader);
    this.cash.load(reader);
  }
}
