#!/usr/bin/env python3
"""Checks that a program prints the same on this machine and on an emulated one: same_lines.py HERE COMMAND...

What the emulated one tells of its memory is for it alone.
"""

import subprocess
import sys


def lines(command):
    run = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8", check=False)
    print(run.stdout)
    if run.returncode != 0:
        sys.exit(f"{command[0]}: exit status {run.returncode}")
    return run.stdout.splitlines()


here, there = lines(sys.argv[1:2]), lines(sys.argv[2:])
if not any(line.startswith("memory: ") for line in there):
    sys.exit("expected a line that tells of memory")
there = [line for line in there if not line.startswith("memory: ")]
if len(here) < 2 or here != there:
    sys.exit("expected the same lines")
