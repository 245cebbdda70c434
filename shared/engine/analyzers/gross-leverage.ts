import type { RunEvents } from "../run-events.ts";
import type { SnapshotReader, SnapshotWriter } from "../snapshot.ts";
import type { Analyzer } from "./analyzer.ts";
import { NumberList } from "./number-list.ts";

export interface GrossLeverageResult {
  /** Fractions, one a cycle. */
  readonly values: readonly number[];
}

/** (value − cash) ÷ value after each cycle. */
export class GrossLeverage implements Analyzer<GrossLeverageResult> {
  private readonly values = new NumberList();

  step({ cycles: { length, cash, value } }: RunEvents): void {
    for (let i = 0; i < length; i++) this.values.add((value[i]! - cash[i]!) / value[i]!);
  }

  result(): GrossLeverageResult {
    return { values: this.values.toArray() };
  }

  save(writer: SnapshotWriter): void {
    this.values.save(writer);
  }

  load(reader: SnapshotReader): void {
    this.values.load(reader);
  }
}
