#!/usr/bin/env python3
"""Holds docs/handbook.md to the code: every public header of its folders has a row, and what a row names is there."""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FOLDERS = ["callbacks", "evaluation", "explain", "losses", "many_classes", "metrics", "optimizers", "report", "schedules",
           "search", "validation"]
#: What is no technique: a folder's contract, and what several of its headers share, whose names are in `detail`.
CONTRACTS = {"losses/loss.hpp", "metrics/metric.hpp", "optimizers/optimizer.hpp", "schedules/schedule.hpp"}


def is_public(header):
    """Whether it declares anything outside of namespaces called detail."""
    text = header.read_text(encoding="utf-8")
    return "detail" not in header.parts and not re.search(r"^namespace burin(::\w+)*::detail \{", text, re.M)


def problems():
    text = (ROOT / "docs" / "handbook.md").read_text(encoding="utf-8")
    rows = [[cell.strip() for cell in line.strip().strip("|").split("|")] for line in text.splitlines()
            if line.startswith("|") and "---" not in line]
    rows = [row for row in rows if row[0] != "technique"]
    named = set()
    for row in rows:
        if len(row) != 4 or not all(row):
            yield f"expected a technique, its header, example and test, got: {' | '.join(row)}"
            continue
        named.update(re.findall(r"`(burin/[\w/.]+)`", row[1]))
        for place in re.findall(r"`([\w/.-]+/[\w.-]+)`", " ".join(row[1:])):
            if not any((ROOT / folder / place).exists() for folder in (".", "include", "tests", "examples", "docs")):
                yield f"{row[0]}: there is no {place}"
        for page in re.findall(r"\]\(([\w./-]+)(?:#[\w-]*)?\)", " ".join(row[1:])):
            if not (ROOT / "docs" / page).exists():
                yield f"{row[0]}: there is no docs/{page}"
    if not rows:
        yield "docs/handbook.md has no rows"
    include = ROOT / "include" / "burin"
    for folder in FOLDERS:
        for header in sorted((include / folder).rglob("*.hpp")):
            path = header.relative_to(include).as_posix()
            if path not in CONTRACTS and is_public(header) and f"burin/{path}" not in named:
                yield f"no row names burin/{path}"


found = list(problems())
print("\n".join(found) or "docs/handbook.md names every header")
sys.exit(bool(found))
