"""LSTM, GRU and RNN: time first, the batch second, gates in an order of their own."""

import numpy as np

#: Burin's gates by their places in the file: i, f, g, o of iofc; r, z, n of zrh.
GATES = {"LSTM": (0, 2, 3, 1), "GRU": (1, 0, 2), "RNN": (0,)}
NAMES = {"LSTM": "LSTM", "GRU": "GRU", "RNN": "SimpleRNN"}
USUAL = {"LSTM": ["Sigmoid", "Tanh", "Tanh"], "GRU": ["Sigmoid", "Tanh"], "RNN": ["Tanh"]}


def ordered(matrix, gates):
    """[gates * units, columns] as [columns, gates * units] with Burin's order of gates."""
    return np.concatenate([np.split(matrix, len(gates))[gate] for gate in gates]).T


def has_relu(call):
    """Whether an RNN's cells, of one direction or both, are rectified."""
    names = [each.decode() if isinstance(each, bytes) else each for each in call.get("activations", [])]
    return call.kind == "RNN" and bool(names) and all(each.lower() == "relu" for each in names)


def reason(to, call, gates):
    """Why no layer is the same, or None."""
    kind = call.kind
    if to.data(call, 1) is None or to.data(call, 2) is None or call.has(3) and to.data(call, 3) is None:
        return "weights that are no constants"
    if call.get("layout", 0):
        return "layout 1"
    directions = 2 if call.get("direction", "forward") == "bidirectional" else 1
    names = [each.decode() if isinstance(each, bytes) else each for each in call.get("activations", [])]
    if names and not has_relu(call) and [each.lower() for each in names] != [each.lower() for each in USUAL[kind] * directions]:
        return f"activations {' '.join(names)}"
    if "clip" in call.attributes:
        return f"clip {call.get('clip')}"
    if call.get("input_forget", 0):
        return "input_forget 1"
    shape = to.shape(call.inputs[0])
    if len(shape) != 3 or shape[1] != 1:
        return f"an input of {list(shape)}: expected a batch of 1 on axis 1"
    if call.has(4):
        lengths = to.data(call, 4)
        if lengths is None or np.any(lengths != shape[0]):
            return "sequence_lens"
    if call.has(7) and (to.data(call, 7) is None or np.any(to.data(call, 7))):
        return "peepholes"
    return None


def batch_first(to, call):
    """Of a batch of one, layout 1 is another view of the same."""
    steps, features = to.shape(call.inputs[0])[1:]
    inputs = [to.reshaped(call, call.inputs[0], (steps, 1, features)), *call.inputs[1:5]]
    for name in call.inputs[5:7]:
        inputs.append(to.reshaped(call, name, (to.shape(name)[1], 1, to.shape(name)[2])) if name and not to.tensors[name].is_constant else
                      name and to.made(f"{name}/layout 0", to.tensors[name].data.swapaxes(0, 1)))
    inputs += [*[""] * (7 - len(inputs)), *call.inputs[7:]]
    shapes = {name: to.shape(name) for name in call.outputs if name}
    turned = lambda shape: (shape[1], shape[2], 1, shape[3]) if len(shape) == 4 else (shape[1], 1, shape[2])  # noqa: E731
    inner = part(to, call, inputs, {name: value for name, value in call.attributes.items() if name != "layout"},
                 [turned(shapes[name]) if name else None for name in call.outputs])
    recurrent(to, inner)
    for name, output in zip(inner.outputs, call.outputs):
        if name and to.uses[name]:
            to.reshaped(call, name, shapes[output], output)


def part(to, call, inputs, attributes, shapes):
    """The same with other inputs, for outputs of these shapes."""
    outputs = []
    for name, shape in zip(call.outputs, shapes):
        outputs.append(to.fresh(f"{name}/part", shape) if name else "")
        to.uses[outputs[-1]] = to.uses.get(name, 0)
    return type(call)(call.name, call.kind, inputs, outputs, attributes, call.version)


def both(to, call, units, steps):
    """Each direction by itself, where states are read or written."""
    made = []
    for each, direction in enumerate(("forward", "reverse")):
        inputs = list(call.inputs)
        for index, name in enumerate(inputs):
            if name and index in (1, 2, 3, 7):
                inputs[index] = to.made(f"{name}/{direction}", to.tensors[name].data[each:each + 1])
            elif name and index in (5, 6):
                if to.tensors[name].is_constant:
                    inputs[index] = to.made(f"{name}/{direction}", to.tensors[name].data[each:each + 1])
                else:
                    rows = to.reshaped(call, name, (1, 2, units))
                    inputs[index] = to.add(call, "Slice", [rows], {"axis": 1, "first": each, "count": 1}, shape=(1, 1, units))
        attributes = {**call.attributes, "direction": direction}
        if "activations" in attributes:
            count = len(attributes["activations"]) // 2
            attributes["activations"] = attributes["activations"][each * count:(each + 1) * count]
        made.append(part(to, call, inputs, attributes, [(steps, 1, 1, units), (1, 1, units), (1, 1, units)]))
        recurrent(to, made[-1])
    for index, output in enumerate(call.outputs):
        if not output or not to.uses.get(output):
            continue
        rows = (1, steps, units) if index == 0 else (1, units)
        axis = len(rows) - 1
        y = to.add(call, "Concat", [to.reshaped(call, each.outputs[index], rows) for each in made], {"axis": axis}, shape=(*rows[:-1], 2 * units))
        to.reshaped(call, y, to.shape(output), output)


