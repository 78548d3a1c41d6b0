#!/usr/bin/env python3
"""Two programs print the same, and what the second one is made of calls micro-kernels that it does not have."""

import subprocess
import sys

compiled, linked, callers = sys.argv[1:]
expected, found = (subprocess.run([program], check=True, capture_output=True, text=True).stdout
                   for program in (compiled, linked))
if expected != found or len(set(expected.split())) < 10:
    sys.exit(f"expected other losses:\n{expected}\ngot:\n{found}")
symbols = subprocess.run(["nm", callers], check=True, capture_output=True, text=True).stdout.splitlines()
kernels = [line.split()[-2] for line in symbols if "multiply_tile" in line or "multiply_patch_tile" in line]
others = len(kernels) - kernels.count("U")
if kernels.count("U") < 10 or kernels.count("U") < 2 * others:
    sys.exit(f"expected micro-kernels that are linked: {kernels.count('U')}, and {others} compiled again")
