#!/usr/bin/env python3
"""The results of a run: a table of figures as CSV, and of it a page of Markdown.

    report.py RESULTS.csv          prints the page

A row of the CSV is a work. `burin` is Burin's time in nanoseconds; under the name of each peer stands its time over
Burin's, or why it was not timed. The row `about` has in these columns who they are, and before them when and where.
"""

import csv
import math
import statistics
import sys

import works
from peers import KINDS

PEERS = [name for name in KINDS if name != "burin"]
COLUMNS = ["work", "precision", "sizes", "peak_gflops", "share_of_peak", "share_of_bound", "burin", *PEERS]
TITLES = {name: kind.title for name, kind in KINDS.items()}


def about(machine, date, texts, columns=COLUMNS):
    """The row that says when, where and who: `texts` are versions and settings by peer."""
    return {**dict.fromkeys(columns, ""), "work": "about", "precision": date, "sizes": machine, **texts}


def records(rows, columns=COLUMNS):
    for row in rows:
        work = row.work
        record = {**dict.fromkeys(columns, ""), "work": work.name, "precision": work.precision, "sizes": work.shape}
        if work.operations:
            record |= {"peak_gflops": f"{row.peak / 1e9:.4g}", "share_of_peak": f"{row.share:.4f}"}
        if row.bound:
            record["share_of_bound"] = f"{row.bound:.4f}"
        record["burin"] = f"{row.results[0].nanoseconds:.5g}"
        for result in row.results[1:]:
            if result.refused != "unsupported":
                record[result.peer] = result.refused or f"{result.ratio:.4f}"
        yield record


def write_csv(path, all_records, columns=COLUMNS):
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(all_records)


def read_csv(path, needed=COLUMNS[:7]):
    with open(path, newline="", encoding="utf-8") as file:
        found = list(csv.DictReader(file))
    if missing := [column for column in needed if found and column not in found[0]]:
        raise ValueError(f"{path}: expected results of benchmarks/run, found no column {', '.join(missing)}")
    return found


def number(record, column):
    """None where there is a reason, or nothing."""
    try:
        return float((record or {}).get(column) or "")
    except ValueError:
        return None


def rate(record, peer="burin"):
    """GFLOP/s; None where it was not timed or the figure would say nothing."""
    work = works.Work(record["work"], record["precision"], works.sizes_of(record["sizes"]))
    time, slower = number(record, "burin"), 1.0 if peer == "burin" else number(record, peer)
    return work.operations / (time * slower) if work.operations and time and slower else None


def key(record):
    return record["work"], record["precision"], record["sizes"]


def by_work(all_records):
    return {key(record): record for record in all_records if record["work"] != "about"}


def others(record):
    """What was timed beside Burin, but for Burin itself by another compiler: ratios by peer."""
    timed = {peer: number(record, peer) for peer in PEERS if peer != "burin_clang"}
    return {peer: ratio for peer, ratio in timed.items() if ratio is not None}


def merged(before, now):
    """The records of now, and those from before of what was not measured again. Who was asked before stays named."""
    measured = {key(record) for record in now}
    who = {}
    for record in before + now:
        if record["work"] == "about":
            who |= {column: text for column, text in record.items() if text}
    kept = [record for record in before if record["work"] != "about" and key(record) not in measured]
    return [about("", "", who)] * bool(who) + kept + [record for record in now if record["work"] != "about"]


def geometric_mean(values):
    return math.exp(statistics.fmean(map(math.log, values)))


def duration(nanoseconds):
    for unit, size in (("ms", 1e6), ("µs", 1e3)):
        if nanoseconds >= size:
            return f"{nanoseconds / size:.3g} {unit}"
    return f"{nanoseconds:.3g} ns"


def digits(value):
    """Two digits that count."""
    return f"{value:.0f}" if value >= 10 else f"{value:.1f}" if value >= 2 else f"{value:.2f}"


def cell(record, peer):
    """Bold where Burin is behind another."""
    ratio = number(record, peer)
    if ratio is None:
        return "refused" if record.get(peer) else "–"
    return f"**{digits(ratio)}**" if ratio < 1 and peer != "burin_clang" else digits(ratio)


