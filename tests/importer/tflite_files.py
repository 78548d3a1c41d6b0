#!/usr/bin/env python3
"""Imports the .tflite files beside it, compiles the headers, and compares the outputs with those of two interpreters
(tests/reference/importer_models.py); then damaged files, and what is not supported.

    tests/importer/tflite_files.py COMPILER [FLAG...]
"""

import math
import random
import struct
import sys
import tempfile
from pathlib import Path

from support import HERE, ROOT, Program, as_file, needs, refused, run, taken_or_refused

needs("numpy", "tflite")
import numpy as np  # noqa: E402

sys.path.insert(0, str(ROOT / "tests" / "reference"))
from tflite_model import FLOAT32, INT8, INT32, Model, interpret  # noqa: E402


def functions():
    """A file of elementary functions, a mirrored border, a choice and a sum, and what it computes."""
    import tflite
    model, code = Model(), tflite.BuiltinOperator
    x = at = model.tensor((1, 4, 3), FLOAT32, name="x")
    pads = model.tensor((3, 2), INT32, data=np.array([[0, 0], [2, 1], [0, 0]], np.int32))
    exponent = model.tensor((), FLOAT32, data=np.array(1.5, np.float32))
    for kind, options, shape, *more in (
            (code.MIRROR_PAD, "MirrorPadOptions", (1, 7, 3), pads), (code.ABS, "AbsOptions", (1, 7, 3)), (code.SQRT, "LogSoftmaxOptions", (1, 7, 3)),
            (code.EXP, "ExpOptions", (1, 7, 3)), (code.POW, "PowOptions", (1, 7, 3), exponent), (code.RSQRT, "LogSoftmaxOptions", (1, 7, 3)),
            (code.LOG, "LogSoftmaxOptions", (1, 7, 3)), (code.SQUARE, "SquareOptions", (1, 7, 3))):
        made = model.tensor(shape, FLOAT32, name=options)
        model.operator(kind, options, {}, [at, *more], made, 1)
        at = made
    half, is_greater, chosen = model.tensor((), FLOAT32, data=np.array(0.5, np.float32)), model.tensor((1, 7, 3), 6), model.tensor((1, 7, 3), FLOAT32)
    model.operator(code.GREATER, "GreaterOptions", {}, [at, half], is_greater, 1)
    model.operator(code.SELECT_V2, "SelectV2Options", {}, [is_greater, half, at], chosen, 1)
    axis, total = model.tensor((1,), INT32, data=np.array([1], np.int32)), model.tensor((1, 3), FLOAT32, name="y")
    model.operator(code.SUM, "ReducerOptions", {}, [chosen, axis], total, 1)

    def expected(numbers):
        padded = np.pad(numbers.astype(np.float64), ((0, 0), (2, 1), (0, 0)), "reflect")
        made = np.log(1 / np.sqrt(np.exp(np.sqrt(np.abs(padded)))**1.5))**2
        return np.minimum(made, 0.5).sum(1)
    return model.finish([x], total), expected


def compare(command):
    with tempfile.TemporaryDirectory() as directory:
        work, headers = Path(directory), {}
        for name, file, kind, *options in (
                ("once", "small_int8", "int8"), ("twice", "small_int8", "int8", "--rounding", "twice"),
                ("plain", "small_float", "row_major"), ("named", "small_float", "row_major", "--graph"),
                ("flash", "small_float", "parameters", "--lanes", "4")):
            code, said = run(HERE / f"{file}.tflite", "-o", work / f"{name}.hpp", "--name", name, "--no-test", *options)
            assert code == 0, said
            headers[name] = (f"{name}.hpp", kind)
        content, expected = functions()
        (work / "functions.tflite").write_bytes(content)
        code, said = run(work / "functions.tflite", "-o", work / "functions.hpp", "--no-test")
        assert code == 0, said
        headers["functions"] = ("functions.hpp", "none")
        program = Program(work, command, headers)
        x = np.random.default_rng(9).standard_normal((3, 4, 3)).astype(np.float32)
        apart = np.abs(program.run("functions", x) - expected(x).reshape(3, -1)).max()
        assert apart < 2e-6, f"functions: {apart}"
        integers, floats = (np.load(HERE / f"small_{kind}.npz") for kind in ("int8", "float"))
        for name in ("once", "twice"):
            apart = np.abs(program.run(name, integers["x"]).astype(int) - integers[name])
            assert not apart.any(), f"int8, {name}: {np.count_nonzero(apart)} numbers differ by up to {apart.max()}"
        for name in ("plain", "named", "flash"):
            apart = np.abs(program.run(name, floats["x"]) - floats["twice"]).max() / np.abs(floats["twice"]).max()
            assert apart < 2e-6, f"float, {name}: {apart}"


