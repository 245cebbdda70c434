import backtrader as bt


class Crossing(bt.Strategy):
    params = dict(fast=10, slow=30, stake=1)

    def __init__(self):
        fast = bt.indicators.SMA(self.data.close, period=self.p.fast)
        slow = bt.indicators.SMA(self.data.close, period=self.p.slow)
        self.cross = bt.indicators.CrossOver(fast, slow)

    def next(self):
        if not self.position and self.cross[0] > 0:
            self.buy(size=self.p.stake)
        elif self.position and self.cross[0] < 0:
            self.close()