def recurrent(to, call):
    kind, gates = call.kind, GATES[call.kind]
    if call.get("layout", 0) and len(to.shape(call.inputs[0])) == 3 and to.shape(call.inputs[0])[0] == 1:
        return batch_first(to, call)
    why = reason(to, call, gates)
    if why:
        return to.raw(call, why)
    weight, recurrent_weight, bias = (to.data(call, index) for index in (1, 2, 3))
    directions, units, steps = weight.shape[0], recurrent_weight.shape[2], to.shape(call.inputs[0])[0]
    count = len(gates)
    if weight.shape[1] != count * units or recurrent_weight.shape[1] != count * units:
        return to.raw(call, "weights of another shape")
    direction = call.get("direction", "forward")
    wants = [index < len(call.outputs) and bool(call.outputs[index]) and to.uses.get(call.outputs[index], 0) > 0
             for index in range(3)]
    # States at the beginning: zeros are none.
    initial = []
    for index in range(5, 7 if kind == "LSTM" else 6):
        data = to.data(call, index)
        initial.append(call.inputs[index] if call.has(index) and (data is None or np.any(data)) else "")
    has_initial = any(initial)
    resets_before = kind == "GRU" and not call.get("linear_before_reset", 0)
    parameters = []
    for each in range(directions):
        prefix = f"{each}." if directions == 2 else ""
        of_state = ordered(recurrent_weight[each], gates)
        parameters.append((f"{prefix}weight", ordered(weight[each], gates)))
        if resets_before:
            parameters += [(f"{prefix}recurrent_weight", of_state[:, :2 * units]), (f"{prefix}reset_weight", of_state[:, 2 * units:])]
        else:
            parameters.append((f"{prefix}recurrent_weight", of_state))
        if bias is not None:
            of_input, of_state = np.split(bias[each], 2)
            if kind == "GRU" and not resets_before:
                parameters += [(f"{prefix}bias", ordered(of_input, gates)), (f"{prefix}recurrent_bias", ordered(of_state, gates))]
            else:
                parameters.append((f"{prefix}bias", ordered(of_input + of_state, gates)))
    options = ["NoBias"] if bias is None else []
    if resets_before:
        options.append("ResetBefore")
    if has_relu(call):
        options.append("ReLUCell")
    if directions == 2 and (has_initial or wants[2]):
        return both(to, call, units, steps)
    if has_initial:
        rows = [to.reshaped(call, name, (1, 1, units)) if name and not to.tensors[name].is_constant else None for name in initial]
        if any(row is None for row in rows):
            return to.raw(call, "an initial state that is constant, or of one kind alone")
        options.append("InitialState")
    x = to.reshaped(call, call.inputs[0], (1, steps, to.shape(call.inputs[0])[2]))
    inputs = [x]
    if has_initial:
        inputs.append(to.add(call, "Concat", rows, {"axis": 1}, shape=(1, 2, units)) if kind == "LSTM" else
                      to.reshaped(call, rows[0], (1, units)))

    def layer(of, type_of, shape, behind=()):
        return to.add(call, "Written", inputs, {"type": type_of, "parameters": of, "panels": True}, shape=shape)

    def text(*more):
        chosen = [str(units), *more, *options]
        return f"{NAMES[kind]}<{', '.join(chosen)}>"
    if directions == 2:
        # Each form that is read: sequences, or the last states.
        if wants[0]:
            y = layer(parameters, f"Bidirectional<{text('ReturnSequences')}>", (1, steps, 2 * units))
            to.reshaped(call, y, (steps, 2, 1, units), call.outputs[0])
        if wants[1]:
            y = layer(parameters, f"Bidirectional<{text()}>", (1, 2 * units))
            to.reshaped(call, y, (2, 1, units), call.outputs[1])
        return
    back = ["GoBackwards"] if direction == "reverse" else []
    states = 2 if kind == "LSTM" else 1
    if wants[0] and (wants[1] or wants[2]) or wants[2]:
        sequences = ["ReturnSequences"] if wants[0] else []
        first = steps if wants[0] else 0
        y = layer(parameters, text(*sequences, "ReturnState", *back), (1, first + states, units))
        if wants[0]:
            of = to.add(call, "Slice", [y], {"axis": 1, "first": 0, "count": steps}, shape=(1, steps, units))
            sequence(to, call, of, back, steps, units)
        for index in (1, 2):
            if wants[index]:
                row = to.add(call, "Slice", [y], {"axis": 1, "first": first + index - 1, "count": 1}, shape=(1, 1, units))
                to.reshaped(call, row, (1, 1, units), call.outputs[index])
    elif wants[0]:
        sequence(to, call, layer(parameters, text("ReturnSequences", *back), (1, steps, units)), back, steps, units)
    elif wants[1]:
        to.reshaped(call, layer(parameters, text(*back), (1, units)), (1, 1, units), call.outputs[1])


def sequence(to, call, y, back, steps, units):
    """In the order of the input, whatever the direction."""
    if back:
        y = to.add(call, "Written", [y], {"type": "Reverse", "parameters": []}, shape=(1, steps, units))
    to.reshaped(call, y, (steps, 1, 1, units), call.outputs[0])


RULES = {kind: recurrent for kind in GATES}
