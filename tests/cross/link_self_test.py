#!/usr/bin/env python3
"""Checks that nothing unwanted can be linked unnoticed: link_self_test.py NM BOARD_DIRECTORY COMPILER [FLAG...]"""

import subprocess
import sys
import tempfile
from pathlib import Path

from link import complaints

# Linked as programs for the board are; the others as for a computer, with all that the C library has to offer.
BARE = {"clean", "runs before main"}

# A program, what must be said of it (None: nothing), and the flags that it takes to do the harm.
PROGRAMS = {
    "clean": ("#include <cmath>\nint main() { volatile float x = 1; return std::tanh(x) < 0; }", None, []),
    "calls malloc": ("#include <cstdlib>\nint main() { volatile auto p = std::malloc(8); return p != nullptr; }",
                     "holds malloc", []),
    "uses new": ("int main() { int* volatile p = new int(0); return *p; }", "holds _Znwj", []),
    "prints": ("#include <cstdio>\nint main(int count, char**) { std::printf(\"%d\", count); }", "holds printf", []),
    "throws": ("int main(int count, char**) { if (count > 5) throw count; }", "holds __cxa_throw", ["-fexceptions"]),
    "unwinds": ("int main(int count, char**) { if (count > 5) throw count; }", "holds _Unwind_RaiseException",
                ["-fexceptions"]),
    "identifies types": ("struct A { virtual ~A(); virtual int f() { return 1; } }; A::~A() {}\nint main() { A* volatile a; A b; a = &b; return a->f(); }",
                         "holds _ZTI1A", ["-frtti"]),
    "guards a static": ("int begin();\nint main() { static int once = begin(); return once; }\nint begin() { volatile int x = 1; return x; }",
                        "holds __cxa_guard_acquire", ["-fthreadsafe-statics"]),
    "destroys a static": ("struct A { int* volatile p; ~A(); }; A::~A() { *p = 0; }\nint main() { static int x; static A a{&x}; return *a.p; }",
                          "holds __aeabi_atexit", []),
    "runs before main": ("int begin() { volatile int x = 1; return x; }\nint started = begin();\nint main() { return started; }",
                         "a static object is initialised by code before main", []),
}

nm, board, command = sys.argv[1], Path(sys.argv[2]), sys.argv[3:]
hosted_command = [word for word in command if word not in ("-nostartfiles", "-nodefaultlibs")]
failures = 0


def said_of(source, text, flags, bare):
    """What is said of a program, by the linker or by the check."""
    program = source.with_suffix("")
    source.write_text(text)
    if bare:
        base, link = command, [board / "startup.cpp", board / "semihosting.cpp", "-T", board / "board.ld",
                "-Wl,--start-group", "-lm", "-lc", "-lgcc", "-Wl,--end-group"]
    else:
        base, link = hosted_command, ["--specs=nosys.specs"]
    run = subprocess.run([*base, *flags, "-std=c++20", "-Os", source, "-o", program, *link], stderr=subprocess.PIPE,
                         encoding="utf-8", check=False)
    return list(complaints(nm, program)) if run.returncode == 0 else run.stderr.splitlines()


with tempfile.TemporaryDirectory() as directory:
    source = Path(directory) / "program.cpp"
    usual = said_of(source, "int main() {}", [], bare=False)
    for name, (text, verdict, flags) in PROGRAMS.items():
        said = said_of(source, text, flags, bare=name in BARE)
        right = not said if verdict is None else any(verdict in line for line in said) and verdict not in usual
        if not right:
            failures += 1
            print(f"{name}: expected {verdict or 'no complaint'}, got", *said[:20], sep="\n    ")
sys.exit(1 if failures else 0)
