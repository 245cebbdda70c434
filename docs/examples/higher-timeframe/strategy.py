import backtrader as bt


class HigherTimeframe(bt.Strategy):
    params = dict(fast=12, slow=26, trend=20, stake=1)

    def __init__(self):
        fast = bt.indicators.EMA(self.data0.close, period=self.p.fast)
        slow = bt.indicators.EMA(self.data0.close, period=self.p.slow)
        self.cross = bt.indicators.CrossOver(fast, slow)
        self.trend = bt.indicators.EMA(self.data1.close, period=self.p.trend)

    def next(self):
        rising = self.data1.close[0] > self.trend[0]
        if not self.position:
            if rising and self.cross[0] > 0:
                self.buy(size=self.p.stake)
        elif not rising or self.cross[0] < 0:
            self.close()
