#!/usr/bin/env python3
"""Draws results as SVG, small enough to be kept: plots.py RESULTS.csv DIRECTORY

products.svg, small_products.svg and double_products.svg show the speed of products, training_step.svg and inference.svg
the time of one call. The README shows three of them, in docs/pictures.
"""

import math
import sys
from pathlib import Path

import report
import works
from peers import KINDS

COLOURS = dict(zip(KINDS, ["#c0392b", "#e59866", "#7f7f7f", "#b0b0b0", "#1f77b4", "#2ca02c", "#98df8a", "#9467bd", "#8c564b", "#ff9896",
                           "#ff7f0e", "#ffbb78", "#17becf", "#e377c2"]))
PRODUCTS = {"forward": "x · W + b, ReLU", "weight_gradient": "xᵀ · dy", "input_gradient": "dy · Wᵀ"}
STYLE = "text{font:10px sans-serif}.t{font-size:13px;text-anchor:middle}.e{text-anchor:end}.g{stroke:#ddd}path{fill:none}"


class Drawing:
    def __init__(self):
        self.marks = []

    def mark(self, name, text=None, **attributes):
        given = "".join(f' {key.rstrip("_").replace("_", "-")}="{self.short(value)}"' for key, value in attributes.items())
        self.marks.append(f"<{name}{given}/>" if text is None else f"<{name}{given}>{text}</{name}>")

    @staticmethod
    def short(value):
        return f"{value:.1f}".removesuffix(".0") if isinstance(value, float) else value

    def line(self, points, colour, width, **more):
        path = "M" + "L".join(f"{self.short(float(x))} {self.short(float(y))}" for x, y in points)
        self.mark("path", d=path, stroke=colour, stroke_width=width, **more)

    def save(self, path, width, height):
        head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}">'
        body = [head, f"<style>{STYLE}</style>", f'<rect width="{width}" height="{height}" fill="#fff"/>', *self.marks, "</svg>", ""]
        path.write_text("\n".join(body), encoding="utf-8")


def round_steps(highest, about):
    """A step of 1, 2 or 5 times a power of ten that divides up to `highest` into about so many."""
    rough = highest / about
    power = 10 ** math.floor(math.log10(rough))
    return next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough)


def rates(found, group, precision, file):
    """GFLOP/s against size, from the fewest operations to the most, and the peak as the roof."""
    panels = [(name, [found[work.key] for work in group if work.name == name and work.key in found]) for name in PRODUCTS]
    panels = [(name, sorted(mine, key=lambda record: (math.prod(works.sizes_of(record["sizes"])), works.sizes_of(record["sizes"]))))
              for name, mine in panels if mine]
    if not panels:
        return
    drawing, wide, high, left, top = Drawing(), 270, 210, 36, 24
    every = [value for _, mine in panels for record in mine for value in
             [float(record["peak_gflops"]), *filter(None, (report.rate(record, peer) for peer in KINDS))]]
    step = round_steps(max(every), 5)
    scale = high / (step * math.ceil(max(every) / step))
    drawn = [peer for peer in KINDS if any(report.rate(record, peer) for _, mine in panels for record in mine)]
    for number, (name, mine) in enumerate(panels):
        x = [left + number * (wide + 20) + wide * (i + 0.5) / len(mine) for i in range(len(mine))]
        begin, end = left + number * (wide + 20), left + number * (wide + 20) + wide
        drawing.mark("text", PRODUCTS[name], class_="t", x=(begin + end) / 2, y=top - 8)
        for value in range(0, math.ceil(max(every) / step) + 1):
            y = top + high - value * step * scale
            drawing.mark("path", d=f"M{begin} {drawing.short(y)}H{end}", class_="g")
            if number == 0:
                drawing.mark("text", f"{value * step:g}", class_="e", x=begin - 4, y=y + 3)
        for at, record in zip(x, mine):
            rows, inputs, outputs = works.sizes_of(record["sizes"])
            drawing.mark("text", f"{rows} × ({inputs} → {outputs})", class_="e",
                         transform=f"translate({drawing.short(at + 3)} {top + high + 6})rotate(-90)")
        for peer in reversed(drawn):
            points = [(at, top + high - value * scale) for at, record in zip(x, mine) if (value := report.rate(record, peer))]
            drawing.line(points, COLOURS[peer], 2.5 if peer == "burin" else 1)
        drawing.line([(at, top + high - float(record["peak_gflops"]) * scale) for at, record in zip(x, mine)], "#000", 1, stroke_dasharray="4 3")
    beside = left + len(panels) * (wide + 20)
    for number, (title, colour) in enumerate([*((KINDS[peer].title, COLOURS[peer]) for peer in drawn), ("peak of the core", "#000")]):
        drawing.line([(beside, top + 8 + 16 * number), (beside + 18, top + 8 + 16 * number)], colour, 2)
        drawing.mark("text", title, x=beside + 24, y=top + 11 + 16 * number)
    drawing.mark("text", "GFLOP/s" + (", double" if precision == "double" else ""), x=2, y=12)
    drawing.save(file, beside + 160, top + high + 122)


def bars(found, names, file):
    """Time of one call, a bar each peer; the axis is logarithmic."""
    cases = sorted((record for record in found.values() if record["work"] in names),
                   key=lambda record: (-sum(works.sizes_of(record["sizes"])), record["work"]))
    if not cases:
        return
    drawing, wide, row, left, top = Drawing(), 200, 15, 150, 24
    peers = [peer for peer in KINDS if any(report.number(record, peer) for record in cases)]
    for number, record in enumerate(cases):
        begin = left + number * (wide + 12)
        times = {peer: report.number(record, "burin") * (1 if peer == "burin" else report.number(record, peer)) / 1000
                 for peer in peers if report.number(record, peer)}
        lowest, highest = math.log(min(times.values())) - 0.7, math.log(max(times.values()))
        drawing.mark("text", f"{names[record['work']]} {record['sizes'].replace('x', '-')}, µs", class_="t", x=begin + wide / 2, y=top - 8)
        for place, peer in enumerate(peers):
            y = top + place * row
            if number == 0:
                drawing.mark("text", KINDS[peer].title, class_="e", x=left - 4, y=y + 10)
            if peer in times:
                long = (wide - 44) * (math.log(times[peer]) - lowest) / (highest - lowest)
                drawing.mark("rect", x=begin, y=y, width=long, height=row - 3, fill=COLOURS[peer])
                drawing.mark("text", f"{times[peer]:,.0f}" if times[peer] >= 100 else f"{times[peer]:.3g}", x=begin + long + 3, y=y + 10)
    drawing.save(file, left + len(cases) * (wide + 12), top + len(peers) * row + 6)


def draw(records, directory):
    directory.mkdir(parents=True, exist_ok=True)
    found, groups = report.by_work(records), works.groups()
    for group, file in {"products": "products", "small": "small_products", "double": "double_products"}.items():
        rates(found, groups[group], "double" if group == "double" else "float", directory / f"{file}.svg")
    bars(found, {"training_step": "batch"}, directory / "training_step.svg")
    bars(found, {"inference_relu": "ReLU", "inference_tanh": "tanh"}, directory / "inference.svg")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    draw(report.read_csv(sys.argv[1]), Path(sys.argv[2]))
