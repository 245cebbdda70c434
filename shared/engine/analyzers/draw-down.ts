import type { RunEvents } from "../run-events.ts";
import type { SnapshotReader, SnapshotWriter } from "../snapshot.ts";
import type { Analyzer } from "./analyzer.ts";

/** How far and how long the value is, or at most was, under its peak. */
export interface DrawDownFigures {
  /** Bars. */
  readonly len: number;
  /** Percent of the peak. */
  readonly drawdown: number;
  /** Quote currency. */
  readonly moneydown: number;
}

/** Drawdown of the portfolio's value from its greatest one so far, the starting cash not counted. */
export class DrawDown implements Analyzer<DrawDownFigures & { readonly max: DrawDownFigures }> {
  private peak = Number.NEGATIVE_INFINITY;
  private now = { len: 0, drawdown: 0, moneydown: 0 };
  private max = { len: 0, drawdown: 0, moneydown: 0 };

  step({ cycles: { length, value } }: RunEvents): void {
    const { now, max } = this;
    for (let i = 0; i < length; i++) {
      if (value[i]! > this.peak) this.peak = value[i]!;
      now.moneydown = this.peak - value[i]!;
      now.drawdown = (100 * now.moneydown) / this.peak;
      now.len = now.drawdown > 0 ? now.len + 1 : 0;
      if (now.moneydown > max.moneydown) max.moneydown = now.moneydown;
      if (now.drawdown > max.drawdown) max.drawdown = now.drawdown;
      if (now.len > max.len) max.len = now.len;
    }
  }

  result(): DrawDownFigures & { readonly max: DrawDownFigures } {
    return { ...this.now, max: { ...this.max } };
  }

  save(writer: SnapshotWriter): void {
    writer.number(this.peak);
    for (const figures of [this.now, this.max]) {
      writer.number(figures.len);
      writer.number(figures.drawdown);
      writer.number(figures.moneydown);
    }
  }

  load(reader: SnapshotReader): void {
    this.peak = reader.number();
    for (const figures of [this.now, this.max]) {
      figures.len = reader.number();
      figures.drawdown = reader.number();
      figures.moneydown = reader.number();
    }
  }
}
