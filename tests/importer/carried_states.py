#!/usr/bin/env python3
"""Imports an .onnx that takes one step of a sequence, with the states of its recurrent layers as inputs and outputs, as a network
that carries them in a Streamer: its own test says that it computes the same. Then wishes that can't be.

    tests/importer/carried_states.py COMPILER [FLAG...]
"""

import subprocess
import sys
import tempfile
from pathlib import Path

from support import ROOT, needs, refused, run

needs("numpy", "onnx")
import numpy as np  # noqa: E402
import onnx  # noqa: E402
from onnx import TensorProto, helper, numpy_helper  # noqa: E402

WORDS = ["Input<1, 10, 1>", "TimeDistributed<Sequential<ReflectPadding1D<0, 4>, Conv1D<6, 4, Stride<2>, NoBias>, ComplexAbs,",
         "LSTM<3, ReturnSequences>, GRU<2, ReturnSequences>, TimeDistributed<Dense<1>>, Sigmoid>", "burin/layers/complex_abs.hpp"]
OPTIONS = ["--constant", "rate=16000", "--state", "state=stateN", "--state", "memory=memoryN"]


def step(is_written_out):
    """The magnitudes of a Fourier transform, an LSTM and a GRU behind each other, and a chance: what a detector of voices is. These
    may be written out."""
    node, source = helper.make_node, np.random.default_rng(3)
    number = lambda name, *shape: numpy_helper.from_array(source.standard_normal(shape).astype(np.float32), name)
    whole = lambda name, *values: numpy_helper.from_array(np.array(values, np.int64), name)
    value = lambda name, shape, kind=TensorProto.FLOAT: helper.make_tensor_value_info(name, kind, shape)
    branch = lambda nodes: helper.make_graph(nodes, "branch", [], [value(nodes[-1].output[0], None)])
    spectrum = [node("Pad", ["x", "pads"], ["padded"], mode="reflect"), node("Unsqueeze", ["padded", "one"], ["line"]),
                node("Conv", ["line", "basis"], ["parts"], strides=[2])]
    cell = [node("Squeeze", ["sequence", "zero"], ["u"]), node("Squeeze", ["h", "zero"], ["v"]), node("Squeeze", ["m", "zero"], ["w0"]),
            node("Gemm", ["v", "cr", "crb"], ["of_state"]), node("Gemm", ["u", "cw", "cwb"], ["of_input"]), node("Add", ["of_state", "of_input"], ["gates"]),
            node("Split", ["gates"], ["gi", "gf", "gg", "go"], axis=1), node("Sigmoid", ["gi"], ["si"]), node("Sigmoid", ["gf"], ["sf"]),
            node("Tanh", ["gg"], ["tg"]), node("Sigmoid", ["go"], ["so"]), node("Mul", ["sf", "w0"], ["kept"]), node("Mul", ["si", "tg"], ["new"]),
            node("Add", ["kept", "new"], ["w1"]), node("Tanh", ["w1"], ["tw"]), node("Mul", ["so", "tw"], ["v1"]),
            node("Unsqueeze", ["v1", "zero"], ["h1"]), node("Unsqueeze", ["w1", "zero"], ["m1"])]
    gated = [node("Squeeze", ["h1", "zero"], ["q"]), node("Squeeze", ["memory", "zero"], ["p"]), node("Gemm", ["q", "qw", "qwb"], ["of_q"]),
             node("Gemm", ["p", "pw", "pwb"], ["of_p"]), node("Split", ["of_q"], ["qr", "qz", "qn"], axis=1),
             node("Split", ["of_p"], ["pr", "pz", "pn"], axis=1), node("Add", ["pr", "qr"], ["rr"]), node("Sigmoid", ["rr"], ["reset"]),
             node("Add", ["pz", "qz"], ["zz"]), node("Sigmoid", ["zz"], ["update"]), node("Mul", ["pn", "reset"], ["rn"]), node("Add", ["qn", "rn"], ["nn"]),
             node("Tanh", ["nn"], ["n"]), node("Sub", ["p", "n"], ["apart"]), node("Mul", ["apart", "update"], ["some"]), node("Add", ["some", "n"], ["p1"]),
             node("Unsqueeze", ["p1", "zero"], ["memoryN"])]
    nodes = [node("Equal", ["rate", "usual"], ["is_usual"]),
             node("If", ["is_usual"], ["f"], then_branch=branch(spectrum), else_branch=branch([node("Tanh", ["x"], ["other"])])),
             node("Slice", ["f", "zero", "three", "one"], ["real"]), node("Slice", ["f", "three", "six", "one"], ["imaginary"]),
             node("Pow", ["real", "square"], ["a"]), node("Mul", ["imaginary", "imaginary"], ["b"]), node("Add", ["a", "b"], ["ab"]),
             node("Sqrt", ["ab"], ["magnitude"]), node("Conv", ["magnitude", "w", "wb"], ["c"], strides=[6]), node("Relu", ["c"], ["r"]),
             node("Transpose", ["r"], ["sequence"], perm=[2, 0, 1]),
             node("Gather", ["state", "zero"], ["h"], axis=0), node("Gather", ["state", "one"], ["m"], axis=0),
             *(cell if is_written_out else
               [node("LSTM", ["sequence", "lw", "lr", "lb", "", "h", "m"], ["", "h1", "m1"], hidden_size=3)]), node("Concat", ["h1", "m1"], ["stateN"], axis=0),
             *(gated if is_written_out else
               [node("GRU", ["h1", "gw", "gr", "gb", "", "memory"], ["", "memoryN"], hidden_size=2, linear_before_reset=1)]),
             node("Squeeze", ["memoryN", "zero"], ["row"]), node("Gemm", ["row", "dw", "db"], ["chance"]), node("Sigmoid", ["chance"], ["y"])]
    inputs = [value("x", [None, 10]), value("rate", [], TensorProto.INT64), value("state", [2, None, 3]), value("memory", [1, None, 2])]
    outputs = [value("y", [None, 1]), value("stateN", [2, None, 3]), value("memoryN", [1, None, 2])]
    constants = [whole("pads", 0, 0, 0, 4), whole("zero", 0), whole("one", 1), whole("three", 3), whole("six", 6),
                 numpy_helper.from_array(np.array(16000), "usual"), numpy_helper.from_array(np.array(2, np.float32), "square"),
                 number("basis", 6, 1, 4), number("w", 4, 3, 3), number("wb", 4), number("lw", 1, 12, 4), number("lr", 1, 12, 3),
                 number("lb", 1, 24), number("gw", 1, 6, 3), number("gr", 1, 6, 2), number("gb", 1, 12), number("dw", 2, 1), number("db", 1),
                 number("cw", 4, 12), number("cr", 3, 12), number("cwb", 12), number("crb", 12), number("qw", 3, 6), number("pw", 2, 6),
                 number("qwb", 6), number("pwb", 6)]
    graph = helper.make_graph(nodes, "step", inputs, outputs, constants)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def main():
    command = sys.argv[1:]
    with tempfile.TemporaryDirectory() as directory:
        work = Path(directory)
        file, shapes = work / "step.onnx", ["--shape", "state=2,1,3", "--shape", "memory=1,1,2"]
        for is_written_out in (True, False):
            onnx.save(step(is_written_out), file)
            code, said = run(file, "-o", work / "step.hpp", *OPTIONS, *shapes)
            assert code == 0, said
            text = " ".join((work / "step.hpp").read_text().split())
            for word in WORDS:
                assert word in text, f"expected {word} in {text[:1500]}"
            assert (work / "step_test.cpp").exists(), said
            subprocess.run([*command, "-std=c++20", "-O1", "-DBURIN_SHARED_KERNELS", "-I", ROOT / "include", work / "step_test.cpp",
                            "-o", work / "step_test"], check=True)
            subprocess.run([work / "step_test"], check=True)
        for wishes, words in (
                (["--state", "nothing=stateN"], "the network has no such input"),
                (["--state", "state=nothing"], "the network has no such output"),
                (["--state", "state=y"], "expected one shape, got [2, 1, 3] and [1, 1]"),
                (["--state", "memory=memoryN"], "expected that it begins with nothing else"),
                (["--state", "x"], "expected names of an input and of an output"),
                (["--constant", "nothing=1"], "the network has no such input"),
                (["--constant", "state=1"], "the input has more than one number"),
                (["--constant", "rate=much"], "expected an input's name and its number")):
            said = refused(file, "--constant", "rate=16000", *shapes, *wishes)
            assert words in said, said
    print("states are carried")


main()
