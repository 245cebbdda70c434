import { exponential } from "../market/exponential.ts";
import { BUY, SELL } from "../market/tick.ts";
import { usualActivity } from "./activity-pattern.ts";
import { MarketFactor } from "./market-factor.ts";
import { RandomSource } from "./random-source.ts";
import { StepGrid } from "./step-grid.ts";
import type { TickWriter } from "./tick-writer.ts";

/** How one instrument trades. */
export interface TradingStyle {
  /** Quote currency. */
  readonly startPrice: number;
  /** Quote currency, > 0. */
  readonly priceStep: number;
  /** Base units, > 0. */
  readonly amountStep: number;
  /** Median size of a trade, base units; sizes are log-normal. */
  readonly medianAmount: number;
  readonly tradesPerDay: number;
  /** Standard deviation of a day's return, a fraction. */
  readonly dailyVolatility: number;
  /** With what moves the whole market, −1 to 1. */
  readonly correlation: number;
  /** Id of the first trade. */
  readonly firstId: number;
}

const SECONDS_PER_DAY = 86_400;
/** Of a taker order, how likely another trade follows the one before, and how likely it is a sweep of many. */
const NEXT_TRADE_CHANCE = 0.45;
const SWEEP_CHANCE = 0.01;
const SWEEP_LEAST = 10;
const SWEEP_SPREAD = 30;
const MEAN_TRADES_PER_ORDER =
  (1 - SWEEP_CHANCE) / (1 - NEXT_TRADE_CHANCE) + SWEEP_CHANCE * (SWEEP_LEAST + (SWEEP_SPREAD - 1) / 2);
/** Many programs act when a minute begins. */
const MINUTE_START_FACTOR = 3;
const OTHER_SECOND_FACTOR = 57 / 59;
const NEXT_LEVEL_CHANCE = 0.3;
/** Distance between filled levels of the book, a fraction of the price. */
const LEVEL_DISTANCE = 2e-5;
/** Takers split large orders: the side of the order before is likelier. */
const SAME_SIDE_CHANCE = 0.62;
/** Standard deviation of the logarithm of sizes. */
const AMOUNT_SPREAD = 1.4;
const GREATEST_MOVE = 0.05;

/** The trades of one instrument from `from` (ms UTC, a whole second) on: a state folded second by second. */
export class TradeStream {
  private readonly style: TradingStyle;
  private readonly random: RandomSource;
  private readonly market: MarketFactor;
  private readonly prices: StepGrid;
  private readonly amounts: StepGrid;
  private readonly medianSteps: number;
  private readonly ownShare: number;
  private readonly secondVolatility: number;
  private readonly ordersPerSecond: number;
  private second: number;
  private id: number;
  /** Between best bid and ask, quote currency. */
  private middle: number;
  private side = BUY;
  private offsets = new Float64Array(64);

  constructor(seed: number, key: string, style: TradingStyle, from: number) {
    this.style = style;
    this.random = new RandomSource(seed, key);
    this.market = new MarketFactor(seed);
    this.prices = new StepGrid(style.priceStep);
    this.amounts = new StepGrid(style.amountStep);
    this.medianSteps = this.amounts.stepsOf(style.medianAmount);
    this.ownShare = Math.sqrt(1 - style.correlation * style.correlation);
    this.secondVolatility = style.dailyVolatility / Math.sqrt(SECONDS_PER_DAY);
    this.ordersPerSecond = style.tradesPerDay / SECONDS_PER_DAY / MEAN_TRADES_PER_ORDER;
    this.second = from;
    this.id = style.firstId;
    this.middle = style.startPrice;
  }

  /** Writes the trades of the next second, in order of time and id. */
  nextSecond(writer: TickWriter): void {
    const { random, market, second } = this;
    market.nextSecond();
    const usual = usualActivity(second);
    const shock = this.style.correlation * market.shock + this.ownShare * random.normal();
    const move = this.secondVolatility * Math.sqrt(market.variance * usual) * shock;
    const start = this.middle;
    this.middle = start * (1 + Math.min(GREATEST_MOVE, Math.max(-GREATEST_MOVE, move)));

    const boundary = second % 60_000 === 0 ? MINUTE_START_FACTOR : OTHER_SECOND_FACTOR;
    const activity = usual * boundary * (0.5 + 0.5 * market.variance) * (0.6 + 0.5 * Math.abs(shock));
    // Two uniforms make the number of orders vary far more than independent arrivals would, as it does in markets.
    const clustered = this.ordersPerSecond * activity * 4 * random.uniform() * random.uniform();
    const orders = Math.floor(clustered + random.uniform());
    const end = this.scatter(orders);
    for (let order = 0; order < orders; order++) {
      const progress = this.offsets[order]! / end;
      this.takerOrder(writer, second + Math.floor(progress * 1_000), start + (this.middle - start) * progress);
    }
    this.second = second + 1_000;
  }

  /** Fills `offsets` with that many rising numbers and returns a bound above them. */
  private scatter(count: number): number {
    if (count >= this.offsets.length) this.offsets = new Float64Array(count * 2);
    let sum = 0;
    for (let i = 0; i < count; i++) {
      sum += this.random.uniform();
      this.offsets[i] = sum;
    }
    return sum + this.random.uniform() + 1e-9;
  }

  /** One order that takes one or more resting ones: trades of one millisecond and side, at prices that get worse. */
  private takerOrder(writer: TickWriter, ts: number, middle: number): void {
    const { random, prices, amounts } = this;
    if (random.uniform() >= SAME_SIDE_CHANCE) this.side = this.side === BUY ? SELL : BUY;
    const direction = this.side === BUY ? 1 : -1;
    const bid = Math.floor(prices.stepsOf(middle));
    const level = Math.max(1, Math.round(prices.stepsOf(middle * LEVEL_DISTANCE)));
    let steps = this.side === BUY ? bid + 1 : bid;
    let more = random.uniform() < SWEEP_CHANCE ? SWEEP_LEAST + Math.floor(random.uniform() * SWEEP_SPREAD) : 0;
    const sweep = more > 0;
    do {
      const size = Math.round(this.medianSteps * exponential(AMOUNT_SPREAD * random.normal()));
      writer.push(this.id, ts, prices.valueOf(Math.max(1, steps)), amounts.valueOf(Math.max(1, size)), this.side);
      this.id++;
      if (random.uniform() < NEXT_LEVEL_CHANCE) steps += direction * level;
      more--;
    } while (sweep ? more > 0 : random.uniform() < NEXT_TRADE_CHANCE);
  }
}
