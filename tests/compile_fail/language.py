#!/usr/bin/env python3
"""Checks that below C++20 each header, included first, is refused by one sentence and nothing else.

    language.py INCLUDE_DIRECTORY COMPILER...

The sentence is in burin/core/language.hpp. That every header reads it before any other of Burin's is read off the
sources; that it is the only complaint is tried with a few of each kind.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

SENTENCE = "Burin needs C++20: compile with -std=c++20 or newer"
LANGUAGE = "burin/core/language.hpp"
TRIED = ["burin/burin.hpp", "burin/embedded.hpp", "burin/core/half.hpp", "burin/layers/dense.hpp", "burin/data/csv.hpp"]
# They hold nothing but #pragma and #undef.
WITHOUT_CODE = {LANGUAGE, "burin/core/set_macros_aside.hpp", "burin/core/restore_macros.hpp"}


def reads_it_first(include, header):
    """Whether the first header of Burin's that is read to its end is that of the sentence."""
    while header != LANGUAGE:
        text = (include / header).read_text(encoding="utf-8")
        first = re.search(r'^#include "(burin/[^"]+)"', text, re.M)
        # Before it stand includes, comments and directives, but no code.
        code = re.search(r"^(namespace|template|struct|class|constexpr|inline|using)\b", text, re.M)
        if first is None or code and code.start() < first.start():
            return False
        header = first[1]
    return True


def complaints(include, command, header):
    run = subprocess.run([*command, "-std=c++17", f"-I{include}", "-fsyntax-only", "-fdiagnostics-color=never", "-xc++", "-"],
                         input=f"#include <{header}>\nint main() {{}}\n", stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                         encoding="utf-8", env={**os.environ, "LC_ALL": "C"}, check=False)
    errors = [line for line in run.stdout.splitlines() if "error: " in line]
    # The second says that a file is missing, which is how the first is made the last.
    if run.returncode == 0 or not errors or SENTENCE not in errors[0] or len(errors) > 2:
        yield f"{header}: {len(errors)} errors, the first: {errors[0] if errors else 'none'}"


def main():
    include, *command = Path(sys.argv[1]), *sys.argv[2:]
    headers = {path.relative_to(include).as_posix() for path in include.rglob("*.hpp")} - WITHOUT_CODE
    found = [f"{header}: does not include {LANGUAGE} first" for header in sorted(headers) if not reads_it_first(include, header)]
    for header in TRIED:
        found += complaints(include, command, header)
    print(*found, f"{len(headers)} headers", sep="\n")
    return 1 if found or len(headers) < 100 else 0


if __name__ == "__main__":
    sys.exit(main())
