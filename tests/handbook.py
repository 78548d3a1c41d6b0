#!/usr/bin/env python3
"""Holds docs/handbook.md to the code: every public header of its folders has a row, and what a row names is there."""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FOLDERS = ["callbacks", "data", "evaluation", "explain", "losses", "many_classes", "metrics", "optimizers", "report",
           "schedules", "search", "validation"]
#: What is no technique: a folder's contract, and what several of its headers share, whose names are in `detail`.
CONTRACTS = {"data/images/image_shape.hpp", "data/images/random.hpp", "losses/loss.hpp", "metrics/metric.hpp",
             "optimizers/gradient_sweep.hpp", "optimizers/optimizer.hpp", "schedules/schedule.hpp"}


def is_public(header):
    """Whether it declares anything outside of namespaces called detail."""
    text = header.read_text(encoding="utf-8")
    return "detail" not in header.parts and not re.search(r"^namespace burin(::\w+)*::detail \{", text, re.M)


def exists(place):
    return any((ROOT / folder / place).exists() for folder in (".", "include", "tests", "examples", "docs"))


def unanswered(text):
    """Questions of the first chapter whose answer is none: of two sentences or more, with header, example and test."""
    questions = re.split(r"^### (.*)\n", text.split("\n## Questions\n")[-1].split("\n## ")[0], flags=re.M)[1:]
    if len(questions) < 2 * 20:
        yield f"expected 20 questions or more, got {len(questions) // 2}"
    for question, answer in zip(questions[::2], questions[1::2]):
        places = re.search(r"^Header\s(.*?),\sexample\s(.*?),\stest\s(.*?)$(?:\n\n|\n?\Z)", answer, re.M | re.S)
        if not question.endswith("?") or not places or len(re.findall(r"[.?](?:\s|$)", answer[:places.start()])) < 2:
            yield f"{question}: expected a question, two sentences, and a line of header, example and test"
            continue
        for kind in places.groups():
            named = re.findall(r"`([\w/.-]+/[\w.-]+)`", kind) + re.findall(r"\]\(([\w./-]+)(?:#[\w-]*)?\)", kind)
            if not named:
                yield f"{question}: names no file in '{kind}'"
            for place in named:
                if not exists(place):
                    yield f"{question}: there is no {place}"


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
            if not exists(place):
                yield f"{row[0]}: there is no {place}"
    yield from unanswered(text)
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
