import type { Line } from "../feeds/line.ts";
import { Composite } from "./composite.ts";
import { Multiply } from "./line-arithmetic.ts";

/**
 * A line with bands `perc` percent above and below it; of an average, `new Envelope(new SMA(close, …), { perc: 2.5 })` is
 * backtrader's SMAEnvelope. Lines: src (itself), top, bot. Minimum period: that of the source.
 */
export class Envelope extends Composite {
  readonly top: Line;
  readonly bot: Line;

  constructor(source: Line, { perc = 2.5 }: { readonly perc?: number } = {}) {
    super(source);
    this.top = new Multiply(source, 1 + perc / 100);
    this.bot = new Multiply(source, 1 - perc / 100);
  }

  get src(): Line {
    return this;
  }

  override get lines(): Readonly<Record<string, Line>> {
    return { src: this, top: this.top, bot: this.bot };
  }
}
