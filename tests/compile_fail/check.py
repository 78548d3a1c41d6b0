#!/usr/bin/env python3
"""Checks that a wrong program is refused, in few words and the right ones.

    check.py [--within LINES] [--at-most LINES] CASE.cpp COMPILER [FLAG...]

The case says in its first lines what must be read, once or several times:

    // expect: layer `2` `Dense<10>`: expected input

Compiling it must fail, each expected text must stand in the first LINES lines that the compiler prints, and it
must not print more than LINES lines in all.
"""

import argparse
import os
import re
import subprocess
import sys
from pathlib import Path

MARK = "// expect: "


def expected_texts(case):
    texts = []
    for line in case.read_text(encoding="utf-8").splitlines():
        if not line.startswith("//"):
            break
        if line.startswith(MARK):
            texts.append(line[len(MARK):].strip())
    return texts


def complaints(case, command, within, at_most):
    """What is wrong with the compiler's answer, and the answer."""
    texts = expected_texts(case)
    if not texts:
        return [f"the case has no line '{MARK}...' before its first line of code"], ""

    run = subprocess.run(command + ["-fsyntax-only", "-fmessage-length=0", "-fdiagnostics-color=never", str(case)],
                         stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8", errors="replace",
                         env={**os.environ, "LC_ALL": "C"}, check=False)
    # clang cuts strings in types after 32 characters, so that a sentence comes as several strings.
    lines = re.sub(r'"}, (burin::)?FixedString<[^>]*>{"', "", run.stdout).splitlines()
    if run.returncode == 0:
        return ["it compiles, but must not"], run.stdout

    found = []
    for text in texts:
        place = next((number for number, line in enumerate(lines, 1) if text in line), None)
        if place is None:
            found.append(f"nowhere says: {text}")
        elif place > within:
            found.append(f"says only in line {place}, not within the first {within}: {text}")
    if len(lines) > at_most:
        found.append(f"prints {len(lines)} lines, more than {at_most}")
    return found, run.stdout


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--within", type=int, default=6, metavar="LINES")
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
