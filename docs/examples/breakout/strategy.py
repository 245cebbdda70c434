import backtrader as bt


class Breakout(bt.Strategy):
    params = dict(period=20, stop=2.0, target=3.0, stake=1)

    def __init__(self):
        self.highest = bt.indicators.Highest(self.data.high, period=self.p.period)
        self.atr = bt.indicators.ATR(self.data, period=14)
        self.live = []

    def next(self):
        close, reach = self.data.close[0], self.atr[0]
        if self.live or close <= self.highest[-1]:
            return
        bracket = self.buy_bracket(
            size=self.p.stake,
            exectype=bt.Order.Market,
            stopprice=close - self.p.stop * reach,
            limitprice=close + self.p.target * reach,
        )
        self.live = [order.ref for order in bracket]

    def notify_order(self, order):
        if not order.alive() and order.ref in self.live:
            self.live.remove(order.ref)
