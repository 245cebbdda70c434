"""The peer of bench/engine.ts: the strategy of sma-cross-stake.ts in backtrader."""

import backtrader as bt

from backtrader_bars import Recorded, main


class SmaCross(Recorded):
    def __init__(self):
        super().__init__()
        fast = bt.indicators.SMA(self.data.close, period=10)
        slow = bt.indicators.SMA(self.data.close, period=30)
        self.cross = bt.indicators.CrossOver(fast, slow)

    def trade(self):
        if not self.position and self.cross[0] > 0:
            self.buy(size=self.p.stake)
        elif self.position and self.cross[0] < 0:
            self.close()


main(SmaCross)
