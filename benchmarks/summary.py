#!/usr/bin/env python3
"""The tables of docs/performance.md, of results that benchmarks/run has written.

    summary.py RESULTS.csv ...         a column a file
"""

import statistics
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent / "suite"))
import report
import works

FRAMEWORKS = ("dlib", "torch_debian", "torch", "torch_compile", "jax", "keras")


def whole(values):
    """Least and greatest, and the median."""
    return f"{min(values):.0f}–{max(values):.0f} ({statistics.median(values):.0f})"


def ahead(record):
    """Times the fastest other, or None."""
    return min(report.others(record).values(), default=None)


def numbers(records, column):
    """Those that are there: a peer may have refused a work, and an older table lacks a column."""
    return [value for record in records if (value := report.number(record, column)) is not None]


def shares(records):
    found = numbers(records, "share_of_peak")
    return whole([100 * share for share in found]) if found else "–"


def leads(records):
    """Times the fastest other: in the mean, at least, and what the mean would be if each took what bounds it."""
    found = [(ratio, report.number(record, "share_of_bound")) for record in records if (ratio := ahead(record)) is not None]
    if not found:
        return "–"
    ratios = [ratio for ratio, _ in found]
    # Above 1 the bound is none: the kernel does at once what was measured apart.
    most = [ratio / min(1, share) for ratio, share in found if share]
    return f"{report.geometric_mean(ratios):.2f}, {min(ratios):.2f}, " + (f"{report.geometric_mean(most):.2f}" if most else "–")


def against(peer):
    return lambda records: ", ".join(report.digits(ratio) for record in records if (ratio := report.number(record, peer))) or "–"


def fastest_of(peers=None):
    def cell(records):
        found = [min((ratio for peer, ratio in report.others(record).items() if peers is None or peer in peers), default=None)
                 for record in records]
        return ", ".join(report.digits(ratio) for ratio in found if ratio) or "–"
    return cell


def times(records):
    return ", ".join(map(report.duration, numbers(records, "burin")))


def a_parameter(records):
    return ", ".join(f"{report.number(record, 'burin') / float(record['sizes']):.3f}" for record in records)


def by_compiler(records):
    found = numbers(records, "burin_clang")
    if not found:
        return "–"
    return f"{report.geometric_mean(found):.2f}, {max(found):.2f}, {sum(ratio > 1.05 for ratio in found)} of {len(found)}"


def tables():
    """Of each its heading and its rows: what, the works, what a cell says of their records."""
    of = works.groups()
    names = {"forward": "forward", "weight_gradient": "weight gradient", "input_gradient": "input gradient"}
    for group, precision, title in (("products", "", "% of the peak: least–greatest (median)"),
                                    ("double", " in double", "the same in double")):
        yield title, [
            (f"{names[name]}{precision}, {label}", [work for work in of[group] if work.name == name and (work.sizes[1] > 1000) == large], shares)
            for name in works.PRODUCTS for label, large in (("(784, 128) to (512, 512)", False), ("(1024, 1024), (4096, 1024)", True))]
    leading = [("8 to 128 samples", of["products"]), ("8 to 128 samples, double", of["double"]), ("small and odd", of["small"])]
    leading += [(f"– of these ({inputs}, {outputs})", [work for work in of["small"] if work.sizes[1:] == (inputs, outputs)])
                for inputs, outputs in dict.fromkeys(work.sizes[1:] for work in of["small"])]
    yield "times the fastest other: mean, least, mean at the bounds", [(label, group, leads) for label, group in leading]
    yield "whole networks", [
        ("training step of 784-128-10 with Adam, 32 and 128 samples", of["training"], times),
        ("– times the fastest other", of["training"], fastest_of()),
        ("– times PyTorch", of["training"], against("torch")),
        ("inference of one sample: 784-128-10, 32-32-32-1 with ReLU and tanh, 8-8-1 with ReLU and tanh", of["inference"], times),
        ("– times the fastest other", of["inference"], fastest_of()),
        ("– times the fastest framework", of["inference"], fastest_of(FRAMEWORKS)),
        ("softmax with cross-entropy: 32 and 128 rows of 10, of 1,000", of["softmax"], times),
        ("– times the fastest other", of["softmax"], fastest_of())]
    sweeps = {name: [work for work in of["sweeps"] if work.name == name] for name in works.OPTIMIZERS}
    yield "ns a parameter: 4,000, 100,000 and 10,000,000 of them", [
        row for name, group in sweeps.items()
        for row in ((name, group, a_parameter), ("– times PyTorch of Debian", group, against("torch_debian")))]
    every = list(dict.fromkeys(work for group in of.values() for work in group))
    yield "clang's time over g++'s: mean, greatest, how many above 1.05", [("all works", every, by_compiler)]


def markdown(results):
    """`results` are records by the name of their column."""
    found = {name: report.by_work(records) for name, records in results.items()}
    for title, rows in tables():
        yield f"| {title} | {' | '.join(found)} |"
        yield "|---|" + "---|" * len(found)
        for what, group, cell in rows:
            measured = [[there[work.key] for work in group if work.key in there] for there in found.values()]
            yield f"| {what} | " + " | ".join(cell(records) if records else "–" for records in measured) + " |"
        yield ""


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    try:
        print("\n".join(markdown({Path(path).stem: report.read_csv(path) for path in sys.argv[1:]})))
    except (OSError, ValueError) as error:
        sys.exit(str(error))
