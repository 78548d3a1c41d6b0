#!/usr/bin/env python3
"""Writes tests/importer's .tflite files of recurrent operators, and what LiteRT computes with them: of SVDFs 100 steps, of
LSTMs 100 sequences.

    pip install ai-edge-litert tflite flatbuffers && python3 tests/reference/tflite_recurrent.py
"""

from pathlib import Path

import numpy as np
import tflite

import svdf_model
from svdf_model import Scales, steps_of
from tflite_model import FLOAT32, INT8, INT16, INT32, RELU, VALID, Model

HERE = Path(__file__).parent.parent / "importer"
random = np.random.default_rng(11)
STEPS, FEATURES, TANH = 6, 3, 4


def floats(*shape, most=1.0):
    return random.uniform(-most, most, shape).astype(np.float32)


def integers(dtype, most, *shape):
    return random.integers(-most, most + 1, shape).astype(dtype)


def svdf_floats():
    made = Model()
    x = made.tensor((1, 4), FLOAT32, name="x")
    first = svdf_model.add(made, x, floats(6, 4), floats(6, 5), floats(3), 2, activation=1)
    dense = made.tensor((1, 5), FLOAT32)
    made.operator(tflite.BuiltinOperator.FULLY_CONNECTED, "FullyConnectedOptions", {},
                  [first, made.tensor((5, 3), FLOAT32, data=floats(5, 3)), made.tensor((5,), FLOAT32, data=floats(5))], dense)
    return made.finish([x], svdf_model.add(made, dense, floats(2, 5), floats(2, 3), None, 1)), floats(100, 4)


def svdf_integers():
    made = Model()
    x = made.tensor((1, 4), INT8, [0.05], 3, name="x")
    first = svdf_model.add(made, x, integers(np.int8, 127, 10, 4), integers(np.int16, 9000, 10, 5), integers(np.int32, 20000, 5), 2,
                           Scales(0.05, 3, 0.01, 0.002, 0.0001, 0.05, -128), 1)
    dense = made.tensor((1, 4), INT8, [0.09], 10)
    made.operator(tflite.BuiltinOperator.FULLY_CONNECTED, "FullyConnectedOptions", {},
                  [first, made.tensor((4, 5), INT8, [0.008], data=integers(np.int8, 127, 4, 5)),
                   made.tensor((4,), INT32, [0.05 * 0.008], data=integers(np.int32, 2000, 4))], dense)
    last = svdf_model.add(made, dense, integers(np.int8, 127, 3, 4), integers(np.int16, 9000, 3, 4), None, 1,
                          Scales(0.09, 10, 0.012, 0.003, 0.0002, 0.11, -7), 1)
    return made.finish([x], last), integers(np.int8, 127, 100, 4)


def lstm_floats():
    """Both directions, then one with a projection."""
    made = Model()
    x = made.tensor((1, STEPS, FEATURES), FLOAT32, name="x")
    constant = lambda *shape: made.tensor(shape, FLOAT32, data=floats(*shape))  # noqa: E731
    state = lambda size: made.tensor((1, size), FLOAT32, is_variable=True)  # noqa: E731

    def direction(features, units, size=None):
        return [*(constant(units, features) for _ in range(4)), *(constant(units, size or units) for _ in range(4)), -1, -1, -1,
                *(constant(units) for _ in range(4)), constant(size, units) if size else -1, -1]
    both = made.tensor((1, STEPS, 8), FLOAT32)
    made.operator(tflite.BuiltinOperator.BIDIRECTIONAL_SEQUENCE_LSTM, "BidirectionalSequenceLSTMOptions",
                  {"FusedActivationFunction": TANH, "MergeOutputs": True, "TimeMajor": False, "CellClip": 10.0},
                  [x, *direction(FEATURES, 4), *direction(FEATURES, 4), *(state(4) for _ in range(4)), *[-1] * 9], both, 1)
    y = made.tensor((1, STEPS, 2), FLOAT32)
    made.operator(tflite.BuiltinOperator.UNIDIRECTIONAL_SEQUENCE_LSTM, "UnidirectionalSequenceLSTMOptions",
                  {"FusedActivationFunction": TANH}, [both, *direction(8, 5, 2), state(2), state(5), *[-1] * 4], y, 1)
    return made.finish([x], y), floats(100, STEPS, FEATURES)


