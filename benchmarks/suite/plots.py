"""Draws results.csv: plots.py RESULTS_CSV DIRECTORY. Needs matplotlib, so it is a program of its own, for the system's
Python. Prints a line for each plot: group, title, file."""

import csv
import math
import sys
from pathlib import Path

import matplotlib

matplotlib.use("svg")
matplotlib.rcParams["svg.hashsalt"] = "burin"
import matplotlib.pyplot as plt

from peers import KINDS
from works import LARGE, SMALL

COLOURS = dict(zip(KINDS, ["#c0392b", "#e59866", "#7f7f7f", "#b0b0b0", "#1f77b4", "#2ca02c", "#98df8a", "#9467bd", "#8c564b", "#ff9896",
                           "#ff7f0e", "#ffbb78", "#17becf", "#e377c2"]))


def save(figure, directory, group, title, file):
    figure.savefig(directory / file, bbox_inches="tight", metadata={"Date": None})
    plt.close(figure)
    print(group, title, file, sep="\t")


def sizes_of(record):
    return tuple(map(int, record["sizes"].split("x")))


def rates(records, works, title, group, file, directory):
    """GFLOP/s against size, from the fewest operations to the most, and the peak as the roof."""
    works = {work: label for work, label in works.items() if any(record["work"] == work for record in records)}
    if not works:
        return
    figure, every = plt.subplots(1, len(works), figsize=(6 * len(works), 4), sharey=True, squeeze=False)
    for axes, (work, label) in zip(every[0], works.items()):
        mine = [record for record in records if record["work"] == work and record["gflops"]]
        sizes = sorted(set(map(sizes_of, mine)), key=lambda each: (math.prod(each), each))
        for peer in KINDS:
            points = sorted((sizes.index(sizes_of(record)), float(record["gflops"])) for record in mine if record["peer"] == peer)
            if points:
                axes.plot(*zip(*points), "o-", color=COLOURS[peer], label=KINDS[peer].title, markersize=4,
                          linewidth=2.5 if peer == "burin" else 1, zorder=3 if peer == "burin" else 2)
        roof = sorted((sizes.index(sizes_of(record)), float(record["peak_gflops"])) for record in mine if record["peer"] == "burin")
        axes.plot(*zip(*roof), "--", color="black", label="peak of the core")
        axes.set_xticks(range(len(sizes)), ["{} × ({} → {})".format(*each) for each in sizes], rotation=90, fontsize=7)
        axes.grid(alpha=0.3)
        axes.set_title(label)
    every[0][0].set_ylim(bottom=0)
    every[0][0].set_ylabel("GFLOP/s")
    handles, names = every[0][0].get_legend_handles_labels()
    figure.legend(handles, names, loc="center left", bbox_to_anchor=(0.91, 0.5), frameon=False)
    save(figure, directory, group, title, file)


def bars(records, works, title, group, file, directory):
    """Time of one call, a bar each peer; the axis is logarithmic."""
    cases = sorted({(record["work"], record["sizes"]) for record in records if record["work"] in works},
                   key=lambda case: (-sum(map(int, case[1].split("x"))), case[0]))
    if not cases:
        return
    figure, every = plt.subplots(1, len(cases), figsize=(4 * len(cases), 4), squeeze=False)
    for axes, case in zip(every[0], cases):
        mine = [record for record in records if (record["work"], record["sizes"]) == case and record["ns"]]
        mine.sort(key=lambda record: -float(record["ns"]))
        times = [float(record["ns"]) / 1000 for record in mine]
        axes.barh([KINDS[record["peer"]].title for record in mine], times, color=[COLOURS[record["peer"]] for record in mine])
        for i, each in enumerate(times):
            axes.text(each, i, f" {each:,.0f}" if each >= 100 else f" {each:.3g}", va="center", fontsize=8)
        axes.set_xscale("log")
        axes.set_xlim(min(times) / 3, max(times) * 6)
        axes.set_title(f"{works[case[0]]} {case[1].replace('x', '-')}".strip())
        axes.set_xlabel("µs")
    figure.tight_layout()
    save(figure, directory, group, title, file)


def main():
    source, directory = sys.argv[1], Path(sys.argv[2])
    with open(source, newline="", encoding="utf-8") as file:
        records = list(csv.DictReader(file))
    products = {"forward": "x · W + b, ReLU", "weight_gradient": "xᵀ · dy", "input_gradient": "dy · Wᵀ"}
    floats = [record for record in records if record["precision"] == "float" and record["work"] in products]
    doubles = [record for record in records if record["precision"] == "double"]
    rates([record for record in floats if sizes_of(record) in LARGE], products, "GFLOP/s of products", "products", "products.svg",
          directory)
    rates([record for record in floats if sizes_of(record) in SMALL], products, "GFLOP/s of small products", "small",
          "small_products.svg", directory)
    rates(doubles, products, "GFLOP/s of products in double precision", "double", "double_products.svg", directory)
    bars(records, {"training_step": "batch"}, "Time of a training step", "training", "training_step.svg", directory)
    bars(records, {"inference_relu": "ReLU", "inference_tanh": "tanh"}, "Time of the inference of one sample", "inference",
         "inference.svg", directory)


main()
