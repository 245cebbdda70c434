"""The peer of bench/engine-rich.ts: the strategy of rich-strategy.ts in backtrader."""

import math

import backtrader as bt

from backtrader_bars import Recorded, main


def on_grid(price):
    return math.floor(price * 128 + 0.5) / 128


class Rich(Recorded):
    def __init__(self):
        super().__init__()
        self.fast = bt.indicators.EMA(self.data.close, period=12)
        self.slow = bt.indicators.EMA(self.data.close, period=26)
        self.cross = bt.indicators.CrossOver(self.fast, self.slow)
        self.rsi = bt.indicators.RSI(self.data.close, period=14)
        self.atr = bt.indicators.ATR(self.data, period=14)
        self.macd = bt.indicators.MACDHisto(self.data.close)
        self.bands = bt.indicators.BollingerBands(self.data.close, period=20)
        self.stochastic = bt.indicators.Stochastic(self.data)
        self.adx = bt.indicators.ADX(self.data, period=14)
        self.trend = bt.indicators.EMA(self.data1.close, period=20)
        self.children = None

    def trade(self):
        if self.children is None:
            rising = self.data1.close[0] > self.trend[0] or self.adx[0] > 15
            if self.cross[0] > 0 and self.rsi[0] < 75 and self.macd.histo[0] > 0 and rising:
                close, reach = self.data.close[0], self.atr[0]
                self.children = self.buy_bracket(
                    size=self.p.stake,
                    exectype=bt.Order.Market,
                    stopprice=on_grid(close - 1.5 * reach),
                    limitprice=on_grid(max(close + 2 * reach, self.bands.top[0])),
                )[1:]
        elif self.position and self.cross[0] < 0 and self.stochastic.percD[0] < 50:
            self.cancel(self.children[0])
            self.close()

    def notify_trade(self, trade):
        if trade.isclosed:
            self.children = None


main(Rich)
