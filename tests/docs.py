#!/usr/bin/env python3
"""Checks that the C++ of pages compiles: of each page all its blocks, one after the other, in one function.

    docs.py PAGE.md [PAGE.md ...] COMPILER [FLAG...]

A page says that it is checked by a comment, `<!-- compiled`, and then every block must compile. Later blocks may use
what earlier ones declare, and declare it anew. What a block includes is included before the function. So is a block that
begins with `// At namespace scope`, where templates may be members. Several pages are one program, a namespace each: the
headers are read once.
"""

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

INCLUDE = re.compile(r"^#include .*$", re.M)


def of_page(page, number):
    """What the page includes, its namespace as lines, and how many blocks it has."""
    text = page.read_text(encoding="utf-8")
    if "<!-- compiled" not in text:
        sys.exit(f"{page}: does not say that it is compiled")
    includes = [f"#include <{header}>" for header in re.findall(r"`(burin/(?:validation|search)\.hpp)`", text)]
    outside, inside, opened = [], [], 0
    for block in re.finditer(r"^```cpp\n(.*?)^```", text, re.M | re.S):
        includes += INCLUDE.findall(block[1])
        lines = [f'#line {text.count(chr(10), 0, block.start(1)) + 1} "{page}"', INCLUDE.sub("", block[1])]
        if block[1].startswith("// At namespace scope"):
            outside += lines
        else:
            opened += 1
            inside += ["{", *lines]
    if not outside and not inside:
        sys.exit(f"{page}: no block of C++")
    body = [f"namespace page_{number} {{", "using namespace burin;", *outside, "void page() {", *inside, "}" * (opened + 1), "}"]
    return includes, body, opened + len(outside) // 2


def main():
    pages = [Path(word) for word in sys.argv[1:] if word.endswith(".md")]
    command = sys.argv[1 + len(pages):]
    found = [of_page(page, number) for number, page in enumerate(pages)]
    headers = [f"#include <{header}>" for header in ("burin/burin.hpp", "cstdio", "memory", "tuple", "vector")]
    includes = [line for included, *_ in found for line in included]
    program = [*dict.fromkeys([*headers, *includes]), *(line for _, body, _ in found for line in body)]
    with tempfile.TemporaryDirectory() as directory:
        source = Path(directory) / "page.cpp"
        source.write_text("\n".join(program) + "\n", encoding="utf-8")
        run = subprocess.run([*command, "-fsyntax-only", source], env={**os.environ, "LC_ALL": "C"}, check=False)
    for page, (*_, blocks) in zip(pages, found):
        print(f"{page.name}: {blocks} blocks")
    return run.returncode


if __name__ == "__main__":
    sys.exit(main())
