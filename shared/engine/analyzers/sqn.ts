import type { RunEvents } from "../run-events.ts";
import type { SnapshotReader, SnapshotWriter } from "../snapshot.ts";
import type { Analyzer } from "./analyzer.ts";
import { Moments } from "./moments.ts";

/** Van Tharp's system quality number; null where all trades earned the same. */
export interface SqnResult {
  readonly sqn: number | null;
  /** Closed trades. */
  readonly trades: number;
}

/** √trades × mean ÷ population deviation of what closed trades earned after fees; 0 under two trades. */
export class SQN implements Analyzer<SqnResult> {
  private readonly earned = new Moments();

  step({ trades }: RunEvents): void {
    for (const { pnl, fees } of trades) this.earned.add(pnl - fees);
  }

  result(): SqnResult {
    const { count, mean } = this.earned;
    if (count < 2) return { sqn: 0, trades: count };
    const deviation = this.earned.deviation(false);
    return { sqn: deviation === 0 ? null : (Math.sqrt(count) * mean) / deviation, trades: count };
  }

  save(writer: SnapshotWriter): void {
    this.earned.save(writer);
  }

  load(reader: SnapshotReader): void {
    this.earned.load(reader);
  }
}
