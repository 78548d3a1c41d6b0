#!/usr/bin/env python3
"""Checks that nothing unwanted can be linked unnoticed: link_self_test.py NM BOARD_DIRECTORY COMPILER [FLAG...]"""

import subprocess
import sys
import tempfile
from pathlib import Path

from link import complaints

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
failures = 0
with tempfile.TemporaryDirectory() as directory:
    source, program = Path(directory) / "program.cpp", Path(directory) / "program"
    startup = []
    for part in ("startup", "semihosting"):
        startup.append(Path(directory) / f"{part}.o")
        subprocess.run([*command, "-std=c++20", "-Os", "-c", board / f"{part}.cpp", "-o", startup[-1]], check=True)
    for name, (text, verdict, flags) in PROGRAMS.items():
        source.write_text(text)
        link = ["-T", board / "board.ld", "-Wl,--start-group", "-lstdc++", "-lm", "-lc", "-lgcc", "-lnosys", "-Wl,--end-group"]
        run = subprocess.run([*command, *flags, "-std=c++20", "-Os", source, *startup, "-o", program, *link],
                             stderr=subprocess.PIPE, encoding="utf-8", check=False)
        said = list(complaints(nm, program)) if run.returncode == 0 else run.stderr.splitlines()
        right = not said if verdict is None else any(verdict in line for line in said)
        if not right:
            failures += 1
            print(f"{name}: expected {verdict or 'no complaint'}, got", *said[:20], sep="\n    ")
sys.exit(1 if failures else 0)
