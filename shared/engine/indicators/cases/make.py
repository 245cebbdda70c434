#!/usr/bin/env python3
"""Makes backtrader.ndjson: every indicator on bars of our own, computed by running backtrader 1.9.78.123 as a black box.

    pip install backtrader==1.9.78.123 numpy          # Python 3.11
    python make.py > backtrader.ndjson

A line is a conformance case (local/conformance/) whose expected values begin at bar `minPeriod`, to 11 digits.
"""
import json
import os
import random
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../../../local/conformance/oracle"))
from oracle_bars import make_bars  # noqa: E402
from oracle_indicators import COMPOSITIONS, INDICATORS  # noqa: E402
from oracle_run import Unfit, run_case  # noqa: E402

PRICES = ["close", "high", "low", "open"]


def pick(values, which):
    return values[which % len(values)] if isinstance(values, list) else values


def inputs(spec, which, number):
    if spec["input"] == "two":
        return ["d0.close", "d0.open"]
    return ["d0"] if spec["input"] == "feed" else ["d0." + PRICES[which * number % len(PRICES)]]


def indicators(which):
    """Each type of the tables once, with the parameters at `which` of each list."""
    specs = []
    for spec in (spec for group in INDICATORS for spec in group):
        item = {"id": "i%d" % len(specs), "type": spec["type"], "input": inputs(spec, which, len(specs)),
                "params": {name: pick(values, which) for name, values in spec["params"].items()}}
        specs.append(dict(item, skipLines=spec["skipLines"]) if "skipLines" in spec else item)
    for number, group in enumerate(COMPOSITIONS):
        for ident, kind, sources, params in group:
            specs.append({"id": "c%d%s" % (number, ident), "type": kind,
                          "input": [s if s.startswith("d0") else "c%d%s" % (number, s) for s in sources],
                          "params": {name: pick(values, which) for name, values in params.items()}})
    return specs


def make(shape, seed, which, count):
    feed = {"name": "d0", "timeframe": "1h", "lot": 1, "tick": 0.01, "commission": {"type": "percent", "rate": 0.001},
            "bars": make_bars(random.Random(seed), count, "1h", shape)}
    case = {"name": shape, "feeds": [feed], "broker": {"cash": 100000.0},
            "strategy": {"kind": "script", "actions": []}, "indicators": indicators(which), "family": "indicators"}
    expected = {}
    for ident, found in run_case(json.loads(json.dumps(case)))["indicators"].items():
        lines = {name: [None if x is None else float("%.11g" % x) for x in values[found["minPeriod"] - 1:]]
                 for name, values in found["lines"].items()}
        expected[ident] = {"minPeriod": found["minPeriod"], "lines": lines}
    case["expect"] = {"indicators": expected}
    return case


def main():
    for shape, seed, which, count in (("walk", 11, 0, 58), ("gaps", 23, 1, 83)):
        for attempt in range(60):
            try:
                print(json.dumps(make(shape, seed + 1000 * attempt, which, count), separators=(",", ":")))
                break
            except Unfit:
                continue


if __name__ == "__main__":
    main()
