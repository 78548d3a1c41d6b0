#!/usr/bin/env python3
"""Writes tests/importer/small_{float,int8}.tflite: small networks with every operator that the importer knows, and beside
them inputs and the outputs of two interpreters, which need an environment each (see int8_networks.py):

    twice/bin/python tests/reference/importer_models.py once/bin/python
"""

import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import tflite

from tflite_model import INT8, INT32, NONE, RELU, SAME, VALID, Model, interpret

FLOAT32, RELU6 = 0, 3
OP = tflite.BuiltinOperator
TO = Path(__file__).resolve().parents[1] / "importer"
SAMPLES = 20
#: Of operators whose version, for 8 bits, is not 2.
VERSIONS = {OP.RESHAPE: 1, OP.CONV_2D: 3, OP.DEPTHWISE_CONV_2D: 3, OP.FULLY_CONNECTED: 4}


class Network:
    """Operators one after the other; of 8 bits or of floats."""

    def __init__(self, is_int8, seed):
        self.is_int8, self.model, self.random = is_int8, Model(), np.random.RandomState(seed)
        self.tensors = {}

    def activation(self, name, shape, scale, zero_point):
        scale = np.float32(scale)
        at = self.model.tensor((1, *shape), INT8, [scale], zero_point, name=name) if self.is_int8 else \
            self.model.tensor((1, *shape), FLOAT32, name=name)
        self.tensors[name] = (at, shape, scale, zero_point)
        return at

    def constant(self, values):
        values = np.array(values, np.int32)
        return self.model.tensor(values.shape, INT32, data=values)

    def weighted(self, name, x, code, kind, options, shape, axis, to, scale, zero_point, clamp=NONE):
        """Weights with a scale a channel, of Dense with one."""
        at, _, x_scale, _ = self.tensors[x]
        channels, depth = shape[axis], int(np.prod(shape)) // shape[axis]
        if self.is_int8:
            scales = (0.004 + self.random.rand(1 if code == OP.FULLY_CONNECTED else channels) / 100).astype(np.float32)
            w = self.model.tensor(shape, INT8, scales, 0, axis, self.random.randint(-127, 128, shape).astype(np.int8))
            bias = (self.random.randn(channels) * 2000).astype(np.int32)
            b = self.model.tensor((channels,), INT32, x_scale * scales, data=bias)
        else:
            w = self.model.tensor(shape, FLOAT32, data=(self.random.randn(*shape) / np.sqrt(depth)).astype(np.float32))
            b = self.model.tensor((channels,), FLOAT32, data=self.random.randn(channels).astype(np.float32))
        y = self.activation(name, to, scale, -128 if clamp != NONE else zero_point)
        self.model.operator(code, kind, {**options, "FusedActivationFunction": clamp}, [at, w, b], y, VERSIONS[code])

    def plain(self, name, code, kind, options, reads, to, scale=None, zero_point=None, constants=(), before=()):
        """Without weights; the scale is the first input's unless it is given."""
        _, _, x_scale, x_zero = self.tensors[reads[0]]
        y = self.activation(name, to, x_scale if scale is None else scale, x_zero if zero_point is None else zero_point)
        self.model.operator(code, kind, options, [*before, *(self.tensors[read][0] for read in reads), *constants], y,
                            VERSIONS.get(code, 2))


