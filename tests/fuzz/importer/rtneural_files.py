#!/usr/bin/env python3
"""Any JSON as a file of RTNeural's."""

import json

from support import mutated_json, run


def ones(*shape):
    return [ones(*shape[1:]) for _ in range(shape[0])] if shape else 0.5


SEED = {"in_shape": [None, None, 1], "samplerate": 48000, "layers": [
    {"type": "conv1d", "activation": "relu", "shape": [None, None, 2], "kernel_size": [3], "dilation": [2], "weights": [ones(3, 1, 2), ones(2)]},
    {"type": "prelu", "activation": "", "shape": [None, None, 2], "weights": [ones(1, 2)]},
    {"type": "batchnorm", "activation": "", "shape": [None, None, 2], "epsilon": 0.001, "weights": [ones(2)] * 4},
    {"type": "lstm", "activation": "", "shape": [None, None, 2], "weights": [ones(2, 8), ones(2, 8), ones(8)]},
    {"type": "gru", "activation": "", "shape": [None, None, 2], "weights": [ones(2, 6), ones(2, 6), ones(2, 6)]},
    {"type": "time-distributed-dense", "activation": "tanh", "shape": [None, None, 1], "weights": [ones(2, 1), ones(1)]},
    {"type": "activation", "activation": "sigmoid", "shape": [None, None, 1], "weights": []}]}
run(".json", [json.dumps(SEED).encode()], mutator=mutated_json)
