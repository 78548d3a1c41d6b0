#!/usr/bin/env python3
"""Writes small random .nam files, and what the importer's NumPy makes of a sound: for tests/io/nam.cpp. `tiny_nano.nam` is
a network of the usual kind, for tests/examples/amplifier.py.

    python3 tests/reference/nam.py
"""

import json
import sys
from pathlib import Path

import numpy as np

from header import HERE, Header

sys.path.insert(0, str(HERE.parents[1] / "tools/burin_import"))
from burin_import.readers import nam  # noqa: E402
from burin_import.runtimes import nam as runtime  # noqa: E402

random = np.random.default_rng(21)
old = {"input_size": 1, "condition_size": 1, "head_size": 2, "channels": 3, "kernel_size": 3, "dilations": [1, 4],
       "activation": "Tanh", "gated": True, "head_bias": False}
new = {"input_size": 3, "condition_size": 1, "head": {"out_channels": 1, "kernel_size": 4, "bias": True}, "channels": 4,
       "bottleneck": 2, "kernel_sizes": [2, 3], "dilations": [1, 5],
       "activation": [{"type": "LeakyReLU", "negative_slope": 0.01}] * 2, "gating_mode": ["none", "none"],
       "secondary_activation": [None, None], "layer1x1": {"active": True, "groups": 1}, "groups_input": 1, "slimmable": None,
       "head1x1": {"active": False, "out_channels": 4, "groups": 1}, "conv_pre_film": {"active": False}}
slim = {"input_size": 1, "condition_size": 1, "head_size": 1, "channels": 4, "kernel_size": 2, "dilations": [1, 3],
        "activation": "ReLU", "gated": False, "head_bias": False,
        "slimmable": {"method": "slice_channels_uniform", "kwargs": {"allowed_channels": [2, 4]}}}


def wavenet(*layers):
    return {"version": "0.7.0", "architecture": "WaveNet", "config": {"layers": list(layers), "head": None, "head_scale": 0.5},
            "sample_rate": 44100, "weights": None}


def lstm(layers, units):
    return {"version": "0.5.4", "architecture": "LSTM",
            "config": {"input_size": 1, "hidden_size": units, "num_layers": layers}, "weights": None}


def fill(tree):
    """Random weights, as many as its network has."""
    path = HERE / "tiny.nam"
    path.write_text(json.dumps({**tree, "weights": [0]}))
    try:
        nam.model(path)
    except nam.Refused as refused:
        count = int(str(refused).split("expected ")[1].split()[0])
    path.unlink()
    tree["weights"] = [round(float(each), 4) for each in random.uniform(-0.6, 0.6, count)]
    return tree


files = {
    "nano": fill(wavenet(*({"input_size": inputs, "condition_size": 1, "head_size": outputs, "channels": channels,
                            "kernel_size": 3, "dilations": dilations, "activation": "Tanh", "gated": False,
                            "head_bias": outputs == 1}
                           for inputs, outputs, channels, dilations in [
                               (1, 2, 4, [1, 2, 4, 8, 16, 32, 64]),
                               (4, 1, 2, [128, 256, 512, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512])]))),
    "wavenet": {**fill(wavenet(old, new)), "metadata": {"name": "Tiny", "modeled_by": "Burin", "gear_make": "None",
                                                        "gear_model": "at all", "loudness": -20.5, "gain": 0.25,
                                                        "input_level_dbu": 18.3}},
    "lstm": fill(lstm(2, 3)),
    "slimmable": fill(wavenet(slim)),
}
files["container"] = {"version": "0.7.0", "architecture": "SlimmableContainer", "weights": [], "sample_rate": 48000.0,
                      "config": {"submodels": [{"max_value": 0.5, "model": files["lstm"]},
                                               {"max_value": 1.0, "model": files["wavenet"]}]}}
x = np.round(random.uniform(-1, 1, 32), 4)
out = Header("nam", "What small captures make of a sound, from silence.")
out.array("x", x)
for name, tree in files.items():
    path = HERE / f"tiny_{name}.nam"
    path.write_text(json.dumps(tree, indent=None) + "\n")
    if name != "nano":
        out.array(name, runtime.play(nam.model(path), x))
out.array("slim", runtime.play(nam.model(HERE / "tiny_slimmable.nam", size=0.0), x))
out.write()
