#!/usr/bin/env python3
"""Checks that a program prints the same here and elsewhere: same_output.py PROGRAM COMMAND_ELSEWHERE..."""

import difflib
import subprocess
import sys


def output(command):
    run = subprocess.run(command, stdout=subprocess.PIPE, encoding="utf-8", check=False)
    print(run.stdout, end="")
    if run.returncode != 0 or not run.stdout:
        sys.exit(f"{' '.join(command)}: exit status {run.returncode}, {len(run.stdout)} characters")
    return run.stdout.splitlines()


here, elsewhere = output(sys.argv[1:2]), output(sys.argv[2:])
difference = list(difflib.unified_diff(here, elsewhere, "here", "elsewhere", lineterm=""))
print("\n".join(difference))
sys.exit(1 if difference else 0)
