#!/usr/bin/env python3
"""What the kernels are held to, and whether a run reached it.

    bars.py results.csv [results.csv ...]

Prints a Markdown table: a row a bar, a column a file as `benchmarks/run` writes it. "at most" is what the kernels could reach
in the same run if they took exactly the time of what bounds them: the peak of the multiply-adds in registers, or reading
the operands and writing the result once without computing anything.
"""

import argparse
import math
import statistics
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent / "suite"))
import report
import works

TITLES = {"forward": "forward", "weight_gradient": "weight gradients", "input_gradient": "input gradients"}
FRAMEWORKS = ("dlib", "torch_debian", "torch", "torch_compile", "jax", "keras")
TOLERATED_OF_CLANG = 1.05


class Run:
    """The records of a results.csv by work."""

    def __init__(self, path):
        self.found = {}
        for record in report.read_csv(path):
            if missing := [column for column in report.COLUMNS if column not in record]:
                raise ValueError(f"{path}: expected a results.csv of benchmarks/run, found no column {', '.join(missing)}")
            if record["work"] != "about":
                self.found.setdefault(report.key(record), {})[record["peer"]] = record

    def of(self, work):
        return self.found.get((work.name, work.precision, "x".join(map(str, work.sizes))), {})

    def ratio(self, work, peer):
        text = self.of(work).get(peer, {}).get("ratio")
        return float(text) if text else math.nan

    def own(self, work, column):
        text = self.of(work).get("burin", {}).get(column)
        return float(text) if text else math.nan

    def ahead(self, work, among=None):
        """Of the fastest other."""
        ratios = [self.ratio(work, peer) for peer in self.of(work)
                  if not peer.startswith("burin") and (among is None or peer in among)]
        return min((ratio for ratio in ratios if not math.isnan(ratio)), default=math.nan)


def measured(run, group):
    return [work for work in group if "burin" in run.of(work)]


def verdict(is_met, text):
    return f"{text}: {'met' if is_met else '**missed**'}"


def shares(bar):
    """At least `bar` of the peak in every row."""

    def judge(run, group):
        found = [100 * run.own(work, "share_of_peak") for work in group]
        below = sum(share < bar for share in found)
        text = f"{min(found):.1f} to {max(found):.1f}, median {statistics.median(found):.1f}"
        return verdict(not below, text + (f", {below} of {len(found)} below" if below else ""))

    return judge


def aheads(bar):
    """Ahead of the fastest other in every row, and by `bar` in the mean."""

    def judge(run, group):
        found = [run.ahead(work) for work in group]
        # Above 1 the bound is none: the kernel does at once what was measured apart.
        reached = [min(1, run.own(work, "share_of_bound")) for work in group]
        mean, below = report.geometric_mean(found), sum(ratio < 1 for ratio in found)
        at_most = report.geometric_mean(ratio / share for ratio, share in zip(found, reached))
        return verdict(mean >= bar and not below,
                       f"{mean:.2f}, least {min(found):.2f}, {below} of {len(found)} below 1; at most {at_most:.2f}")

    return judge


def every_row(bar, ratio_of):
    """`bar` times as fast as another in every row, by ratio_of(run, work)."""

    def judge(run, group):
        found = [ratio_of(run, work) for work in group]
        return verdict(min(found) >= bar, ", ".join(report.ratio(ratio, True) for ratio in found))

    return judge


def against(bar, peer):
    return every_row(bar, lambda run, work: run.ratio(work, peer))


def least(bar, among=None):
    """Against the fastest other."""
    return every_row(bar, lambda run, work: run.ahead(work, among))


def nanoseconds_a_parameter(bar):
    def judge(run, group):
        found = [run.own(work, "ns") / work.sizes[0] for work in group]
        return verdict(max(found) <= bar, ", ".join(f"{time:.3f}" for time in found))

    return judge


def as_float(points):
    """At most so many points below float's share, in every row."""

    def judge(run, group):
        behind = {}
        for work in group:
            single = works.Work(work.name, "float", work.sizes)
            behind[work] = 100 * (run.own(single, "share_of_peak") - run.own(work, "share_of_peak"))
        below = sum(gap > points for gap in behind.values())
        return verdict(not below, f"median {statistics.median(behind.values()):.1f} points behind, {below} of {len(group)} more than {points}")

    return judge


def compilers(run, group):
    found = [run.ratio(work, "burin_clang") for work in group]
    within = sum(ratio <= TOLERATED_OF_CLANG for ratio in found)
    return verdict(within == len(found), f"{within} of {len(found)}, at most {max(found):.2f}")


def bars():
    """(what, the works, judge)."""
    of = works.groups()
    middle = {name: [work for work in of["products"] if work.name == name and work.sizes[1] < 1000] for name in works.PRODUCTS}
    large = {name: [work for work in of["products"] if work.name == name and work.sizes[1] > 1000] for name in works.PRODUCTS}
    yield "forward, 8, 32 and 128 samples: 95 % of the peak", middle["forward"], shares(95)
    yield "forward, (1024, 1024) and (4096, 1024): 92 %", large["forward"], shares(92)
    for name in works.PRODUCTS[1:]:
        yield f"{TITLES[name]}, 8, 32 and 128 samples: 90 %", middle[name], shares(90)
        yield f"{TITLES[name]}, (1024, 1024) and (4096, 1024): 90 %", large[name], shares(90)
    yield "all of these: ahead of the fastest other, 1.2 in the mean", of["products"], aheads(1.2)
    yield "small and odd: ahead of the fastest other, 2 in the mean", of["small"], aheads(2)
    for inputs, outputs in dict.fromkeys(work.sizes[1:] for work in of["small"]):
        yield (f"– of these ({inputs}, {outputs})", [work for work in of["small"] if work.sizes[1:] == (inputs, outputs)], aheads(2))
    for name in works.OPTIMIZERS:
        yield (f"{name}, 4 k, 100 k, 10 M parameters: 5 times PyTorch of Debian",
               [work for work in of["sweeps"] if work.name == name], against(5, "torch_debian"))
    yield ("adam, 100 k parameters: at most 0.35 ns a parameter",
           [work for work in of["sweeps"] if work.name == "adam" and work.sizes == (100_000,)], nanoseconds_a_parameter(0.35))
    yield "softmax with cross-entropy: 2 times the fastest other", of["softmax"], least(2)
    yield "training step of 32, 128 samples: 4 times PyTorch of Debian", of["training"], against(4, "torch_debian")
    yield "training step of 32, 128 samples: 2 times the fastest other", of["training"], least(2)
    yield "inference, 784-128-10, 32-32-32-1, 8-8-1: 3 times the fastest framework", of["inference"], least(3, FRAMEWORKS)
    yield "inference, 32-32-32-1 and 8-8-1: no slower than plain C", of["inference"][1:], least(1, ("plain", "plain_clang"))
    yield "double: within 3 points of float", of["double"], as_float(3)
    yield "clang: at most 1.05 times the time of g++", list(dict.fromkeys(work for group in of.values() for work in group)), compilers


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("results", nargs="+", type=Path)
    try:
        runs = [Run(path) for path in parser.parse_args().results]
    except (OSError, ValueError) as error:
        sys.exit(str(error))
    print("| |" + " |" * len(runs))
    print("|---|" + "---|" * len(runs))
    for what, group, judge in bars():
        cells = [judge(run, there) if (there := measured(run, group)) else "–" for run in runs]
        print("| " + " | ".join([what, *cells]) + " |")


if __name__ == "__main__":
    main()
