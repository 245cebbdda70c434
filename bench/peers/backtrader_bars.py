"""What the peers share: bars from standard input, and a run that is timed.

Standard input is one JSON object: feeds, each with open, high, low, close, volume and time (last millisecond of a bar,
UTC); cash, fee, stake. Standard output is one: cpu_seconds of the run on bars that are in memory, fills as [bar, size,
price], and the final value.
"""

import datetime
import json
import sys
import time

import backtrader as bt

EPOCH = datetime.datetime(1970, 1, 1)


class Bars(bt.feed.DataBase):
    params = (("bars", None), ("timeframe", bt.TimeFrame.Minutes))

    def start(self):
        super().start()
        self.next_bar = 0

    def _load(self):
        bars = self.p.bars
        i = self.next_bar
        if i >= len(bars["close"]):
            return False
        self.next_bar = i + 1
        self.lines.datetime[0] = bt.date2num(EPOCH + datetime.timedelta(milliseconds=bars["time"][i]))
        for name in ("open", "high", "low", "close", "volume"):
            getattr(self.lines, name)[0] = bars[name][i]
        self.lines.openinterest[0] = 0.0
        return True


class Recorded(bt.Strategy):
    """Notes every completed order and the value of every cycle."""

    params = (("stake", 1),)

    def __init__(self):
        self.fills = []
        self.equity = []

    def notify_order(self, order):
        if order.status == order.Completed:
            self.fills.append((len(self), order.executed.size, order.executed.price))

    def prenext(self):
        self.equity.append(self.broker.getvalue())

    def next(self):
        self.equity.append(self.broker.getvalue())
        self.trade()


def main(strategy_class):
    given = json.load(sys.stdin)
    cerebro = bt.Cerebro(stdstats=False)
    for bars in given["feeds"]:
        cerebro.adddata(Bars(bars=bars))
    cerebro.addstrategy(strategy_class, stake=given["stake"])
    cerebro.broker.setcash(given["cash"])
    cerebro.broker.setcommission(commission=given["fee"])
    before = time.process_time()
    (strategy,) = cerebro.run()
    seconds = time.process_time() - before
    json.dump(
        {"cpu_seconds": seconds, "fills": strategy.fills, "value": strategy.equity[-1]},
        sys.stdout,
    )
