#!/usr/bin/env python3
"""Checks that a constant of a program is in flash and that nothing has a copy of it: in_flash.py NM PROGRAM NAME"""

import re
import subprocess
import sys

MEMORY = 0x20000000

nm, program, name = sys.argv[1:]
listing = subprocess.run([nm, "--demangle", "--print-size", program], stdout=subprocess.PIPE, encoding="utf-8",
                         check=True).stdout
sizes, bounds = {}, {}
for line in listing.splitlines():
    if entry := re.fullmatch(r"([0-9a-f]+) ([0-9a-f]+) \w (.+)", line):
        sizes[entry[3]] = int(entry[1], 16), int(entry[2], 16)
    elif entry := re.fullmatch(r"([0-9a-f]+) \w (\w+)", line):
        bounds[entry[2]] = int(entry[1], 16)
if name not in sizes:
    sys.exit(f"no {name}")
address, size = sizes[name]
initialised = bounds["data_end"] - bounds["data_start"]
cleared = bounds["bss_end"] - bounds["bss_start"]
print(f"{name}: {size} bytes at {address:#x}; variables: {initialised} bytes with first values, {cleared} without")
if address + size > MEMORY:
    sys.exit("expected it below the memory")
if initialised >= size:
    sys.exit("expected too few variables with first values to hold a copy")
