import type { OrderId } from "#shared/engine/broker/order.ts";
import type { TradeEvent } from "#shared/engine/broker/round-trip.ts";
import { ADX } from "#shared/engine/indicators/adx.ts";
import { ATR } from "#shared/engine/indicators/atr.ts";
import { BollingerBands } from "#shared/engine/indicators/bollinger-bands.ts";
import { CrossOver } from "#shared/engine/indicators/cross-over.ts";
import { EMA } from "#shared/engine/indicators/ema.ts";
import { MACDHisto } from "#shared/engine/indicators/macd.ts";
import { RSI } from "#shared/engine/indicators/rsi.ts";
import { Stochastic } from "#shared/engine/indicators/stochastic.ts";
import { Strategy } from "#shared/engine/strategy.ts";

/** Units of each order. */
export const STAKE = 100;
/** Prices are multiples of 1 / 128. */
export const GRID = 128;

function onGrid(price: number): number {
  return Math.floor(price * GRID + 0.5) / GRID;
}

/** Ten indicators on two feeds, and brackets that are given up when the averages cross back: as backtrader_rich.py. */
export class RichStrategy extends Strategy({}, ["slow"]) {
  readonly fast = new EMA(this.data.close, { period: 12 });
  readonly slow = new EMA(this.data.close, { period: 26 });
  readonly cross = new CrossOver(this.fast, this.slow);
  readonly rsi = new RSI(this.data.close, { period: 14 });
  readonly atr = new ATR(this.data, { period: 14 });
  readonly macd = new MACDHisto(this.data.close);
  readonly bands = new BollingerBands(this.data.close, { period: 20 });
  readonly stochastic = new Stochastic(this.data);
  readonly adx = new ADX(this.data, { period: 14 });
  readonly trend = new EMA(this.feeds.slow.close, { period: 20 });
  state = { inMarket: false, stop: null as OrderId | null };

  override next(): void {
    const { state } = this;
    if (!state.inMarket) {
      const rising = this.feeds.slow.close.now > this.trend.now || this.adx.now > 15;
      if (this.cross.now > 0 && this.rsi.now < 75 && this.macd.histo.now > 0 && rising) {
        const close = this.data.close.now;
        const reach = this.atr.now;
        const { stop } = this.buyBracket({
          size: STAKE,
          execType: "Market",
          stopPrice: onGrid(close - 1.5 * reach),
          limitPrice: onGrid(Math.max(close + 2 * reach, this.bands.top.now)),
        });
        state.inMarket = true;
        state.stop = stop;
      }
    } else if (this.position.size > 0 && this.cross.now < 0 && this.stochastic.percD.now < 50) {
      this.cancel(state.stop!);
      this.close();
    }
  }

  override notifyTrade(trade: TradeEvent): void {
    if (trade.status === "closed") this.state.inMarket = false;
  }
}
