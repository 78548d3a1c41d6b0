#!/usr/bin/env python3
"""Checks that units for several processors stay apart: check.py SYMBOL BASELINE_OBJECT [SYMBOL OBJECT]...

Of each object the linker may see nothing but the one symbol, so that none can take the place of another's code; none may
run code before main, when the processor is not known yet; and the baseline must be without AVX.
"""

import re
import subprocess
import sys


def output_of(*command):
    return subprocess.run(command, stdout=subprocess.PIPE, encoding="utf-8", check=True).stdout


def complaints(symbol, path, is_baseline):
    listing = output_of("nm", "--extern-only", "--defined-only", "--format=posix", path).splitlines()
    visible = {line.split()[0] for line in listing if " " in line}
    if visible != {symbol}:
        extra = sorted(visible - {symbol})
        yield f"expected only {symbol}, got {len(extra)} more: {' '.join(extra[:3])}" if extra else f"no {symbol}"
    if re.search(r"\.(init_array|ctors|preinit_array)\b", output_of("objdump", "--section-headers", path)):
        yield "runs code before main"
    if re.search(r"COMDAT|LINK_ONCE", output_of("objdump", "--section-headers", path)):
        yield "has sections that the linker merges with others"
    has_avx = re.search(r"%[yz]mm|\tv[a-z]+[ps][sd]\b", output_of("objdump", "--disassemble", path)) is not None
    if has_avx == is_baseline:
        yield f"expected {'no ' if is_baseline else ''}AVX"


failed = False
for place in range(1, len(sys.argv), 2):
    for complaint in complaints(*sys.argv[place:place + 2], is_baseline=place == 1):
        failed = True
        print(f"{sys.argv[place + 1]}: {complaint}")
sys.exit(failed)
