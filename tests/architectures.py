#!/usr/bin/env python3
"""Holds that code of one architecture stays in its folder: elsewhere no header asks the compiler for a processor."""

import re
import sys
from pathlib import Path

HEADERS = Path(__file__).resolve().parents[1] / "include/burin"
#: kernels/simd and kernels/int8 have folders of these names.
FOLDERS = {"x86", "arm", "scalar", "wasm", "riscv"}
#: What a processor has, how xsimd and its intrinsics are included, and what an exported C file asks its own compiler.
ALLOWED = {"kernels/machine.hpp", "kernels/simd/xsimd.hpp", "io/c/multiply_add.hpp"}
PROCESSOR = re.compile(r"\b_*(?:AVX\w*|SSE\w*|ARM_\w*|x86_64|i386|aarch64|arm|thumb|FMA|riscv\w*|wasm\w*|znver\d)__\b"
                       r"|\b__ARM_\w+|\b_M_(?:X64|IX86|ARM64)\b|\b__m(?:128|256|512)\w*\b|\b_mm\d*_\w+")

found = []
for header in sorted(HEADERS.rglob("*.hpp")):
    place = header.relative_to(HEADERS)
    if str(place) in ALLOWED or FOLDERS & set(place.parts):
        continue
    for number, line in enumerate(header.read_text(encoding="utf-8").splitlines(), 1):
        if match := PROCESSOR.search(line.split("//")[0]):
            found.append(f"include/burin/{place}:{number}: `{match.group()}` belongs into a folder of its architecture")
for name in ALLOWED:
    if not PROCESSOR.search((HEADERS / name).read_text(encoding="utf-8")):
        found.append(f"include/burin/{name}: asks for no processor, so it needs no exception")
print("\n".join(found) or "code of one architecture is in its folder")
sys.exit(bool(found))
