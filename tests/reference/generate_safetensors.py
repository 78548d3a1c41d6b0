#!/usr/bin/env python3
"""Writes numpy.safetensors, a file of the reference implementation for the tests of the format.

    pip install safetensors numpy && python3 tests/reference/generate_safetensors.py

It is kept beside this script. The values are those that tests/io/save.cpp expects: the parameters of
Sequential<Input<3>, Dense<4>, ReLU, Dense<2>>, numbered, in the order of the network.
"""

from pathlib import Path

import numpy as np
from safetensors.numpy import save_file

first = 0
tensors = {}
for name, shape in {"0.weight": (3, 4), "0.bias": (4,), "2.weight": (4, 2), "2.bias": (2,)}.items():
    count = int(np.prod(shape))
    tensors[name] = (np.arange(first, first + count, dtype=np.float32) * np.float32(0.1)).reshape(shape)
    first += count
save_file(tensors, Path(__file__).parent / "numpy.safetensors", metadata={"written by": "generate_safetensors.py"})
