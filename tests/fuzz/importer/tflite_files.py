#!/usr/bin/env python3
"""Any bytes as a .tflite file."""

from support import SMALL, run

run(".tflite", [path.read_bytes() for path in sorted(SMALL.glob("*.tflite"))])