def lstm_integers():
    """As TensorFlow's converter writes one with a cell of 16 bits."""
    made, units = Model(), 5
    x = made.tensor((1, STEPS, FEATURES), INT8, [0.0078], -1, name="x")
    weights = [(0.011, integers(np.int8, 127, units, FEATURES)) for _ in range(4)]
    recurrent = [(0.007 + 0.001 * gate, integers(np.int8, 127, units, units)) for gate in range(4)]
    operands = [made.tensor(each.shape, INT8, [scale], data=each) for scale, each in weights + recurrent]
    biases = [made.tensor((units,), INT32, [np.float32(0.0078) * np.float32(scale)], data=integers(np.int32, 9000, units))
              for scale, _ in weights]
    h = made.tensor((1, units), INT8, [0.0072], -6, is_variable=True)
    c = made.tensor((1, units), INT16, [2.0**-12], is_variable=True)
    empty = [made.tensor((0,), FLOAT32) for _ in range(4)] + [made.tensor((0,), INT8, [0.0072], -6)]
    y = made.tensor((1, STEPS, units), INT8, [0.0072], -6)
    made.operator(tflite.BuiltinOperator.UNIDIRECTIONAL_SEQUENCE_LSTM, "UnidirectionalSequenceLSTMOptions",
                  {"FusedActivationFunction": TANH, "CellClip": 1.5}, [x, *operands, -1, -1, -1, *biases, -1, -1, h, c, *[-1] * 4], y,
                  1, empty)
    return made.finish([x], y), integers(np.int8, 127, 100, STEPS, FEATURES)


def variables():
    """A convolution over the last three steps, two of which a resource variable keeps. Floats."""
    made = Model()
    handle = made.handle("past")
    made.assign(handle, made.tensor((1, 2, 1, 4), FLOAT32, data=np.zeros(8, np.float32)))
    made.once = [made.subgraph([], [])]
    made.operator(tflite.BuiltinOperator.CALL_ONCE, "CallOnceOptions", {"InitSubgraphIndex": 1}, [], [], 1)
    x = made.tensor((1, 1, 1, 4), FLOAT32, name="x")
    handle = made.handle("past")
    kept, whole, last, y = (made.tensor(shape, FLOAT32) for shape in ((1, 2, 1, 4), (1, 3, 1, 4), (1, 2, 1, 4), (1, 1, 1, 5)))
    made.operator(tflite.BuiltinOperator.READ_VARIABLE, "ReadVariableOptions", {}, [handle], kept, 1)
    made.operator(tflite.BuiltinOperator.CONCATENATION, "ConcatenationOptions", {"Axis": 1}, [kept, x], whole, 1)
    bounds = [made.tensor((4,), INT32, data=np.array(each, np.int32)) for each in ([0, -2, 0, 0], [0, 0, 0, 0], [1, 1, 1, 1])]
    made.operator(tflite.BuiltinOperator.STRIDED_SLICE, "StridedSliceOptions", {"BeginMask": 13, "EndMask": 15}, [whole, *bounds], last, 1)
    made.assign(handle, last)
    made.operator(tflite.BuiltinOperator.CONV_2D, "Conv2DOptions", {"StrideW": 1, "StrideH": 1, "Padding": VALID, "FusedActivationFunction": RELU},
                  [whole, made.tensor((5, 3, 1, 4), FLOAT32, data=floats(5, 3, 1, 4)), made.tensor((5,), FLOAT32, data=floats(5))], y, 1)
    return made.finish([x], y), floats(100, 1, 1, 4)


def sequences_of(content, samples):
    return np.concatenate([steps_of(content, sample[None])[None] for sample in samples])


for name, (content, x), run in (("svdf_float", svdf_floats(), steps_of), ("svdf_int8", svdf_integers(), steps_of),
                                ("lstm_float", lstm_floats(), sequences_of), ("lstm_int8", lstm_integers(), sequences_of),
                                ("variables_float", variables(), steps_of)):
    (HERE / f"{name}.tflite").write_bytes(content)
    y = run(content, x)
    assert y.std() > 0.05, name
    np.savez_compressed(HERE / f"{name}.npz", x=x, y=y.reshape(len(y), -1))