def table(group, found):
    """The works measured of one group; None if there is none."""
    measured = [(work, found[work.key]) for work in group if work.key in found]
    if not measured:
        return None
    there = [peer for peer in PEERS if any(number(record, peer) for _, record in measured)]
    has_rates = any(work.operations for work, _ in measured) and not measured[0][0].name.startswith("inference")
    is_sweep = not measured[0][0].operations and len(measured[0][0].sizes) == 1
    has_bounds = all(work.traffic for work, _ in measured)
    middle = ["GFLOP/s", "of peak", *(["of bound"] if has_bounds else [])] if has_rates else ["a parameter"] if is_sweep else []
    head = ["", "Burin", *middle, "fastest other", "ahead", *(TITLES[peer] for peer in there)]
    lines = ["| " + " | ".join(head) + " |", "|---|" + "---|" * (len(head) - 1)]
    ahead = []

    def percent(record, column):
        share = number(record, column)
        return "–" if share is None else f"{100 * share:.0f} %"

    for work, record in measured:
        ratios = others(record)
        fastest = min(ratios, key=ratios.get) if ratios else None
        time = number(record, "burin")
        cells = [work.label, duration(time)]
        if has_rates:
            cells += [f"{rate(record):.1f}", percent(record, "share_of_peak"), *([percent(record, "share_of_bound")] if has_bounds else [])]
        elif is_sweep:
            cells += [f"{time / work.sizes[0]:.2f} ns"]
        cells += [TITLES[fastest], cell(record, fastest)] if fastest else ["–", "–"]
        if fastest:
            ahead.append(ratios[fastest])
        lines.append("| " + " | ".join(cells + [cell(record, peer) for peer in there]) + " |")
    if len(ahead) > 1:
        means = [digits(geometric_mean(list(filter(None, (number(record, peer) for _, record in measured))))) for peer in there]
        blanks = [""] * (len(head) - len(there) - 3)
        lines.append("| " + " | ".join(["geometric mean", *blanks, "", digits(geometric_mean(ahead)), *means]) + " |")
    return "\n".join(lines)


def refusals(all_records):
    """One line a peer and reason, for those that failed or computed something else."""
    found = {}
    for record in all_records:
        for peer in PEERS:
            if record["work"] != "about" and record.get(peer) and number(record, peer) is None:
                found.setdefault((peer, record[peer]), []).append(" ".join(key(record)))
    return [f"- {TITLES[peer]}: {reason} ({', '.join(each[:3])}{', …' if len(each) > 3 else ''})"
            for (peer, reason), each in found.items()]


def markdown(all_records):
    text = [
        "# Burin beside others", "",
        "One thread on one core, the same numbers, the same precision, everybody at the settings that are best for them. Each "
        "figure under a peer's name is its time over Burin's: above 1 Burin is faster, and **bold** is where it is not. Burin "
        "and the peer take turns, and the ratio is the median over the rounds; the peak (multiply-adds in registers) is "
        "measured beside Burin's product in turns of a quarter of a millisecond, so at the same clock, and in the same rounds "
        "what bounds a product: the peak, or reading its operands and writing its result once without computing anything, "
        "whichever takes longer. A peer that knows several ways to do a work is timed with its fastest, and none is timed that "
        "computes other numbers.", "",
    ]
    for record in all_records:
        if record["work"] == "about":
            text += [f"- {record['sizes']}", f"- {record['precision']}", "", "| peer | version and settings |", "|---|---|"]
            text += [f"| {TITLES[name]} | {record[name]} |" for name in TITLES if record.get(name)] + [""]
    found = by_work(all_records)
    for group, each in works.groups().items():
        if rows := table(each, found):
            text += [f"## {works.TITLES[group]}", "", rows, ""]
    if refused := refusals(all_records):
        text += ["## Not timed", "", *refused, ""]
    return "\n".join(text)


if __name__ == "__main__":
    try:
        print(markdown(read_csv(sys.argv[1])))
    except (IndexError, OSError, ValueError) as error:
        sys.exit(__doc__ if isinstance(error, IndexError) else str(error))
