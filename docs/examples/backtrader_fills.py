"""Runs <example>/strategy.py in backtrader 1.9.78.123 and writes its fills, for examples.test.ts to compare with.

Standard input: the example's name, cash, fee and feeds (time: last ms of a bar, UTC; open, high, low, close, volume).
Standard output: a fill a line, [bar that hears of it, from 1; signed size; price], as a JSON array.
"""

import datetime
import importlib.util
import json
import pathlib
import sys

import backtrader as bt

EPOCH = datetime.datetime(1970, 1, 1)


class Bars(bt.feed.DataBase):
    params = (("bars", None), ("timeframe", bt.TimeFrame.Minutes))

    def start(self):
        super().start()
        self.next_bar = 0

    def _load(self):
        bars, i = self.p.bars, self.next_bar
        if i >= len(bars["close"]):
            return False
        self.next_bar = i + 1
        self.lines.datetime[0] = bt.date2num(EPOCH + datetime.timedelta(milliseconds=bars["time"][i]))
        for name in ("open", "high", "low", "close", "volume"):
            getattr(self.lines, name)[0] = bars[name][i]
        return True


class Fills(bt.Analyzer):
    def start(self):
        self.fills = []

    def notify_order(self, order):
        if order.status == order.Completed:
            self.fills.append([len(self.strategy), order.executed.size, order.executed.price])


given = json.load(sys.stdin)
path = pathlib.Path(__file__).parent / given["example"] / "strategy.py"
spec = importlib.util.spec_from_file_location("strategy", path)
module = importlib.util.module_from_spec(spec)
sys.modules["strategy"] = module
spec.loader.exec_module(module)
(strategy,) = [each for each in vars(module).values() if isinstance(each, type) and issubclass(each, bt.Strategy)]

cerebro = bt.Cerebro(stdstats=False)
for bars in given["feeds"]:
    cerebro.adddata(Bars(bars=bars))
cerebro.addstrategy(strategy)
cerebro.addanalyzer(Fills, _name="fills")
cerebro.broker.setcash(given["cash"])
cerebro.broker.setcommission(commission=given["fee"])
(run,) = cerebro.run()
rows = [json.dumps(fill) for fill in run.analyzers.fills.fills]
print("[\n  " + ",\n  ".join(rows) + "\n]")
