#!/usr/bin/env python3
"""Checks that the C++ of a page compiles: all its blocks, one after the other, in one function.

    docs.py PAGE.md COMPILER [FLAG...]

A page says that it is checked by a comment, `<!-- compiled`, and then every block must compile. Later blocks may use
what earlier ones declare, and declare it anew. What a block includes is included before the function. So is a block that
begins with `// At namespace scope`, where templates may be members.
"""

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path


def main():
    page, *command = Path(sys.argv[1]), *sys.argv[2:]
    text = page.read_text(encoding="utf-8")
    if "<!-- compiled" not in text:
        sys.exit(f"{page}: does not say that it is compiled")
    umbrellas = ["burin/burin.hpp", *sorted(set(re.findall(r"`(burin/(?:validation|search)\.hpp)`", text)))]
    program = [*(f"#include <{header}>" for header in umbrellas), "#include <cstdio>", "#include <memory>", "#include <tuple>", "#include <vector>",
               "using namespace burin;", "void page() {"]
    include = re.compile(r"^#include .*$", re.M)
    blocks = opened = 0
    for block in re.finditer(r"^```cpp\n(.*?)^```", text, re.M | re.S):
        program[:0] = include.findall(block[1])
        if block[1].startswith("// At namespace scope"):
            at = program.index("void page() {")
            program[at:at] = [f'#line {text.count(chr(10), 0, block.start(1)) + 1} "{page}"', include.sub("", block[1])]
            blocks += 1
            continue
        opened += 1
        program += ["{", f'#line {text.count(chr(10), 0, block.start(1)) + 1} "{page}"', include.sub("", block[1])]
        blocks += 1
    program += ["}" * (opened + 1)]
    if blocks == 0:
        sys.exit(f"{page}: no block of C++")
    with tempfile.TemporaryDirectory() as directory:
        source = Path(directory) / "page.cpp"
        source.write_text("\n".join(program) + "\n", encoding="utf-8")
        run = subprocess.run([*command, "-fsyntax-only", source], env={**os.environ, "LC_ALL": "C"}, check=False)
    print(f"{blocks} blocks")
    return run.returncode


if __name__ == "__main__":
    sys.exit(main())
