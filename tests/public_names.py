#!/usr/bin/env python3
"""Holds what `using namespace burin` brings into a program to the list in public_names.txt: a new name is a decision.

Reads the headers as clang-format leaves them, where what a namespace declares begins a line and what is inside of it
does not. Counts names of `burin` itself and its inner namespaces, not what those declare.
"""

import re
import sys
from pathlib import Path

HEADERS = Path(__file__).resolve().parents[1] / "include/burin"
LIST = Path(__file__).with_name("public_names.txt")
#: A line that begins no declaration, or begins one that the next such line ends.
PASSED = re.compile(r"[\s#})]|//|/\*|template\b|static_assert\b|$")
TYPE = re.compile(r"(?:struct|class|enum(?: class)?|union|concept)\s+(?:alignas\(.*?\)\s*|\[\[.*?\]\]\s*)*(\w+)\s*(<|::)?")


def declared(text):
    """The name that a declaration at the beginning of `text` declares, None if it names what is declared elsewhere."""
    if match := TYPE.match(text):
        return None if match[2] else match[1]
    if match := re.match(r"using (?:(\w+) =|(?:\w*::)*(\w+);)", text):
        return match[1] or match[2]
    flat = re.sub(r"\[\[.*?\]\]|\b(?:decltype|explicit|noexcept)\([^()]*\)", "", text)
    while (shorter := re.sub(r"<[^<>]*>", "", flat)) != flat:
        flat = shorter
    match = re.match(r"[^({=;\[]*?(\w+)\s*[({=;\[]", flat)
    return match[1] if match and not re.search(r"::\w+\W*$|\boperator\b", match[0]) else None


def names_of(header):
    scopes, lines = [], header.read_text(encoding="utf-8").splitlines()
    for number, line in enumerate(lines):
        if match := re.match(r"(?:inline )?namespace ([\w:]+) \{", line):
            inner = match[1].split("::")
            if inner[0] == "burin" and len(inner) > 1 and not scopes:
                yield inner[1], number
            elif scopes == [["burin"]]:
                yield inner[0], number
            if not line.endswith("}"):
                scopes.append(inner)
        elif re.match(r"\} // namespace", line):
            scopes.pop()
        elif scopes == [["burin"]] and not PASSED.match(line):
            if name := declared("\n".join(lines[number:number + 12])):
                yield name, number


def problems():
    listed = LIST.read_text(encoding="utf-8").split()
    if listed != sorted(set(listed)):
        yield f"{LIST.name}: expected each name once and in order"
    found = {}
    for header in sorted(HEADERS.rglob("*.hpp")):
        for name, number in names_of(header):
            found.setdefault(name, f"include/burin/{header.relative_to(HEADERS)}:{number + 1}")
    for name in sorted(found.keys() - set(listed)):
        yield f"{found[name]}: `burin::{name}` is new: it belongs into an inner namespace, or into tests/{LIST.name}"
    for name in sorted(set(listed) - found.keys()):
        yield f"tests/{LIST.name}: no header declares `burin::{name}`"


if __name__ == "__main__":
    all_problems = list(problems())
    print("\n".join(all_problems) or "namespace burin has the names of the list")
    sys.exit(bool(all_problems))
