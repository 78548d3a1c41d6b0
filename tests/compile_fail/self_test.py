#!/usr/bin/env python3
"""Checks that check.py notices each way in which a case can be wrong: self_test.py COMPILER [FLAG...]"""

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent

# What check.py must say of each case; None if nothing.
VERDICTS = {
    "refused": None,
    "compiles": "it compiles, but must not",
    "missing_text": "no `error: ` line says: this network: expected 3 inputs, got 1",
    "late_text": "not within the first 8: this network: expected 3 inputs, got 2",
    "too_many_lines": "lines, more than 25",
    "nothing_expected": "the case has no line",
}

failures = 0
for name, verdict in VERDICTS.items():
    run = subprocess.run([sys.executable, HERE / "check.py", HERE / "self_test" / f"{name}.cpp", *sys.argv[1:]],
                         stdout=subprocess.PIPE, encoding="utf-8", check=False)
    complaints = run.stdout.split("--- what the compiler prints:")[0]
    right = (run.returncode == 0 and not complaints) if verdict is None else (run.returncode == 1 and verdict in complaints)
    if not right:
        failures += 1
        print(f"{name}: expected {verdict or 'no complaint'}, got exit code {run.returncode} and\n{run.stdout}")
sys.exit(1 if failures else 0)
