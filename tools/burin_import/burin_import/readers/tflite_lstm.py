"""LSTMs of .tflite files: one matrix and one bias a gate, in the order i, f, g, o."""

import numpy as np

from ..layers.weighted import STORED_AS_8_BITS

#: Of inputs behind the sequence: weights of the input and of the state, then biases.
WEIGHTS, STATE_WEIGHTS, PEEPHOLES, BIASES, PROJECTION, PROJECTION_BIAS = range(4), range(4, 8), range(8, 11), range(11, 15), 15, 16
TANH = 4


def operands(reader, first):
    """The names of one direction's tensors, "" where there is none, from an input of the operator on."""
    names = reader.inputs[first:first + 17]
    return names + [""] * (17 - len(names))


def why_not(reader, names, options, state_inputs, more):
    """What keeps a direction from being a layer, or None."""
    tensors = reader.tensors
    if options is None or options.FusedActivationFunction() != TANH:
        return "expected tanh as activation"
    if options.ProjClip():
        return "bounds of the projection"
    if any(names[index] for index in PEEPHOLES):
        return "peepholes"
    if any(index < len(reader.inputs) and reader.inputs[index] for index in more):
        return "normalised gates or further inputs"
    if not all(names[index] and tensors[names[index]].is_constant for index in (*WEIGHTS, *STATE_WEIGHTS)):
        return "expected weights of four gates that are constants"
    if any(names[index] and not tensors[names[index]].is_constant for index in (*BIASES, PROJECTION, PROJECTION_BIAS)):
        return "biases or projections that are no constants"
    if names[PROJECTION_BIAS] and np.any(tensors[names[PROJECTION_BIAS]].data):
        return "a bias of the projection"
    if len({bool(names[index]) for index in BIASES}) != 1:
        return "expected biases of all gates or of none"
    if any(index >= len(reader.inputs) or not reader.inputs[index] or tensors[reader.inputs[index]].is_constant and
           np.any(tensors[reader.inputs[index]].data) for index in state_inputs):
        return "expected states that begin with zeros"
    if len(tensors[reader.inputs[0]].shape) != 3:
        return "expected a sequence"
    units, features = tensors[names[0]].shape[0], tensors[reader.inputs[0]].shape[-1]
    size = tensors[names[PROJECTION]].shape[0] if names[PROJECTION] else units
    shapes = [(WEIGHTS, (units, features)), (STATE_WEIGHTS, (units, size)), (BIASES, (units,)), ((PROJECTION,), (size, units))]
    if any(names[index] and tuple(tensors[names[index]].shape) != shape for indices, shape in shapes for index in indices):
        return "weights of shapes that do not fit"
    return None


def floats(reader, names):
    """(name, values) of a layer's parameters, and its options."""
    tensors = reader.tensors
    joined = lambda indices: np.concatenate([tensors[names[index]].numbers() for index in indices])  # noqa: E731
    parameters = [("weight", joined(WEIGHTS).T), ("recurrent_weight", joined(STATE_WEIGHTS).T)]
    options = []
    if any(tensors[names[index]].dtype == "int8" for index in (*WEIGHTS, *STATE_WEIGHTS)):
        reader.notes.append(STORED_AS_8_BITS)
    if names[PROJECTION]:
        projection = tensors[names[PROJECTION]].numbers().T
        options.append(f"Projected<{projection.shape[1]}>")
        parameters.append(("projection_weight", projection))
    if names[BIASES[0]]:
        parameters.append(("bias", joined(BIASES)))
    else:
        options.append("NoBias")
    return parameters, options


def as_sequence(reader, time_major):
    """The input as [1, steps, features], or None where that is not what it is."""
    x = reader.inputs[0]
    shape = reader.tensors[x].shape
    if not time_major:
        return x if shape[0] == 1 else None
    if shape[1] != 1:
        return None
    turned = reader.new_tensor(f"{x}/sequence", reader.tensors[x], (1, shape[0], shape[2]))
    reader.add("Reshape", [x], {"shape": (1, shape[0], shape[2])}, output=turned)
    return turned


def written(reader, x, text, parameters, output, time_major):
    tensor = reader.tensors[output]
    if not time_major:
        return reader.add("Written", [x], {"type": text, "parameters": parameters, "panels": True}, output=output)
    between = reader.new_tensor(f"{output}/sequence", tensor, (1, tensor.shape[0], *tensor.shape[2:]))
    reader.add("Written", [x], {"type": text, "parameters": parameters, "panels": True}, output=between)
    return reader.add("Reshape", [between], {"shape": tensor.shape}, output=output)


def note_bounds(reader, options, x):
    """A cell changes by less than 1 a step, and so may leave the bounds after as many."""
    if 0 < options.CellClip() < reader.tensors[x].shape[1]:
        reader.notes.append(f"cells of LSTMs, which the file's own program keeps within {options.CellClip():g} of 0 and this one "
                            "does not: outputs differ where one goes beyond")


def unknown(reader, why):
    """Left to the check, which tells; without the states, which nothing makes."""
    reader.add(reader.kind, reader.inputs[:1], {"why": why})


def unidirectional(reader):
    options = reader.options("UnidirectionalSequenceLSTMOptions")
    names = operands(reader, 1)
    why = why_not(reader, names, options, (18, 19), range(20, 24))
    x = None if why else as_sequence(reader, options.TimeMajor())
    if why or x is None:
        return unknown(reader, why or "a batch of other than 1")
    output = reader.outputs[0]
    if reader.tensors[x].dtype == "int8":
        if options.TimeMajor() or names[PROJECTION]:
            return unknown(reader, "8 bits: time first, or a projection")
        between = [reader.tensors[reader.name(index)] for index in reader.indices(reader.operator, "Intermediates")]
        return reader.add("IntegerLstm", [x, *(names[index] for index in (*WEIGHTS, *STATE_WEIGHTS, *BIASES))],
                          {"state": reader.tensors[reader.inputs[18]].quantization, "cell": reader.tensors[reader.inputs[19]], "clip": options.CellClip(),
                           "hidden": between[4].quantization if len(between) == 5 else None})
    note_bounds(reader, options, x)
    parameters, more = floats(reader, names)
    units = reader.tensors[names[0]].shape[0]
    return written(reader, x, f"LSTM<{', '.join([str(units), 'ReturnSequences', *more])}>", parameters, output, options.TimeMajor())


def bidirectional(reader):
    options = reader.options("BidirectionalSequenceLSTMOptions")
    both = operands(reader, 1), operands(reader, 18)
    why = next(filter(None, (why_not(reader, names, options, (35, 36, 37, 38), range(39, 48)) for names in both)), None)
    if not why and not options.MergeOutputs():
        why = "expected outputs side by side"
    if not why and reader.tensors[reader.inputs[0]].dtype != "float32":
        why = "8 bits"
    parts = None if why else [floats(reader, names) for names in both]
    sizes = None if why else {reader.tensors[names[0]].shape[0] for names in both}
    if not why and (len(sizes) != 1 or parts[0][1] != parts[1][1]):
        why = "directions of different sizes"
    x = None if why else as_sequence(reader, options.TimeMajor())
    if why or x is None:
        return unknown(reader, why or "a batch of other than 1")
    note_bounds(reader, options, x)
    parameters = [(f"{number}.{name}", values) for number, (of, _) in enumerate(parts) for name, values in of]
    cell = f"LSTM<{', '.join([str(sizes.pop()), 'ReturnSequences', *parts[0][1]])}>"
    return written(reader, x, f"Bidirectional<{cell}>", parameters, reader.outputs[0], options.TimeMajor())
