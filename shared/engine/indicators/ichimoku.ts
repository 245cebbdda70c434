import type { FeedView } from "../feeds/feed-view.ts";
import type { Line } from "../feeds/line.ts";
import { Delay } from "./delay.ts";
import { Highest } from "./highest.ts";
import { Indicator } from "./indicator.ts";
import { Lowest } from "./lowest.ts";

/** Settings of Ichimoku, in bars. */
export interface IchimokuOptions {
  readonly tenkan?: number;
  readonly kijun?: number;
  readonly senkou?: number;
  /** How far the senkou spans are drawn ahead. */
  readonly senkouLead?: number;
  /** How far back a chart draws the chikou span; no value depends on it. */
  readonly chikou?: number;
}

/** The mean of two lines. */
class Middle extends Indicator {
  private readonly first: Line;
  private readonly second: Line;

  constructor(first: Line, second: Line) {
    super([first, second], 1);
    this.first = first;
    this.second = second;
  }

  override step(): number {
    return (this.first.now + this.second.now) / 2;
  }
}

/**
 * Ichimoku kinko hyo (Hosoda). tenkanSen (itself) and kijunSen are the middle of the highest high and the lowest low
 * over `tenkan` and `kijun` bars; senkouSpanA is the mean of both and senkouSpanB the middle over `senkou` bars, each of
 * `senkouLead` bars ago. chikouSpan is the present close, which a chart draws `chikou` bars back: at the present bar it
 * never shows a later close. Minimum period: that of senkouSpanB, senkou + senkouLead.
 */
export class Ichimoku extends Middle {
  readonly kijunSen: Line;
  readonly senkouSpanA: Line;
  readonly senkouSpanB: Line;
  readonly chikouSpan: Line;
  readonly chikou: number;

  constructor(feed: FeedView, options: IchimokuOptions = {}) {
    const { tenkan = 9, kijun = 26, senkou = 52, senkouLead = 26, chikou = 26 } = options;
    super(new Highest(feed.high, { period: tenkan }), new Lowest(feed.low, { period: tenkan }));
    const middle = (period: number): Line =>
      new Middle(new Highest(feed.high, { period }), new Lowest(feed.low, { period }));
    this.kijunSen = middle(kijun);
    this.senkouSpanA = new Delay(new Middle(this, this.kijunSen), { period: senkouLead });
    this.senkouSpanB = new Delay(middle(senkou), { period: senkouLead });
    this.chikouSpan = feed.close;
    this.chikou = chikou;
  }

  get tenkanSen(): Line {
    return this;
  }

  override get lines(): Readonly<Record<string, Line>> {
    return {
      tenkanSen: this,
      kijunSen: this.kijunSen,
      senkouSpanA: this.senkouSpanA,
      senkouSpanB: this.senkouSpanB,
      chikouSpan: this.chikouSpan,
    };
  }
}
