#!/usr/bin/env python3
"""Flags what became slower: compares ratios of a run with those of a saved one.

    compare.py results.csv baseline.csv            exit status 1 if anything is slower
    compare.py results.csv baseline.csv --save     makes the run the baseline

Only ratios within one run are compared: a peer's time over Burin's, and the share of the core's peak. A time by itself
says more of the machine's other work than of Burin. Baselines hold for one kind of processor: on others this says so and
flags nothing.
"""

import argparse
import csv
import sys
from pathlib import Path

COLUMNS = ["processor", "work", "precision", "sizes", "against", "ratio"]


def processor():
    """Name, family and model: clouds give one name to several generations."""
    facts = {}
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        name, _, value = line.partition(":")
        facts.setdefault(name.strip(), value.strip())
    known = [facts[name] for name in ("model name", "cpu family", "model", "CPU implementer", "CPU part") if name in facts]
    return " ".join(known) or "unknown"


def read(path):
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def ratios(results):
    """(work, precision, sizes, against) → ratio, of a results.csv; more is better."""
    found = {}
    for record in results:
        work = record["work"], record["precision"], record["sizes"]
        if not record["peer"].startswith("burin") and record["ratio"]:
            found[(*work, record["peer"])] = float(record["ratio"])
        elif record["peer"] == "burin" and record["share_of_peak"] and not record["work"].startswith("inference"):
            found[(*work, "peak")] = float(record["share_of_peak"])
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
    parser.add_argument("baseline")
    parser.add_argument("--save", action="store_true", help="write the baseline; other processors' stays")
    parser.add_argument("--tolerance", type=float, default=0.15, help="how much smaller a ratio may be (default: 0.15)")
    parser.add_argument("--processor", default=processor(), help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    now = ratios(read(options.results))
    baseline = read(options.baseline) if Path(options.baseline).exists() else []
    if options.save:
        others = [record for record in baseline if record["processor"] != options.processor]
        mine = [dict(zip(COLUMNS, (options.processor, *key, f"{value:.4g}"))) for key, value in now.items()]
        with open(options.baseline, "w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
            writer.writeheader()
            writer.writerows(others + mine)
        return 0
    before = {tuple(record[column] for column in COLUMNS[1:5]): float(record["ratio"])
              for record in baseline if record["processor"] == options.processor}
    if not before:
        print(f"no baseline for '{options.processor}': nothing to compare with")
        return 0
    slower = compare(now, before, options.tolerance)
    print(*(f"slower: {line}" for line in slower), sep="\n", end="\n" if slower else "")
    print(f"{sum(key in now for key in before)} ratios compared with the baseline, {len(slower)} works slower")
    return 1 if slower else 0


if __name__ == "__main__":
    sys.exit(main())
