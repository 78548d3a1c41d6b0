#!/usr/bin/env python3
"""Checks that a wrong program is refused, in few words and the right ones.

    check.py [--within LINES] [--at-most LINES] CASE.cpp COMPILER [FLAG...]

The case says in its first lines what must be read, once or several times:

    // expect: layer `2` `Dense<10>`: expected input
    // note: 79328 <= 32768

Compiling it must fail; each expected text must stand in an `error:` line, which is what an editor shows, and each
note in any line, among the first LINES lines that the compiler prints, the list of included files aside; and it must
not print more than LINES lines in all.
"""

import argparse
import os
import re
import subprocess
import sys
from pathlib import Path

# What must stand in the line of each mark's text.
MARKS = {"// expect: ": "error: ", "// note: ": ""}


def expected_texts(case):
    """Pairs of a text and of what else its line must have."""
    texts = []
    for line in case.read_text(encoding="utf-8").splitlines():
        if not line.startswith("//"):
            break
        texts += [(line[len(mark):].strip(), beside) for mark, beside in MARKS.items() if line.startswith(mark)]
    return texts


def complaints(case, command, within, at_most):
    """What is wrong with the compiler's answer, and the answer."""
    texts = expected_texts(case)
    if not texts:
        return ["the case has no line '// expect: ...' before its first line of code"], ""

    run = subprocess.run(command + ["-fsyntax-only", "-fmessage-length=0", "-fdiagnostics-color=never", str(case)],
                         stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8", errors="replace",
                         env={**os.environ, "LC_ALL": "C"}, check=False)
    # clang prints strings in types up to 36 characters, so that a sentence comes as several strings.
    joined = re.sub(r'", \{"', "", run.stdout)
    lines = [line for line in joined.splitlines() if not re.match(r"In file included from | {10,}from ", line)]
    if run.returncode == 0:
        return ["it compiles, but must not"], run.stdout

    found = []
    for text, beside in texts:
        place = next((number for number, line in enumerate(lines, 1) if beside in line and text in line), None)
        if place is None:
            found.append(f"no `{beside}` line says: {text}")
        elif place > within:
            found.append(f"says only in line {place}, not within the first {within}: {text}")
    if len(lines) > at_most:
        found.append(f"prints {len(lines)} lines, more than {at_most}")
    return found, run.stdout


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--within", type=int, default=8, metavar="LINES")
    parser.add_argument("--at-most", type=int, default=25, metavar="LINES")
    parser.add_argument("case", type=Path)
    parser.add_argument("command", nargs=argparse.REMAINDER, metavar="COMPILER [FLAG...]")
    arguments = parser.parse_args()

    found, output = complaints(arguments.case, arguments.command, arguments.within, arguments.at_most)
    for complaint in found:
        print(f"{arguments.case.name}: {complaint}")
    print("--- what the compiler prints:", output, sep="\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
