#!/usr/bin/env python3
"""Checks that a translation unit needs no operating system and no C++ run-time library.

    check.py SOURCE.cpp COMPILER [FLAG...]

It is compiled twice for freestanding use, for vectors and (with BURIN_SCALAR, as for a microcontroller) for one lane.
Neither object may refer to a function outside it other than the memory and mathematical ones that every C library
for bare metal has, or run code before main. With one lane no hosted header may be included, however indirectly;
with vectors xsimd includes some, for overloads that nothing calls.
"""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

FREESTANDING = ["-ffreestanding", "-fno-exceptions", "-fno-rtti", "-fno-threadsafe-statics", "-O2", "-DNDEBUG"]

MEMORY_FUNCTIONS = {"memcpy", "memmove", "memset", "memcmp", "strlen"}
MATHEMATICAL_FUNCTIONS = {
    "acos", "asin", "atan", "atan2", "cbrt", "ceil", "copysign", "cos", "cosh", "erf", "erfc", "exp", "exp2", "expm1",
    "fabs", "floor", "fma", "fmax", "fmin", "fmod", "frexp", "hypot", "ldexp", "lgamma", "log", "log10", "log1p",
    "log2", "lrint", "lround", "modf", "nearbyint", "pow", "remainder", "rint", "round", "scalbn", "sin", "sinh",
    "sqrt", "tan", "tanh", "tgamma", "trunc",
}
# Made by the linker.
LINKER_SYMBOLS = {"_GLOBAL_OFFSET_TABLE_"}

HOSTED_HEADERS = {
    "any", "cerrno", "chrono", "clocale", "complex", "condition_variable", "csignal", "cstdio", "ctime", "deque",
    "exception", "filesystem", "format", "forward_list", "fstream", "functional", "future", "iomanip", "ios",
    "iostream", "istream", "list", "locale", "map", "memory", "memory_resource", "mutex", "ostream", "queue",
    "random", "regex", "set", "sstream", "stack", "stdexcept", "streambuf", "string", "syncstream", "system_error",
    "thread", "typeinfo", "unordered_map", "unordered_set", "valarray", "vector",
}


def outside_functions(object_file):
    listing = subprocess.run(["nm", "--undefined-only", "--format=posix", object_file], stdout=subprocess.PIPE,
                             encoding="utf-8", check=True).stdout
    for line in listing.splitlines():
        symbol = line.split()[0]
        mathematical = symbol in MATHEMATICAL_FUNCTIONS or symbol[:-1] in MATHEMATICAL_FUNCTIONS and symbol[-1] in "fl"
        if not mathematical and symbol not in MEMORY_FUNCTIONS | LINKER_SYMBOLS:
            readable = subprocess.run(["c++filt", symbol], stdout=subprocess.PIPE, encoding="utf-8", check=True).stdout
            yield f"refers to {readable.strip()} ({symbol})"


def code_before_main(object_file):
    sections = subprocess.run(["objdump", "--section-headers", object_file], stdout=subprocess.PIPE,
                              encoding="utf-8", check=True).stdout
    for section in (".init_array", ".ctors", ".preinit_array"):
        if re.search(rf"\s{re.escape(section)}[.\s]", sections):
            yield f"runs code before main (section {section})"


def hosted_headers(inclusions):
    """From the compiler's answer to -H: a dot for each level of inclusion, and the path."""
    path = []
    for line in inclusions.splitlines():
        entry = re.fullmatch(r"(\.+) (.+)", line)
        if not entry:
            continue
        path[len(entry[1]) - 1:] = [entry[2]]
        library_header = re.search(r"/c\+\+/[^/]+/([a-z_]+)$", entry[2])
        if library_header and library_header[1] in HOSTED_HEADERS:
            yield f"includes <{library_header[1]}>, by " + " > ".join(Path(step).name for step in path[:-1])


def complaints(source, command, one_lane):
    with tempfile.TemporaryDirectory() as directory:
        object_file = Path(directory) / "unit.o"
        flags = FREESTANDING + (["-DBURIN_SCALAR"] if one_lane else [])
        run = subprocess.run(command + flags + ["-H", "-c", str(source), "-o", str(object_file)],
                             stderr=subprocess.PIPE, encoding="utf-8", errors="replace", check=False)
        if run.returncode != 0:
            messages = [line for line in run.stderr.splitlines() if not re.match(r"[.!x]+ |/|Multiple include", line)]
            yield "does not compile:\n" + "\n".join(messages[:40])
            return
        if one_lane:
            yield from hosted_headers(run.stderr)
        yield from outside_functions(object_file)
        yield from code_before_main(object_file)


def main():
    source, command = Path(sys.argv[1]), sys.argv[2:]
    failed = False
    for one_lane in (True, False):
        for complaint in complaints(source, command, one_lane):
            failed = True
            print(f"{source.name}, {'one lane' if one_lane else 'vectors'}: {complaint}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
