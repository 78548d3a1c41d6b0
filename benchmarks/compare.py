#!/usr/bin/env python3
"""Flags what became slower: compares ratios of a run with those of saved ones.

    compare.py RESULTS.csv SAVED.csv ...           exit status 1 if anything is slower

Only ratios within one run are compared: a peer's time over Burin's, and the share of the core's peak. A time by itself
says more of the machine's other work than of Burin. Of the saved ones, only that of the same processor has a say.
"""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent / "suite"))
import report


def processor():
    """Name, family and model: clouds give one name to several generations."""
    facts = {}
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        name, _, value = line.partition(":")
        facts.setdefault(name.strip(), value.strip())
    known = [facts[name] for name in ("model name", "cpu family", "model", "CPU implementer", "CPU part") if name in facts]
    return " ".join(known) or "unknown"


def machine(records):
    return next((record["sizes"] for record in records if record["work"] == "about"), "unknown")


def ratios(records):
    """(work, precision, sizes, against) → ratio; more is better."""
    found = {}
    for work, record in report.by_work(records).items():
        found |= {(*work, peer): ratio for peer, ratio in report.others(record).items()}
        share = report.number(record, "share_of_peak")
        if share and not record["work"].startswith("inference"):
            found[(*work, "peak")] = share
    return found


def compare(now, before, tolerance):
    """Lines for works that became slower. One peer may have had a bad day: a work counts as slower if it is so against
    each that it was compared with."""
    by_work = {}
    for key, old in before.items():
        if key in now:
            by_work.setdefault(key[:3], []).append((now[key] / old, key[3], old, now[key]))
    slower = []
    for work, found in by_work.items():
        if max(change for change, *_ in found) < 1 - tolerance:
            against = ", ".join(f"{name} {old:.3g} → {new:.3g}" for _, name, old, new in found)
            slower.append(f"{' '.join(work)}: {against}")
    return slower


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("results")
    parser.add_argument("saved", nargs="+")
    parser.add_argument("--tolerance", type=float, default=0.15, help="how much smaller a ratio may be (default: 0.15)")
    options = parser.parse_args(arguments)
    now = report.read_csv(options.results)
    before = [ratios(saved) for path in options.saved if machine(saved := report.read_csv(path)) == machine(now)]
    if not before:
        print(f"no saved results of '{machine(now)}': nothing to compare with")
        return 0
    measured = ratios(now)
    slower = compare(measured, before[0], options.tolerance)
    print(*(f"slower: {line}" for line in slower), sep="\n", end="\n" if slower else "")
    print(f"{sum(key in measured for key in before[0])} ratios compared with those saved, {len(slower)} works slower")
    return 1 if slower else 0


if __name__ == "__main__":
    sys.exit(main())
