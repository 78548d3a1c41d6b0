#!/usr/bin/env python3
"""Writes reference values of SVDF: what LiteRT computes of seven steps, after a check with the formula in NumPy.

    pip install ai-edge-litert tflite flatbuffers torch && python3 tests/reference/svdf.py
"""

import numpy as np

from header import Header
from svdf_model import FLOAT, model, steps_of


def formula(x, weight, time_weight, bias, rank):
    """With TensorFlow Lite's order of filters: those of a unit side by side."""
    memory = time_weight.shape[1]
    made = np.concatenate([np.zeros((memory - 1, len(weight))), x.astype(float) @ weight.T])
    return np.stack([(made[t:t + memory].T * time_weight).sum(1).reshape(-1, rank).sum(1) + bias for t in range(len(x))])


random, units, rank, memory, features = np.random.default_rng(1), 5, 2, 4, 3
weight, time_weight, bias = (random.uniform(-1, 1, shape).astype(np.float32) for shape in
                             ((units * rank, features), (units * rank, memory), (units,)))
x = random.uniform(-1, 1, (7, features)).astype(np.float32)
y = steps_of(model(weight, time_weight, bias, rank, FLOAT), x)
assert np.abs(y - formula(x, weight, time_weight, bias, rank)).max() < 1e-6, "the formula differs"
of_burin = lambda filters: filters.reshape(units, rank, -1).transpose(2, 1, 0).reshape(-1)  # noqa: E731

out = Header("svdf", "SVDF of 5 units, rank 2 and 4 steps of memory, on 7 steps of 3 features.")
out.lines[3] = "// Written by svdf.py with LiteRT."
out.array("x", x)
out.array("parameters", np.concatenate([of_burin(weight), of_burin(time_weight), bias]))
out.array("y", y)
out.write()
