#!/usr/bin/env python3
"""Makes the small set of cases that is kept beside the runner: few bars, every family, most features for their size.

    python sample.py cases/ ../cases/        # from oracle.py generate --all --seed 1 --out cases/

Cases are cut to their first bars and answered anew by the real backtrader; those that are unfit then are left out. The
indicators of all cases of their family are put to two of its feeds. Expected numbers are rounded to 12 digits.
"""
import json
import os
import sys

from oracle import dump
from oracle_bars import TIMEFRAME_MS
from oracle_run import Unfit, run_case

BARS = {"analyzers": 120, "analyzersSampled": 150, "rules": 110, "indicators": 70, "compositions": 75, "orders": 35}
USUAL_BARS = 50
BYTES = {"indicators": 150000, "rules": 150000, "analyzers": 80000, "analyzersSampled": 62000, "orders": 26000,
         "brackets": 18000, "margin": 18000}
USUAL_BYTES = 15000
INDICATOR_CASES = 2


def shortened(case, bars):
    """The case up to the end of the first feed's `bars`-th bar, rounded to whole bars of the slowest feed."""
    longest = max(TIMEFRAME_MS[f["timeframe"]] for f in case["feeds"])
    ts = case["feeds"][0]["bars"]["ts"]
    end = (ts[min(bars, len(ts)) - 1] + 1) // longest * longest
    out = json.loads(dump(case))
    out.pop("expect", None)
    for feed in out["feeds"]:
        if "bars" in feed:
            count = sum(t < end for t in feed["bars"]["ts"])
            feed["bars"] = {k: v[:count] for k, v in feed["bars"].items()}
    strategy = out["strategy"]
    if "actions" in strategy:
        cycles = len({t for f in out["feeds"] if "bars" in f for t in f["bars"]["ts"]})
        strategy["actions"] = [a for a in strategy["actions"] if a["bar"] < cycles]
    return out


def answered(case):
    """The case with what backtrader does, or None where it is unfit."""
    try:
        return dict(case, expect=rounded(run_case(case)))
    except (Unfit, IndexError):
        return None  # too short for its indicators, or decided by what the whole case avoided


def rounded(value):
    if isinstance(value, dict):
        return {k: rounded(v) for k, v in value.items()}
    if isinstance(value, list):
        return [rounded(v) for v in value]
    return float("%.12g" % value) if isinstance(value, float) else value


def merged(cases):
    """`INDICATOR_CASES` cases that share out the indicators of all, one of each type."""
    out = [dict(c, indicators=[]) for c in cases[:INDICATOR_CASES]]
    seen = set()
    for case in cases:
        for spec in case["indicators"]:
            target = out[len(seen) % len(out)]
            if spec["type"] in seen or any(not i.startswith("d0") for i in spec["input"]):
                continue
            spec = dict(spec, id="i%d" % len(target["indicators"]))
            alone = answered(dict(target, indicators=[spec]))
            if alone and alone["expect"]["final"]["firstNext"]:
                target["indicators"].append(spec)
                seen.add(spec["type"])
    return out


def features(case):
    """What a case can show, as words."""
    found = set()
    for action in case["strategy"].get("actions", []):
        found.update("%s %s %s" % (action["op"], action.get("execType", ""), key) for key in action)
    found.add(str(case["strategy"].get("rule")) + str(case["strategy"].get("sizer")))
    found.update(i["type"] for i in case.get("indicators", []))
    found.update(a["type"] + str(a["params"]) for a in case.get("analyzers", []))
    found.update(str(sorted(f["commission"])) + f["commission"]["type"] + str("resampleOf" in f) for f in case["feeds"])
    found.update("%s %s" % (k, v) for k, v in case["broker"].items())
    found.update(e["status"] for e in case["expect"]["orders"])
    return found


def picked(cases, limit):
    """Cases of at most `limit` bytes together, each the one with the most new features for its size."""
    chosen, known, left = [], set(), limit
    sizes = {c["name"]: len(dump(c)) for c in cases}
    while True:
        fitting = [c for c in cases if sizes[c["name"]] <= left and features(c) - known]
        if not fitting:
            return sorted(chosen, key=lambda c: c["name"])
        best = max(fitting, key=lambda c: len(features(c) - known) / sizes[c["name"]])
        chosen.append(best)
        known |= features(best)
        left -= sizes[best["name"]]
        cases = [c for c in cases if c is not best]


def main(source, target):
    for name in sorted(os.listdir(source)):
        family = name.split(".")[0]
        with open(os.path.join(source, name)) as file:
            cases = [shortened(json.loads(line), BARS.get(family, USUAL_BARS)) for line in file]
        if family == "indicators":
            cases = merged(cases)
        fit = [c for c in map(answered, cases) if c]
        with open(os.path.join(target, name), "w") as file:
            file.writelines(dump(c) + "\n" for c in picked(fit, BYTES.get(family, USUAL_BYTES)))


if __name__ == "__main__":
    main(*sys.argv[1:])