def between(command):
    """A change of scale in the midst, one slope, and a row that is multiplied with each pixel, of 8 bits: by the
    interpreter where one is installed, else by the formulas."""
    import tflite
    model = Model()
    x = model.tensor((1, 3, 2, 4), INT8, [0.1], 3, name="x")
    other = model.tensor((1, 3, 2, 4), INT8, [0.12], -5)
    model.operator(tflite.BuiltinOperator.QUANTIZE, "QuantizeOptions", {}, [x], other)
    bent = model.tensor((1, 3, 2, 4), INT8, [0.13], 11)
    slope = model.tensor((1, 1, 1), INT8, [0.02], 0, data=np.array([[[13]]], np.int8))
    model.operator(tflite.BuiltinOperator.PRELU, "LogSoftmaxOptions", {}, [other, slope], bent, 1)
    row = model.tensor((1, 1, 1, 4), INT8, [0.117], 11)
    model.operator(tflite.BuiltinOperator.MEAN, "ReducerOptions", {"KeepDims": True},
                   [bent, model.tensor((2,), INT32, data=np.array([1, 2], np.int32))], row, 2)
    y = model.tensor((1, 3, 2, 4), INT8, [0.5], -7, name="y")
    model.operator(tflite.BuiltinOperator.MUL, "MulOptions", {}, [bent, row], y, 2)
    content = model.finish([x], y)
    with tempfile.TemporaryDirectory() as directory, write(content) as file:
        work = Path(directory)
        for rounding in ("once", "twice"):
            code, said = run(file.name, "-o", work / f"{rounding}.hpp", "--name", rounding, "--no-test", "--rounding", rounding)
            assert code == 0 and "Rescaling<1>" in (work / f"{rounding}.hpp").read_text(), said
        program = Program(work, command, {rounding: (f"{rounding}.hpp", "int8") for rounding in ("once", "twice")})
        samples = np.random.default_rng(3).integers(-128, 128, (200, 3, 2, 4)).astype(np.int8)
        real = 0.1 * (samples.astype(float) - 3)
        real = np.where(real > 0, real, real * 0.26)
        real = real * real.mean((1, 2), keepdims=True)
        wanted = np.clip(np.rint(real / 0.5) - 7, -128, 127)
        for rounding, resolver in ("once", "AUTO"), ("twice", "BUILTIN_REF"):
            found = program.run(rounding, samples)
            # The steps between round too.
            assert np.abs(found - wanted.reshape(found.shape)).max() <= 4, np.abs(found - wanted.reshape(found.shape)).max()
            try:
                theirs = interpret(content, samples[:, None, None], resolver)
            except ImportError:
                continue
            apart = np.abs(found.astype(int) - theirs.reshape(found.shape))
            assert not apart.any(), f"{rounding}: {np.count_nonzero(apart)} of {apart.size} numbers differ by up to {apart.max()}"


def write(content):
    """The bytes as a file, for the length of a with."""
    return as_file(content, ".tflite")


def unsupported():
    """All at once, by name, operator and reason."""
    import tflite
    model = Model()
    read = model.tensor((1, 4), INT8, [0.1], name="x")
    between = model.tensor((1, 4), INT8, [0.1], name="rounded")
    written = model.tensor((1, 4), INT8, [0.1], name="sines")
    model.operator(tflite.BuiltinOperator.ROUND, "LogSoftmaxOptions", {}, [read], between)
    model.operator(tflite.BuiltinOperator.SIN, "LogSoftmaxOptions", {}, [between], written)
    with write(model.finish([read], written)) as file:
        said = refused(file.name)
    assert said.splitlines() == ["burin-import: 2 nodes are not supported:",
                                 "  rounded: ROUND: no layer for this operator",
                                 "  sines: SIN: no layer for this operator"], said

    # Floats that are made whole: rows of a table have whole numbers too, all else would not be cut.
    def cut(then, options, to, shape):
        model = Model()
        x, whole, y = model.tensor((1, 4), FLOAT32, name="x"), model.tensor((1, 4), INT32, name="whole"), model.tensor(shape, to, name="y")
        model.operator(tflite.BuiltinOperator.CAST, "CastOptions", {}, [x], whole)
        table = [model.tensor((9, 2), FLOAT32, data=np.ones((9, 2), np.float32))] if then == tflite.BuiltinOperator.GATHER else []
        model.operator(then, options, {}, [*table, whole], y)
        return write(model.finish([x], y))
    with cut(tflite.BuiltinOperator.CAST, "CastOptions", FLOAT32, (1, 4)) as file:
        assert "floats that are made whole" in refused(file.name)
    with cut(tflite.BuiltinOperator.GATHER, "GatherOptions", FLOAT32, (1, 4, 2)) as file, tempfile.TemporaryDirectory() as work:
        code, said = run(file.name, "-o", Path(work) / "model.hpp", "--no-test")
        assert code == 0 and "Embedding<9, 2>" in (Path(work) / "model.hpp").read_text(), said


