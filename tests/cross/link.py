#!/usr/bin/env python3
"""Checks what a program for bare metal was linked with: link.py NM PROGRAM...

All C functions in it must be ones that every C library for bare metal has and that need nothing behind them: memory,
mathematics, the compiler's own arithmetic. So a heap, stdio, the unwinder and the C++ run-time library can't be there.
The board's linker script has seen to it that no code runs before main. docs/embedded.md has the list.
"""

import re
import subprocess
import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1] / "embedded"))
from check import MATHEMATICAL_FUNCTIONS, MEMORY_FUNCTIONS

ALLOWED = [re.compile(pattern) for pattern in (
    # The linker script's and the start-up code's.
    r"(bss|data|init_array|stack)_(start|end|size|in_flash)|(flash|ram)_size|main|reset|fault",
    # Mathematics, for each type, and what newlib builds it of.
    "(" + "|".join(sorted(MATHEMATICAL_FUNCTIONS)) + ")[fl]?",
    r"__ieee754_\w+|__kernel_\w+|__math_\w+|__fdlib_version|__errno|(two_over_pi|npio2_hw)\w*",
    "|".join(sorted(MEMORY_FUNCTIONS)),
    # Arithmetic that the processor lacks: libgcc.
    r"__aeabi_(mem\w+|[a-z0-9]*(add|sub|mul|div|divmod|neg|cmp\w*|lsl|lsr|asr|2\w+))",
    r"__aeabi_c[df](r?cmple|cmpeq)",
    r"__(u?div|u?mod|u?divmod|u?mul|add|sub|neg|cmp|eq|ne|ge|gt|le|lt|unord|ash[lr]|lshr|clz|ctz|popcount)[sdthx][ifc]\d?",
    r"__u?divmod[sd]i4|__(fix|fixuns|float|floatun|floatuns|trunc|extend)[sdthx][fi]\w*|__(clz|ctz|popcount)[sd]i2",
    r"__clz_tab|__popcount_tab",
)]

# C++ names of what must not be there, whatever their namespace.
FORBIDDEN_CPP = re.compile(r"_Zn[wa]|_Zd[la]|_ZT[ISV]|_ZN10__cxxabiv|_ZSt\d+(__throw|terminate|unexpected)|_ZNSt.*exception")
OUR_CPP = re.compile(r"_Z")


def complaints(nm, program):
    listing = subprocess.run([nm, "--format=posix", program], stdout=subprocess.PIPE, encoding="utf-8", check=True).stdout
    symbols = dict(line.split()[:2] for line in listing.splitlines())
    if "main" not in symbols:
        yield "has no main: was it stripped?"
    for symbol in sorted(symbols):
        # Local C functions are parts of those that are called. What the compiler made of a function: main.cold, part.0; mapping symbols of Arm: $t.
        name = re.sub(r"\.(part|constprop|isra|cold|lto_priv|localalias)\b.*", "", symbol)
        if name.startswith("$") or re.fullmatch(r"[a-zA-Z_]+\.\d+", name):
            continue
        local = symbols[symbol].islower() and not name.startswith("_Z")
        if FORBIDDEN_CPP.match(name) or not (local or OUR_CPP.match(name) or any(p.fullmatch(name) for p in ALLOWED)):
            yield f"holds {symbol}"


if __name__ == "__main__":
    failed = False
    for path in sys.argv[2:]:
        for complaint in complaints(sys.argv[1], path):
            failed = True
            print(f"{Path(path).name} {complaint}")
    sys.exit(1 if failed else 0)
