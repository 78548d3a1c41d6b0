#!/usr/bin/env python3
"""Checks that check.py notices each thing that embedded code must not do: self_test.py COMPILER [FLAG...]"""

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent

# What check.py must say of each source; None if nothing.
VERDICTS = {
    "clean": None,
    "allocates": "refers to operator new[](unsigned long)",
    "calls_malloc": "refers to malloc",
    "prints": "refers to printf",
    "throws": "refers to std::__throw_out_of_range_fmt",
    "initialises_before_main": "runs code before main",
    "includes_hosted_header": "includes <vector>, by holds_vector.hpp",
    "uses_exceptions": "does not compile:\n",
    "with_vectors_only": "vectors: refers to puts",
}

failures = 0
for name, verdict in VERDICTS.items():
    run = subprocess.run([sys.executable, HERE / "check.py", HERE / "self_test" / f"{name}.cpp", *sys.argv[1:]],
                         stdout=subprocess.PIPE, encoding="utf-8", check=False)
    right = (run.returncode == 0 and not run.stdout) if verdict is None else (run.returncode == 1 and verdict in run.stdout)
    if not right:
        failures += 1
        print(f"{name}: expected {verdict or 'no complaint'}, got exit code {run.returncode} and\n{run.stdout}")
sys.exit(1 if failures else 0)
