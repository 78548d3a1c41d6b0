#!/usr/bin/env python3
"""The results of benchmarks/engines/run: a table as CSV, of it a page of Markdown, and a drawing of the ratios.

    engine_report.py RESULTS.csv          prints the page

As in benchmarks/suite/report.py a row is a work, `burin` Burin's time in nanoseconds, and under an engine's name stands its
time over Burin's, or why it was not timed.
"""

import math
import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / "suite")]
import engine_works
import plots
import report

FIRST = ["work", "precision", "sizes", "burin"]
COLOURS = ["#1f77b4", "#ff7f0e", "#2ca02c", "#9467bd", "#8c564b", "#17becf", "#e377c2", "#7f7f7f", "#bcbd22"]


def engines_of(records):
    return [name for name in records[0] if name not in FIRST] if records else []


def best(record, engines):
    """The fastest engine's ratio and name; None if none was timed."""
    timed = [(ratio, engine) for engine in engines if (ratio := report.number(record, engine)) is not None]
    return min(timed, default=None)


def table(group, records):
    """The works of a group, their mean last; None if none was measured."""
    found, engines, ahead = report.by_work(records), engines_of(records), []
    rows = [(work, found[work.key]) for work in group if work.key in found]
    if not rows:
        return None
    there = [engine for engine in engines if any(report.number(record, engine) for _, record in rows)]
    lines = ["| " + " | ".join(["", "Burin", "best engine", "ratio", *there]) + " |", "|---|" + "---|" * (3 + len(there))]
    for work, record in rows:
        fastest = best(record, engines)
        if fastest:
            ahead.append(fastest[0])
        lines.append("| " + " | ".join([work.label, report.duration(report.number(record, "burin")), fastest[1] if fastest else "–",
                                        report.cell(record, fastest[1]) if fastest else "–", *(report.cell(record, each) for each in there)]) + " |")
    if ahead:
        mean = report.geometric_mean(ahead)
        lines.append(f"| geometric mean | | | {mean:.2f} |" + " |" * len(there))
    return "\n".join(lines)


def markdown(records):
    text = ["# Burin beside engines", "", "One thread on one core, the same weights and inputs, outputs compared. A figure under an engine's name "
            "is its time over Burin's: above 1 Burin is faster, **bold** is where it is not. They take turns; each is the median "
            "over the rounds. The mean is of the ratios to the best engine of each row.", ""]
    for record in records:
        if record["work"] == "about":
            text += [f"- {record['sizes']}", f"- {record['precision']}", "", "| engine | version and settings |", "|---|---|"]
            text += [f"| {name} | {record[name]} |" for name in ("burin", *engines_of(records)) if record.get(name)] + [""]
    for title, group in engine_works.GROUPS.items():
        if shown := table(group, records):
            text += [f"## {title}", "", shown, ""]
    refused = [f"- {engine}: {record[engine]} ({' '.join(report.key(record))})" for record in records if record["work"] != "about"
               for engine in engines_of(records) if record.get(engine) and report.number(record, engine) is None]
    if refused:
        text += ["## Not timed", "", *refused, ""]
    return "\n".join(text)


def draw(records, path):
    """A line of dots a work: each engine's time over Burin's, on a logarithmic axis; the line is 1."""
    found, engines = report.by_work(records), engines_of(records)
    drawing, left, wide, row, y = plots.Drawing(), 330, 420, 14, 30
    least, most = math.log(0.1), math.log(100)

    def x(ratio):
        return left + wide * (min(max(math.log(ratio), least), most) - least) / (most - least)

    for title, group in engine_works.GROUPS.items():
        rows = [(work, found[work.key]) for work in group if work.key in found]
        if not rows:
            continue
        drawing.mark("text", title, class_="t", x=left + wide / 2, y=y)
        y += 8
        for work, record in rows:
            y += row
            drawing.mark("path", d=f"M{left} {y}H{left + wide}", class_="g")
            drawing.mark("text", work.label, class_="e", x=left - 6, y=y + 3)
            for engine, colour in zip(engines, COLOURS * 9):
                if ratio := report.number(record, engine):
                    drawing.mark("circle", cx=x(ratio), cy=float(y), r=3, fill=colour)
        y += 2 * row
    for ratio in (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100):
        drawing.line([(x(ratio), 34), (x(ratio), y)], "#000" if ratio == 1 else "#ddd", 1)
        drawing.mark("text", f"{ratio:g}", x=x(ratio) - 4, y=y + 12)
    for number, (engine, colour) in enumerate(zip(engines, COLOURS * 9)):
        drawing.mark("circle", cx=left + wide + 16.0, cy=44.0 + 16 * number, r=3, fill=colour)
        drawing.mark("text", engine, x=left + wide + 24, y=48 + 16 * number)
    drawing.save(path, left + wide + 170, y + 20)


def write(path, rows_by_group, machine, date, texts):
    """The paths of what it writes: the table, and beside it the page and the drawing."""
    rows = [row for rows in rows_by_group.values() for row in rows]
    names = [name for name in texts if name != "burin"]
    columns = [*FIRST, *names]
    records = [report.about(machine, date, texts, columns), *report.records(rows, columns)]
    report.write_csv(path, records, columns)
    page, drawing = path.with_suffix(".md"), path.with_suffix(".svg")
    page.write_text(markdown(records), encoding="utf-8")
    draw(records, drawing)
    return [path, page, drawing]


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    print(markdown(report.read_csv(sys.argv[1], FIRST)))