def hostile():
    """One message, exit code 1, nothing written, whatever the bytes."""
    import tflite
    content = (HERE / "small_int8.tflite").read_bytes()
    for length in [*range(0, 64, 4), *range(64, len(content), 397)]:
        with write(content[:length]) as file:
            refused(file.name, "--no-test")
    # Any bytes may be others: the file is refused, or is another network.
    source = random.Random(7)
    for _ in range(300):
        damaged = bytearray(content)
        for _ in range(source.choice((1, 2, 8))):
            at = source.randrange(len(damaged) - 4)
            damaged[at:at + 4] = struct.pack("<I", source.choice((0, 1, 2**31 - 1, 2**31, 2**32 - 1, source.randrange(2**32))))
        with write(damaged) as file:
            taken_or_refused(file.name)

    def network(reads, shape=(1, 4), data=None):
        model = Model()
        x = model.tensor((1, 4), INT8, [0.1], name="x")
        y = model.tensor(shape, INT8, [0.1], name="y", data=data)
        z = model.tensor((1, 4), INT8, [0.1], name="z")
        model.operator(tflite.BuiltinOperator.LOGISTIC, "LogSoftmaxOptions", {}, [reads], y)
        model.operator(tflite.BuiltinOperator.LOGISTIC, "LogSoftmaxOptions", {}, [y], z)
        return model.finish([x], z)
    for content, words in ((network(2), "cycle"), (network(77), "there is no tensor 77"),
                           (network(0, (1, -2)), "whole extents"), (network(0, (2**31 - 1,) * 3), "expected an output"),
                           (network(0, (1, 2**31 - 1), np.zeros(4, np.int8)), "got 4"),
                           (b"\x80\x04\x95cos\nsystem\n(S'true'\ntR.", "expected a .tflite file"), (b"", "expected")):
        with write(content) as file:
            said = refused(file.name)
            assert words in said, said

    def repeated(count, constant=4):
        """The same weights again and again."""
        model = Model()
        before = model.tensor((1, constant), FLOAT32, name="x")
        weight = model.tensor((constant, constant), FLOAT32, data=np.ones((constant, constant), np.float32))
        written = [model.tensor((1, constant), FLOAT32) for _ in range(count)]
        for x, y in zip([before, *written], written):
            model.operator(tflite.BuiltinOperator.FULLY_CONNECTED, "FullyConnectedOptions", {}, [x, weight], y)
        model.operators *= 1 if count > 1 else 5000
        return model.finish([before], written[-1])

    def one(kind, options, values, shape=(1, 4), unread=0):
        model = Model()
        x, y = model.tensor(shape, FLOAT32, name="x"), model.tensor(shape, FLOAT32, name="y")
        others = [model.tensor((1, 4), INT8, [0.1], name="other") for _ in range(unread)]
        model.operator(kind, options, values, [x], y)
        return model.finish([*others, x], y)
    logistic = (tflite.BuiltinOperator.LOGISTIC, "LogSoftmaxOptions", {})
    for content, words in ((repeated(200, 256), "times as many"), (repeated(1), "operators: expected at most"),
                           (one(*logistic, unread=1), "inputs and outputs of different types"),
                           (one(tflite.BuiltinOperator.LEAKY_RELU, "LeakyReluOptions", {"Alpha": math.nan}), "alpha nan")):
        with write(content) as file:
            said = refused(file.name)
            assert words in said, said
    # An input of 16 GB makes no test.
    with write(one(*logistic, shape=(1, 2**16, 2**16))) as file, tempfile.TemporaryDirectory() as work:
        code, said = run(file.name, "-o", Path(work) / "model.hpp")
        assert code == 0 and "no test: an input" in said, said
    assert "there is no such file" in refused("/nonexistent/model.tflite")
    assert "expected a file of one of the suffixes" in refused(__file__)


def main():
    compare(sys.argv[1:] or ["g++"])
    between(sys.argv[1:] or ["g++"])
    unsupported()
    hostile()
    print("files of TensorFlow Lite become the networks that they are, or are refused")


main()
