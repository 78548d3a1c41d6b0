#!/usr/bin/env python3
"""Imports the .tflite files of SVDFs, LSTMs and loops beside it, compiles the headers, and compares the outputs with LiteRT's
(tests/reference/tflite_recurrent.py, tflite_keras.py): of 8 bits they are equal. Then what is not supported, and damaged files.

    tests/importer/recurrent_files.py COMPILER [FLAG...]
"""

import random
import sys
import tempfile
from pathlib import Path

from support import HERE, Program, as_file, needs, refused, run, taken_or_refused

needs("numpy", "tflite")
import numpy as np  # noqa: E402

#: Of each file how it runs and what its header has.
FILES = {"svdf_float": ("float_pieces", "SVDF<3, 5, FilterRank<2>>, ReLU, TimeDistributed<Dense<5>>, SVDF<2, 3, NoBias>"),
         "svdf_int8": ("pieces", "SVDF<5, 5, FilterRank<2>>, TimeDistributed<Dense<4>>, SVDF<3, 4, NoBias>"),
         "lstm_float": ("row_major", "Bidirectional<LSTM<4, ReturnSequences>>, LSTM<5, ReturnSequences, Projected<2>>"),
         "lstm_int8": ("int8", "LSTM<5, ReturnSequences, IntegerCell>"),
         "variables_float": ("float_pieces", "Past<2>"),
         "keras_lstm": ("row_major", "LSTM<3>, Dense<2, NoBias>>"),
         "keras_gru": ("row_major", "Sequential<Input<6, 3>, GRU<5, ReturnSequences>, GRU<4, ResetBefore>>"),
         "keras_rnn": ("row_major", "Sequential<Input<6, 3>, SimpleRNN<5, ReturnSequences>, SimpleRNN<4, ReLUCell>>")}


def compare(command):
    with tempfile.TemporaryDirectory() as directory:
        work, headers = Path(directory), {}
        for name, (kind, words) in FILES.items():
            code, said = run(HERE / f"{name}.tflite", "-o", work / f"{name}.hpp", "--name", name, "--no-test")
            assert code == 0, said
            text = " ".join((work / f"{name}.hpp").read_text().split())
            assert words in text, f"{name}: expected {words} in {text[:1500]}"
            headers[name] = (f"{name}.hpp", kind)
        program = Program(work, command, headers)
        for name, (kind, _) in FILES.items():
            with np.load(HERE / f"{name}.npz") as data:
                x, y = data["x"], data["y"]
            apart = np.abs(program.run(name, x).astype(float) - y)
            bound = 0 if y.dtype == np.int8 else 2e-6 * np.abs(y).max()
            assert apart.max() <= bound, f"{name}: {np.count_nonzero(apart > bound)} numbers differ by up to {apart.max()}"


def damaged():
    source = random.Random(7)
    for name in FILES:
        content = (HERE / f"{name}.tflite").read_bytes()
        for _ in range(40):
            other = bytearray(content)
            for _ in range(source.choice((1, 2, 8))):
                other[source.randrange(len(other))] = source.choice((0, 1, 127, 128, 255, source.randrange(256)))
            with as_file(other, ".tflite") as file:
                taken_or_refused(file.name)
        with as_file(content[:len(content) // 2], ".tflite") as file:
            refused(file.name)


def main():
    compare(sys.argv[1:] or ["g++"])
    damaged()
    print("recurrent operators of TensorFlow Lite become the layers that they are")


main()
