#!/usr/bin/env python3
"""Writes tests/importer/streaming.tflite: a small network that listens, which keeps the last steps of three of its tensors in
resource variables, and beside it pieces of a sequence and the outputs of two interpreters, as importer_models.py does:

    twice/bin/python tests/reference/streaming_model.py once/bin/python
"""

import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

from importer_models import OP, TO, Network
from tflite_model import INT8, NONE, RELU, UINT8, VALID, interpret

PIECES = 120
CONV = {"StrideW": 1, "StrideH": 1, "DilationWFactor": 1, "DilationHFactor": 1, "Padding": VALID}
#: Name: steps, channels, scale, zero point.
STATES = {"first": (2, 6, 0.03, -9), "second": (4, 8, 0.05, -128), "third": (2, 5, 0.04, -128)}


def behind(n, name, x):
    """The tensor behind what its variable keeps; the last steps are kept then."""
    steps, channels, scale, zero_point = STATES[name]
    handle, m = n.model.handle(name), n.model
    kept = n.activation(f"{name} kept", (steps, 1, channels), scale, zero_point)
    m.operator(OP.READ_VARIABLE, "ReadVariableOptions", {}, [handle], kept, 1)
    rows = steps + n.tensors[x][1][0]
    n.plain(f"{name} whole", OP.CONCATENATION, "ConcatenationOptions", {"Axis": 1, "FusedActivationFunction": NONE},
            [f"{name} kept", x], (rows, 1, channels))
    last(n, f"{name} last", f"{name} whole", steps)
    m.assign(handle, n.tensors[f"{name} last"][0])


def last(n, name, x, steps):
    """Its last steps, as Python writes them."""
    channels = n.tensors[x][1][2]
    n.plain(name, OP.STRIDED_SLICE, "StridedSliceOptions", {"BeginMask": 13, "EndMask": 15}, [x], (steps, 1, channels),
            constants=[n.constant([0, -steps, 0, 0]), n.constant([0, 0, 0, 0]), n.constant([1, 1, 1, 1])])


def streaming(first=None):
    n = Network(True, 5)
    n.model.begin_with({name: ((1, steps, 1, channels), scale, zero, np.full(steps * channels, zero, np.int8))
                        for name, (steps, channels, scale, zero) in STATES.items()} if first is None else first)
    n.activation("sound", (2, 6), 0.03, -9)
    n.plain("image", OP.RESHAPE, "ReshapeOptions", {}, ["sound"], (2, 1, 6), constants=[n.constant([1, 2, 1, 6])])
    behind(n, "first", "image")
    n.weighted("conv", "first whole", OP.CONV_2D, "Conv2DOptions", {**CONV, "StrideH": 2}, (8, 4, 1, 6), 0, (1, 1, 8), 0.05, 3, RELU)
    behind(n, "second", "conv")
    halves = [n.activation(f"half{i}", (5, 1, 4), 0.05, -128) for i in range(2)]
    n.model.operator(OP.SPLIT_V, "SplitVOptions", {"NumSplits": 2},
                     [n.tensors["second whole"][0], n.constant([4, 4]), n.constant(3)], halves, 2)
    last(n, "short", "half0", 3)
    for name, x, steps in (("near", "short", 3), ("far", "half1", 5)):
        n.weighted(name, x, OP.DEPTHWISE_CONV_2D, "DepthwiseConv2DOptions", {**CONV, "DepthMultiplier": 1}, (1, steps, 1, 4), 3,
                   (1, 1, 4), 0.06, 4)
    n.plain("both", OP.CONCATENATION, "ConcatenationOptions", {"Axis": 3, "FusedActivationFunction": NONE}, ["near", "far"], (1, 1, 8))
    n.weighted("point", "both", OP.CONV_2D, "Conv2DOptions", CONV, (5, 1, 1, 8), 0, (1, 1, 5), 0.04, 5, RELU)
    behind(n, "third", "point")
    n.plain("flat", OP.RESHAPE, "ReshapeOptions", {}, ["third whole"], (15,), constants=[n.constant([-1, 15])])
    n.weighted("scores", "flat", OP.FULLY_CONNECTED, "FullyConnectedOptions", {}, (3, 15), 0, (3,), 0.06, -3)
    n.plain("chances", OP.LOGISTIC, "LogSoftmaxOptions", {}, ["scores"], (3,), 1 / 256, -128)
    y = n.model.tensor((1, 3), UINT8, [np.float32(1 / 256)], 0, name="bytes")
    n.model.operator(OP.QUANTIZE, "QuantizeOptions", {}, [n.tensors["chances"][0]], y, 2)
    return n.model.finish([n.tensors["sound"][0]], y)


def main():
    if sys.argv[1] == "--run":
        work = Path(sys.argv[2])
        pieces = [[x] for x in np.load(work / "x.npy")]
        np.save(work / "y.npy", interpret((work / "model").read_bytes(), pieces, sys.argv[3]))
        return
    file, outputs = streaming(), {}
    x = np.random.RandomState(1).randint(-128, 128, (PIECES, 1, 2, 6)).astype(np.int8)
    with tempfile.TemporaryDirectory() as directory:
        work = Path(directory)
        (work / "model").write_bytes(file)
        np.save(work / "x.npy", x)
        for name, python, resolver in (("once", sys.argv[1], "AUTO"), ("twice", sys.executable, "BUILTIN_REF")):
            subprocess.run([python, __file__, "--run", directory, resolver], check=True)
            outputs[name] = (np.load(work / "y.npy").reshape(PIECES, -1).astype(np.int16) - 128).astype(np.int8)
    (TO / "streaming.tflite").write_bytes(file)
    np.savez_compressed(TO / "streaming.npz", x=x.reshape(PIECES, -1), **outputs)
    print(f"streaming: {len(file)} bytes; {[len(np.unique(y)) for y in outputs.values()]} numbers; once and twice differ in",
          np.count_nonzero((outputs["once"] != outputs["twice"]).any(1)), "of", PIECES, "pieces")


if __name__ == "__main__":
    main()
