"""results.csv and results.md."""

import csv
import math
import statistics

COLUMNS = ["work", "precision", "sizes", "peer", "settings", "ns", "gflops", "peak_gflops", "share_of_peak", "share_of_bound", "ratio", "refused"]


def records(rows):
    """A row of the CSV for each work and peer that knows it."""
    for row in rows:
        work = row.work
        for result in row.results:
            if result.refused == "unsupported":
                continue
            rate = work.operations / result.nanoseconds if result.nanoseconds else 0
            yield {
                "work": work.name, "precision": work.precision, "sizes": "x".join(map(str, work.sizes)), "peer": result.peer,
                "settings": result.settings, "ns": f"{result.nanoseconds:.5g}" if result.nanoseconds else "",
                "gflops": f"{rate:.4g}" if rate else "", "peak_gflops": f"{row.peak / 1e9:.4g}",
                "share_of_peak": "" if not rate else f"{row.share:.4f}" if result.peer == "burin" else f"{1e9 * rate / row.peak:.4f}",
                "share_of_bound": f"{row.bound:.4f}" if row.bound and result.peer == "burin" else "",
                "ratio": f"{result.ratio:.4f}" if result.ratio else "", "refused": result.refused,
            }


def write_csv(path, all_records):
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(all_records)


def read_csv(path):
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def key(record):
    return record["work"], record["precision"], record["sizes"]


def about(peer, text):
    """A peer's version and settings, as a record."""
    return {**dict.fromkeys(COLUMNS, ""), "work": "about", "peer": peer, "settings": text}


def merged(before, now):
    """The records of now, and those from before of what was not measured again."""

    def identity(record):
        return (*key(record), record["peer"] if record["work"] == "about" else "")

    measured = set(map(identity, now))
    return [record for record in before if identity(record) not in measured] + now


def geometric_mean(values):
    return math.exp(statistics.fmean(map(math.log, values)))


def duration(nanoseconds):
    for unit, size in (("ms", 1e6), ("µs", 1e3)):
        if nanoseconds >= size:
            return f"{nanoseconds / size:.3g} {unit}"
    return f"{nanoseconds:.3g} ns"


def ratio(value, of_burin=False):
    """Two digits that count; bold where Burin is behind another."""
    text = f"{value:.0f}" if value >= 10 else f"{value:.1f}" if value >= 2 else f"{value:.2f}"
    return f"**{text}**" if value < 1 and not of_burin else text


def cell(record):
    if record is None:
        return "–"
    if record["refused"]:
        return "refused"
    return ratio(float(record["ratio"]), record["peer"].startswith("burin"))


def table(works, by_work, titles):
    """The works measured of one group; None if there is none."""
    measured = [(work, by_work[k]) for work in works if (k := (work.name, work.precision, "x".join(map(str, work.sizes)))) in by_work]
    if not measured:
        return None
    there = [peer for peer in titles if peer != "burin" and any(found.get(peer, {}).get("ratio") for _, found in measured)]
    has_rates = any(work.operations for work, _ in measured) and not measured[0][0].name.startswith("inference")
    is_sweep = not measured[0][0].operations and len(measured[0][0].sizes) == 1
    has_bounds = all(work.traffic for work, _ in measured)
    middle = [["GFLOP/s", "of peak", *(["of bound"] if has_bounds else [])]] if has_rates else [["a parameter"]] if is_sweep else [[]]
    head = ["", "Burin", *middle[0], "fastest other", "ahead", *(titles[peer] for peer in there)]
    lines = ["| " + " | ".join(head) + " |", "|---|" + "---|" * (len(head) - 1)]
    ahead = []
    for work, found in measured:
        own = found["burin"]
        ratios = {peer: float(found[peer]["ratio"]) for peer in there if found.get(peer, {}).get("ratio")}
        others = [peer for peer in ratios if not peer.startswith("burin")]
        fastest = min(others, key=ratios.get) if others else None
        cells = [work.label, duration(float(own["ns"]))]
        if has_rates:
            cells += [f"{float(own['gflops']):.1f}", f"{100 * float(own['share_of_peak']):.0f} %"]
            if has_bounds:
                cells += [f"{100 * float(own['share_of_bound']):.0f} %" if own.get("share_of_bound") else "–"]
        elif is_sweep:
            cells += [f"{float(own['ns']) / work.sizes[0]:.2f} ns"]
        cells += [titles[fastest], ratio(ratios[fastest])] if fastest else ["–", "–"]
        if fastest:
            ahead.append(ratios[fastest])
        lines.append("| " + " | ".join(cells + [cell(found.get(peer)) for peer in there]) + " |")
    if len(ahead) > 1:
        means = []
        for peer in there:
            of_peer = [float(found[peer]["ratio"]) for _, found in measured if found.get(peer, {}).get("ratio")]
            means.append(ratio(geometric_mean(of_peer), peer.startswith("burin")))
        blanks = [""] * (len(head) - len(there) - 3)
        lines.append("| " + " | ".join(["geometric mean", *blanks, "", ratio(geometric_mean(ahead)), *means]) + " |")
    return "\n".join(lines)


def refusals(all_records, titles):
    """One line a peer and reason, for those that failed or computed something else."""
    found = {}
    for record in all_records:
        if record["refused"]:
            found.setdefault((record["peer"], record["refused"]), []).append(
                f"{record['work']} {record['precision']} {record['sizes']}")
    return [f"- {titles[peer]}: {reason} ({', '.join(works[:3])}{', …' if len(works) > 3 else ''})"
            for (peer, reason), works in found.items()]


def markdown(all_records, groups, group_titles, titles, machine, absent, plots):
    by_work, abouts = {}, {}
    for record in all_records:
        if record["work"] == "about":
            abouts[record["peer"]] = record["settings"]
            continue
        by_work.setdefault(key(record), {})[record["peer"]] = record
    text = [
        "# Burin beside others", "",
        "Written by `benchmarks/run`: do not edit. One thread on one core, the same numbers, the same precision, everybody "
        "at the settings that are best for them. Each figure under a peer's name is its time over Burin's: above 1 Burin is "
        "faster, and **bold** is where it is not. Burin and the peer take turns, and the ratio is the median over the rounds; "
        "the peak (multiply-adds in registers) is measured beside Burin's product in turns of a quarter of a millisecond, so at the "
        "same clock, and in the same rounds what bounds a product: the peak, or reading its operands and writing its result "
        "once without computing anything, whichever takes longer. A peer that knows several ways to do a work is "
        "timed with its fastest, and none is timed that computes other numbers.", "",
        *(f"- {line}" for line in machine), "",
        "| peer | version and settings |", "|---|---|",
        *(f"| {titles[name]} | {abouts[name]} |" for name in titles if name in abouts),
        *(f"| {titles[name]} | not there: {reason} |" for name, reason in absent.items()), "",
    ]
    for group, works in groups.items():
        found = table(works, by_work, titles)
        if found:
            text += [f"## {group_titles[group]}", "", found, ""]
            text += [f"![{title}]({file})\n" for of_group, title, file in plots if of_group == group]
    refused = refusals(all_records, titles)
    if refused:
        text += ["## Not timed", "", *refused, ""]
    return "\n".join(text)
