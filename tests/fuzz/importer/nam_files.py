#!/usr/bin/env python3
"""Any JSON as a .nam file."""

from support import REFERENCE, mutated_json, run

run(".nam", [path.read_bytes() for path in sorted(REFERENCE.glob("*.nam"))], mutator=mutated_json)
