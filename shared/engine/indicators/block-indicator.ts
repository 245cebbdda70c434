import { Indicator } from "./indicator.ts";

/** An indicator that is written as a loop over slots, for speed; any cut of the slots must give the same bits. */
export abstract class BlockIndicator extends Indicator {
  protected abstract override advance(from: number, to: number): void;

  override step(): number {
    const slot = this.series.cursor;
    this.advance(slot, slot + 1);
    return this.now;
  }
}
