"""Loops whose count is known: a recurrent layer that was written out, as of Keras by tf2onnx, is found by what it computes;
else what they do is put one behind the other."""

import math
from itertools import islice

import numpy as np

from ...graph import Tensor
from ..onnx_calls import Call

#: Of one more nodes are made than a compiler takes as a type.
MOST_NODES = 2_000
#: What a cell may consist of, so that little is computed to find out: nothing of it makes more than it is given but in few nodes.
OF_CELLS = {"Add", "And", "Cast", "Clip", "Concat", "Constant", "Div", "Gather", "Gemm", "Identity", "Less", "MatMul", "Max", "Min", "Mul", "Neg", "Not",
            "Relu", "Reshape", "Shape", "Sigmoid", "Slice", "Softplus", "Split", "Squeeze", "Sub", "Tanh", "Transpose", "Unsqueeze"}
GROWING = {"Concat", "MatMul", "Gemm", "Gather"}
#: Nodes of a cell, those that may make more than they are given, steps, numbers of a sequence, and cells that are tried.
MOST_OF_CELL, MOST_GROWING, MOST_STEPS, MOST_NUMBERS, MOST_TRIED = 200, 16, 2_000, 1 << 20, 64
#: Keras's gates by their places in ONNX: i, o, f, c of i, f, c, o.
KERAS_GATES = {"LSTM": (0, 3, 1, 2), "GRU": (0, 1, 2), "RNN": (0,)}


def count_of(to, call):
    """How often it runs, or None."""
    most, condition = to.data(call, 0), to.data(call, 1)
    if call.has(1) and (condition is None or not np.all(condition)) or most is None or most.size != 1:
        return None
    return int(most.reshape(-1)[0])


def captured(to, body):
    """Names of what is around it that it reads."""
    own = {value.name for value in body.input} | {each.name for each in body.initializer} | {name for node in body.node for name in node.output}
    names = [name for node in body.node for name in node.input] + [value.name for value in body.output]
    return list(dict.fromkeys(name for name in names if name and name not in own))


