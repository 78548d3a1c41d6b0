#!/usr/bin/env python3
"""Imports the .tflite file beside it that keeps a state in variables (tests/reference/streaming_model.py), streams pieces of a
sequence, and compares the outputs with those of two interpreters. The same with the models of the package pymicro-wakeword,
beside LiteRT, where both are installed.

    tests/importer/streaming_files.py COMPILER [FLAG...]
"""

import importlib.util
import random
import struct
import sys
import tempfile
from pathlib import Path

from support import HERE, ROOT, Program, as_file, needs, refused, run, taken_or_refused

needs("numpy", "tflite")
import numpy as np  # noqa: E402

sys.path.insert(0, str(ROOT / "tests" / "reference"))
from streaming_model import STATES, streaming  # noqa: E402

PIECES = 120


def imported(work, headers, file, name, rounding):
    code, said = run(file, "-o", work / f"{name}.hpp", "--name", name, "--no-test", "--rounding", rounding)
    assert code == 0, said
    headers[name] = (f"{name}.hpp", "pieces")


def compare(command):
    with tempfile.TemporaryDirectory() as directory:
        work, headers = Path(directory), {}
        for rounding in ("once", "twice"):
            imported(work, headers, HERE / "streaming.tflite", rounding, rounding)
        text = (work / "once.hpp").read_text()
        for words in ("Past<2>, Conv2D<8, Shape{4, 1}, Stride<2, 1>>, ReLU", "steps = 2;", "Past<4>,", "Conv2D<3, Shape{3, 1}>"):
            assert words in text, text
        program, given = Program(work, command, headers), np.load(HERE / "streaming.npz")
        for name in headers:
            apart = np.abs(program.run(name, given["x"]).astype(int) - given[name])
            assert not apart.any(), f"{name}: {np.count_nonzero(apart)} numbers differ by up to {apart.max()}"


def refusals():
    """States that are not the last steps of a sequence that begins with zeros."""
    at_first = {name: ((1, steps, 1, channels), scale, zero, np.full(steps * channels, zero + (name == "second"), np.int8))
                for name, (steps, channels, scale, zero) in STATES.items()}
    with tempfile.NamedTemporaryFile(suffix=".tflite") as file:
        file.write(streaming(at_first))
        file.flush()
        said = refused(file.name)
        assert said.splitlines() == ["burin-import: 1 node is not supported:",
                                     "  second: READ_VARIABLE: expected that it begins with zeros"], said


def hostile():
    """Whatever the bytes: a network or one message."""
    content, source = (HERE / "streaming.tflite").read_bytes(), random.Random(3)
    for _ in range(150):
        damaged = bytearray(content)
        for _ in range(source.choice((1, 1, 8))):
            at = source.randrange(len(damaged) - 4)
            damaged[at:at + 4] = struct.pack("<I", source.choice((0, 1, 2, 13, 2**31 - 1, 2**32 - 1, source.randrange(2**32))))
        with as_file(damaged, ".tflite") as file:
            taken_or_refused(file.name)


def with_features_as_output(content):
    """The file whose output is what its last convolution gives: many numbers, where the chance is nearly always 0."""
    import tflite
    content = bytearray(content)
    model = tflite.Model.GetRootAs(content, 0)
    graph = model.Subgraphs(0)
    for index in range(graph.OperatorsLength()):
        operator = graph.Operators(index)
        if model.OperatorCodes(operator.OpcodeIndex()).DeprecatedBuiltinCode() == tflite.BuiltinOperator.CONV_2D:
            features = operator.Outputs(0)
    struct.pack_into("<i", content, graph._tab.Vector(graph._tab.Offset(8)), features)
    return bytes(content)


def wake_words(command):
    package = importlib.util.find_spec("pymicro_wakeword")
    if package is None or importlib.util.find_spec("ai_edge_litert") is None:
        return "without pymicro-wakeword and LiteRT, no wake words"
    from ai_edge_litert.interpreter import Interpreter, OpResolverType
    source, files = np.random.default_rng(1), sorted((Path(package.submodule_search_locations[0]) / "models").glob("*.tflite"))
    x = np.concatenate([source.integers(-128, 128, (PIECES, 120)),
                        np.clip(source.normal(-90, 30, (PIECES, 120)), -128, 127)]).astype(np.int8)
    for file in files:
        with tempfile.TemporaryDirectory() as directory:
            work, headers = Path(directory), {}
            (work / "features.tflite").write_bytes(with_features_as_output(file.read_bytes()))
            for rounding in ("once", "twice"):
                imported(work, headers, file, f"{rounding}_chance", rounding)
                imported(work, headers, work / "features.tflite", f"{rounding}_features", rounding)
            program = Program(work, command, headers)
            for name in headers:
                rounding, which = name.split("_")
                interpreter = Interpreter(
                    str(file if which == "chance" else work / "features.tflite"), experimental_op_resolver_type=getattr(
                        OpResolverType, "AUTO" if rounding == "once" else "BUILTIN_REF"))
                interpreter.allocate_tensors()
                to, of = interpreter.get_input_details()[0], interpreter.get_output_details()[0]
                expected = []
                for piece in x:
                    interpreter.set_tensor(to["index"], piece.reshape(to["shape"]))
                    interpreter.invoke()
                    y = interpreter.get_tensor(of["index"]).reshape(-1)
                    expected.append(y.astype(np.int16) - 128 * (y.dtype == np.uint8))
                apart = np.abs(program.run(name, x).astype(int) - np.stack(expected))
                assert not apart.any(), f"{file.stem}, {name}: {np.count_nonzero(apart)} numbers up to {apart.max()} apart"
    return f"and so {', '.join(file.stem for file in files)}"


def main():
    command = sys.argv[1:] or ["g++"]
    compare(command)
    refusals()
    hostile()
    print("a network with variables streams as it does in TensorFlow Lite,", wake_words(command))


main()
