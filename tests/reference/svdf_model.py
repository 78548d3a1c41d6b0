"""Makes .tflite files of one SVDF, and runs them step by step."""

from collections import namedtuple

import numpy as np
import tflite

from tflite_model import FLOAT32, INT8, INT16, INT32, Model

#: Scales and zero points of input, feature filters, state, weights of time and output; None of floats.
Scales = namedtuple("Scales", "x x_zero weight state time y y_zero")
FLOAT = None


def add(made, x, weight, time_weight, bias, rank, scales=FLOAT, activation=0):
    """An SVDF behind a tensor: `weight` [filters, features], `time_weight` [filters, memory], `bias` [filters / rank] or
    None. Its output."""
    filters, memory = weight.shape[0], time_weight.shape[1]

    def tensor(shape, kind, scale=None, zero_point=0, **more):
        if scales is FLOAT:
            return made.tensor(shape, FLOAT32, **more)
        return made.tensor(shape, kind, [scale], zero_point, **more)
    s = scales or Scales(*[None] * 7)
    operands = [x, tensor(weight.shape, INT8, s.weight, data=weight), tensor(time_weight.shape, INT16, s.time, data=time_weight)]
    unit = None if scales is FLOAT else np.float32(s.state) * np.float32(s.time)
    operands.append(-1 if bias is None else tensor(bias.shape, INT32, unit, data=bias))
    operands.append(tensor((1, memory * filters), INT16, s.state, is_variable=True))
    y = tensor((1, filters // rank), INT8, s.y, s.y_zero)
    made.operator(tflite.BuiltinOperator.SVDF, "SVDFOptions", {"Rank": rank, "FusedActivationFunction": activation}, operands, y)
    return y


def model(weight, time_weight, bias, rank, scales=FLOAT, activation=0):
    made = Model()
    shape = (1, weight.shape[1])
    x = made.tensor(shape, FLOAT32, name="x") if scales is FLOAT else made.tensor(shape, INT8, [scales.x], scales.x_zero, name="x")
    return made.finish([x], add(made, x, weight, time_weight, bias, rank, scales, activation))


def steps_of(content, steps):
    """What LiteRT gives of one step after the other."""
    from ai_edge_litert.interpreter import Interpreter
    interpreter = Interpreter(model_content=content)
    interpreter.allocate_tensors()
    interpreter.reset_all_variables()
    results = []
    for step in steps:
        interpreter.set_tensor(interpreter.get_input_details()[0]["index"], step[None])
        interpreter.invoke()
        results.append(interpreter.get_tensor(interpreter.get_output_details()[0]["index"])[0].copy())
    return np.stack(results)