class Cell:
    """A loop over one sequence [steps, 1, features], all else constants."""

    def __init__(self, to, call, body, count):
        self.to, self.call, self.body, self.count = to, call, body, count
        self.outside = captured(to, body)
        self.moving = [name for name in self.outside if not to.tensors[name].is_constant]

    def fits(self):
        to, call = self.to, self.call
        if len(self.moving) != 1 or any(to.data(call, index) is None for index in range(2, len(call.inputs))):
            return False
        kinds = [node.op_type if node.domain in ("", "ai.onnx") else "" for node in self.body.node]
        if len(kinds) > MOST_OF_CELL or not set(kinds) <= OF_CELLS or sum(kind in GROWING for kind in kinds) > MOST_GROWING:
            return False
        self.x = self.moving[0]
        shape = to.shape(self.x)
        if self.count > MOST_STEPS or math.prod(shape) > MOST_NUMBERS:
            return False
        return len(shape) == 3 and shape[:2] == (self.count, 1) and to.tensors[self.x].dtype == "float32"

    def run(self, x):
        """What the loop gives of a sequence."""
        from onnx.reference import ReferenceEvaluator
        onnx, to, call = self.to.onnx, self.to, self.call
        given = {name: to.tensors[name].data for name in [*call.inputs, *self.outside] if name and name != self.x}
        constants = [onnx.numpy_helper.from_array(data, name) for name, data in given.items()]
        node = onnx.helper.make_node("Loop", call.inputs, call.outputs, body=self.body)
        graph = onnx.helper.make_graph([node], "loop", [onnx.helper.make_tensor_value_info(self.x, 1, x.shape)],
                                       [onnx.ValueInfoProto(name=name) for name in call.outputs if name], constants)
        model = onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", to.version)], ir_version=8)
        return dict(zip([name for name in call.outputs if name], ReferenceEvaluator(model).run(None, {self.x: x})))

    def candidates(self):
        """(kind, attributes, weight, recurrent weight, bias) as ONNX has them, of all matrices that the loop reads."""
        names = [name for name in [*self.call.inputs[2:], *self.outside] if name and name != self.x]
        data = list({name: self.to.tensors[name].data for name in names}.values()) + \
            [self.to.onnx.numpy_helper.to_array(each) for each in self.body.initializer]
        features = self.to.shape(self.x)[2]
        matrices = [each for each in data if each.ndim == 2 and each.dtype.kind == "f"]
        for recurrent in matrices:
            units = recurrent.shape[0]
            kind = {1: "RNN", 3: "GRU", 4: "LSTM"}.get(recurrent.shape[1] // max(units, 1))
            if kind is None or recurrent.shape[1] % units:
                continue
            width = recurrent.shape[1]
            biases = [each.reshape(-1) for each in data if each.dtype.kind == "f" and each.size in (width, 2 * width) and each.shape[-1] == width]
            for weight in matrices:
                if weight.shape != (features, width) or weight is recurrent:
                    continue
                of = lambda matrix: np.concatenate([np.split(matrix, width // units, 1)[gate] for gate in KERAS_GATES[kind]], 1).T[None]
                of_bias = lambda bias: np.concatenate([np.split(bias, width // units)[gate] for gate in KERAS_GATES[kind]])
                pairs = [None]
                for bias in biases:
                    parts = np.split(bias, bias.size // width)
                    pairs.append(np.concatenate([of_bias(parts[0]), of_bias(parts[1]) if len(parts) > 1 else np.zeros(width, np.float32)])[None])
                if kind == "GRU":
                    pairs += [np.concatenate([of_bias(one), of_bias(other)])[None] for one in biases for other in biases
                              if one.size == other.size == width and one is not other]
                for pair in pairs[::-1][:8]:
                    for attributes in ([{"linear_before_reset": 1}, {"linear_before_reset": 0}] if kind == "GRU" else
                                       [{}, {"activations": ["Relu"]}] if kind == "RNN" else [{}]):
                        yield kind, {**attributes, "hidden_size": units}, of(weight), of(recurrent), pair

    def found(self):
        """The candidate that gives the same, and which of its outputs each of the loop's is."""
        from onnx.reference import ReferenceEvaluator
        onnx = self.to.onnx
        x = np.random.default_rng(3).standard_normal(self.to.shape(self.x)).astype(np.float32)
        # The first steps are of usual size, the others of ten times that, where a bound would show.
        x[len(x) // 2 + 1:] *= 10
        given = self.run(x)
        wanted = [name for name in self.call.outputs if name and self.to.uses.get(name)]
        for kind, attributes, weight, recurrent, bias in islice(self.candidates(), MOST_TRIED):
            constants = [onnx.numpy_helper.from_array(data.astype(np.float32), name) for name, data in
                         (("w", weight), ("r", recurrent), ("b", bias)) if data is not None]
            outputs = ["y", "yh", *(["yc"] if kind == "LSTM" else [])]
            node = onnx.helper.make_node(kind, ["x", "w", "r", *(["b"] if bias is not None else [])], outputs, **attributes)
            graph = onnx.helper.make_graph([node], "cell", [onnx.helper.make_tensor_value_info("x", 1, x.shape)],
                                           [onnx.ValueInfoProto(name=name) for name in outputs], constants)
            model = onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 14)], ir_version=8)
            made = rectified(x, weight, recurrent, bias) if "activations" in attributes else dict(zip(outputs, ReferenceEvaluator(model).run(None, {"x": x})))
            which = {}
            for name in wanted:
                values = np.asarray(given[name], np.float32)
                which[name] = next((output for output, of in made.items() if of.size == values.size and
                                    np.allclose(of.reshape(-1), values.reshape(-1), rtol=1e-4, atol=1e-5)), None)
            if None not in which.values():
                carried = [name for name in self.call.outputs[:len(self.call.inputs) - 2] if name]
                shapes = {name: np.asarray(given[name]).shape if name in carried else (self.count, 1, attributes["hidden_size"]) for name in wanted}
                return kind, attributes, weight, recurrent, bias, which, shapes
        return None


def rectified(x, weight, recurrent, bias):
    """An RNN with ReLU, which onnx's reference does not have."""
    h, rows = np.zeros(recurrent.shape[2], np.float32), []
    of_bias = 0 if bias is None else bias.reshape(2, -1).sum(0)
    for step in x[:, 0]:
        h = np.maximum(step @ weight[0].T + h @ recurrent[0].T + of_bias, 0)
        rows.append(h)
    return {"y": np.array(rows), "yh": h}


def cell(to, call, body, count):
    """The loop as a node LSTM, GRU or RNN. Whether it is one."""
    made = Cell(to, call, body, count)
    if not made.fits():
        return False
    try:
        with np.errstate(all="ignore"):
            found = made.found()
    except Exception:  # Whatever the evaluator meets: it is none.
        return False
    if found is None:
        return False
    kind, attributes, weight, recurrent, bias, which, shapes = found
    names = [to.made(f"{call.name}/{what}", data.astype(np.float32)) for what, data in
             (("weight", weight), ("recurrent weight", recurrent), ("bias", bias)) if data is not None]
    units, outputs = recurrent.shape[2], {}
    for output, shape in (("y", (count, 1, 1, units)), ("yh", (1, 1, units)), ("yc", (1, 1, units))):
        if output in which.values():
            outputs[output] = to.fresh(f"{call.name}/{output}", shape)
            to.uses[outputs[output]] = 1
    inner = Call(call.name, kind, [made.x, *names], [outputs.get(each, "") for each in ("y", "yh", "yc")], attributes, 14)
    to.rules[kind](to, inner)
    for name, output in which.items():
        to.tensors[name] = Tensor(name, tuple(map(int, shapes[name])), "float32")
        to.reshaped(call, outputs[output], shapes[name], name)
    # What nobody reads.
    for name in call.outputs:
        if name and name not in to.tensors:
            to.tensors[name] = Tensor(name, (1,))
    return True


def unrolled(to, call, body, count, depth):
    """Once for each time, where all that it decides is known."""
    if count < 1 or count * len(body.node) > MOST_NODES:
        return False
    outside, carried = set(captured(to, body)), list(call.inputs[2:])
    collected = [[] for _ in range(len(body.output) - 1 - len(carried))]
    onnx = to.onnx
    for time in range(count):
        new = {}
        turn = lambda name: name if not name or name in outside else new.setdefault(name, f"{call.name}/{time}/{name}")
        for value, name in zip(body.input[2:], carried):
            new[value.name] = name
        new[body.input[0].name] = to.made(f"{call.name}/{time}/count", np.array(time, np.int64))
        new[body.input[1].name] = to.made(f"{call.name}/{time}/goes on", np.array(True))
        for each in body.initializer:
            to.constant(turn(each.name), to.array(each))
        made = onnx.GraphProto()
        for node in body.node:
            copy = made.node.add()
            copy.CopyFrom(node)
            if any(each.HasField("g") for each in copy.attribute):
                return False
            copy.name = f"{node.name or node.op_type}/{time}"
            for which in (copy.input, copy.output):
                names = [turn(name) for name in which]
                del which[:]
                which.extend(names)
        outputs = [turn(value.name) for value in body.output]
        for name in [*outputs, *(name for node in made.node for name in node.input)]:
            to.uses[name] = to.uses.get(name, 0) + 1
        to.read_nodes(made.node, depth + 1)
        if any(name in to.unknown for name in outputs):
            return None
        goes_on = to.tensors[outputs[0]]
        if time + 1 < count and (not goes_on.is_constant or not np.all(goes_on.data)):
            return None
        carried = outputs[1:1 + len(carried)]
        for rows, name in zip(collected, outputs[1 + len(carried):]):
            rows.append(name)
    for name, output in zip(carried, call.outputs):
        if output:
            alias(to, call, name, output)
    for rows, output in zip(collected, call.outputs[len(carried):]):
        if not output:
            continue
        shape = to.shape(rows[0])
        if all(to.tensors[name].is_constant for name in rows):
            to.constant(output, np.stack([to.tensors[name].data for name in rows]))
            continue
        to.tensors[output] = Tensor(output, (len(rows), *shape), to.tensors[rows[0]].dtype)
        flat = (1, 1, math.prod(shape))
        parts = [to.reshaped(Call(call.name, "Loop", [name], [output], {}, to.version), name, flat) for name in rows]
        inner = Call(call.name, "Loop", parts, [output], {}, to.version)
        y = parts[0] if len(parts) == 1 else to.add(inner, "Concat", parts, {"axis": 1}, shape=(1, len(rows), flat[2]))
        to.reshaped(inner, y, (len(rows), *shape), output)
    return True


def alias(to, call, name, output):
    of = to.tensors[name]
    if of.is_constant:
        return to.constant(output, of.data)
    to.tensors[output] = Tensor(output, of.shape, of.dtype, None, of.quantization)
    to.add(call, "Identity", [name], output=output)


def loop(to, call, proto, depth):
    """Whether the loop has been put in."""
    body, count = call.attributes.get("body"), count_of(to, call)
    if body is None or count is None or len(body.input) != len(call.inputs) or len(body.output) < len(call.inputs) - 1 or \
            any(name not in to.tensors for name in captured(to, body)):
        return False
    return cell(to, call, body, count) or bool(unrolled(to, call, body, count, depth))