def small(is_int8, last="chances"):
    n = Network(is_int8, 3)
    n.activation("image", (8, 7, 3), 0.03, -9)
    conv = {"StrideW": 1, "StrideH": 1, "DilationWFactor": 1, "DilationHFactor": 1}
    n.plain("padded", OP.PAD, "PadOptions", {}, ["image"], (9, 8, 3), constants=[n.constant([[0, 0], [0, 1], [0, 1], [0, 0]])])
    n.weighted("conv", "padded", OP.CONV_2D, "Conv2DOptions", {**conv, "Padding": VALID, "StrideW": 2, "StrideH": 2},
               (6, 3, 3, 3), 0, (4, 3, 6), 0.05, 3, RELU)
    n.weighted("depthwise", "conv", OP.DEPTHWISE_CONV_2D, "DepthwiseConv2DOptions", {**conv, "Padding": SAME, "DepthMultiplier": 1},
               (1, 3, 3, 6), 3, (4, 3, 6), 6 / 255, 3, RELU6)
    n.weighted("point", "depthwise", OP.CONV_2D, "Conv2DOptions", {**conv, "Padding": SAME}, (6, 1, 1, 6), 0, (4, 3, 6), 0.04, 5)
    n.plain("sum", OP.ADD, "AddOptions", {"FusedActivationFunction": RELU}, ["conv", "point"], (4, 3, 6), 0.06, -128)
    split = [n.activation(f"half{i}", (4, 3, 3), *n.tensors["sum"][2:]) for i in range(2)]
    n.model.operator(OP.SPLIT, "SplitOptions", {"NumSplits": 2}, [n.constant(3), n.tensors["sum"][0]], split, 2)
    n.plain("gate", OP.LOGISTIC, "LogSoftmaxOptions", {}, ["half0"], (4, 3, 3), 1 / 256, -128)
    n.plain("squashed", OP.TANH, "LogSoftmaxOptions", {}, ["half1"], (4, 3, 3), 1 / 128, 0)
    n.plain("gated", OP.MUL, "MulOptions", {"FusedActivationFunction": NONE}, ["gate", "squashed"], (4, 3, 3), 0.009, -20)
    n.plain("less", OP.SUB, "SubOptions", {"FusedActivationFunction": NONE}, ["gated", "half0"], (4, 3, 3), 0.05, 90)
    if is_int8:
        for name in ("less", "gated", "half1"):
            n.plain(f"{name}_rescaled", OP.QUANTIZE, "QuantizeOptions", {}, [name], (4, 3, 3), 0.06, 30)
    n.plain("joined", OP.CONCATENATION, "ConcatenationOptions", {"Axis": 3, "FusedActivationFunction": NONE},
            [f"{name}{'_rescaled' if is_int8 else ''}" for name in ("less", "gated", "half1")], (4, 3, 9), 0.06, 30)
    n.plain("turned", OP.TRANSPOSE, "TransposeOptions", {}, ["joined"], (3, 4, 9), constants=[n.constant([0, 2, 1, 3])])
    n.plain("part", OP.STRIDED_SLICE, "StridedSliceOptions", {"BeginMask": 1, "EndMask": 1}, ["turned"], (3, 3, 9),
            constants=[n.constant([0, 0, 1, 0]), n.constant([0, 3, 4, 9]), n.constant([1, 1, 1, 1])])
    n.plain("pooled", OP.MAX_POOL_2D, "Pool2DOptions", {"Padding": SAME, "StrideW": 1, "StrideH": 2, "FilterWidth": 2,
                                                        "FilterHeight": 2, "FusedActivationFunction": NONE}, ["part"], (2, 3, 9))
    n.plain("rows", OP.RESHAPE, "ReshapeOptions", {}, ["pooled"], (6, 1, 9), constants=[n.constant([1, 6, 1, 9])])
    n.plain("tall", OP.CONCATENATION, "ConcatenationOptions", {"Axis": 1, "FusedActivationFunction": NONE}, ["rows", "rows"],
            (12, 1, 9), 0.06, 30)
    n.plain("averages", OP.AVERAGE_POOL_2D, "Pool2DOptions", {"Padding": VALID, "StrideW": 1, "StrideH": 3, "FilterWidth": 1,
                                                              "FilterHeight": 3, "FusedActivationFunction": NONE}, ["tall"], (4, 1, 9))
    n.plain("means", OP.MEAN, "ReducerOptions", {"KeepDims": 0}, ["averages"], (9,), 0.03, -7, [n.constant([1, 2])])
    n.weighted("scores", "means", OP.FULLY_CONNECTED, "FullyConnectedOptions", {}, (5, 9), 0, (5,), 0.06, -3)
    n.plain("chances", OP.SOFTMAX, "SoftmaxOptions", {"Beta": 1.0}, ["scores"], (5,), 1 / 256, -128)
    return n.model.finish([n.tensors["image"][0]], n.tensors[last][0])


def main():
    if sys.argv[1] == "--run":
        work = Path(sys.argv[2])
        np.save(work / "y.npy", interpret((work / "model").read_bytes(), [[x] for x in np.load(work / "x.npy")], sys.argv[3]))
        return
    random = np.random.RandomState(1)
    for kind in ("float", "int8"):
        file = small(kind == "int8")
        x = random.randint(-128, 128, (SAMPLES, 1, 8, 7, 3)).astype(np.int8) if kind == "int8" else \
            random.randn(SAMPLES, 1, 8, 7, 3).astype(np.float32)
        outputs = {}
        with tempfile.TemporaryDirectory() as directory:
            work = Path(directory)
            (work / "model").write_bytes(file)
            np.save(work / "x.npy", x)
            for name, python, resolver in (("once", sys.argv[1], "AUTO"), ("twice", sys.executable, "BUILTIN_REF")):
                subprocess.run([python, __file__, "--run", directory, resolver], check=True)
                outputs[name] = np.load(work / "y.npy").reshape(SAMPLES, -1)
        (TO / f"small_{kind}.tflite").write_bytes(file)
        np.savez_compressed(TO / f"small_{kind}.npz", x=x.reshape(SAMPLES, -1), **outputs)
        print(f"small_{kind}: {len(file)} bytes; once and twice differ in",
              np.count_nonzero((outputs["once"] != outputs["twice"]).any(1)), "of", SAMPLES, "samples")


if __name__ == "__main__":
    main()
