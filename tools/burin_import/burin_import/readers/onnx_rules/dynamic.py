"""Networks whose weights are 8 bits and whose activations get their scale while they run, as onnxruntime's quantize_dynamic writes
them: the same network in floats, with the numbers that its weights stand for."""

import numpy as np

from ...layers.weighted import STORED_AS_8_BITS
from ..onnx_calls import read_by

FLOAT = 1


def numbers(to, weight, scale, zero, spread):
    """What a constant of 8 bits stands for, with one scale or as many as `spread(data)`, a shape, has; None if it is none."""
    data = [None if name == "" else to.tensors[name].data if name in to.tensors else None for name in (weight, scale, zero)]
    if data[0] is None or data[0].dtype.kind not in "iu" or data[1] is None or zero and data[2] is None:
        return None
    along = lambda each: each.reshape(spread(each) if each.size > 1 else [1] * data[0].ndim)
    try:
        offset = along(data[2]).astype(np.float32) if zero else np.float32(0)
        return np.ascontiguousarray((data[0].astype(np.float32) - offset) * along(data[1]).astype(np.float32), np.float32)
    except ValueError:
        return None


class Rewriter:
    def __init__(self, to, proto):
        self.to, self.proto, self.nodes = to, proto, list(proto.node)
        self.makers = {name: node for node in self.nodes for name in node.output if name}
        self.readers = {}
        for node in self.nodes:
            for name in read_by(node):
                self.readers.setdefault(name, []).append(node)
        self.outputs = {value.name for value in proto.output}
        self.gone = []

    def only_reader(self, node, operator):
        readers = self.readers.get(node.output[0], [])
        fits = len(readers) == 1 and readers[0].op_type == operator and node.output[0] not in self.outputs
        return readers[0] if fits else None

    def constant(self, wish, data):
        name = wish
        while name in self.to.tensors or name in self.makers:
            name += "'"
        return self.to.constant(name, data)

    def product(self, node):
        """DynamicQuantizeLinear, the product of integers, Cast, Mul by both scales."""
        quantized = self.makers.get(node.input[0])
        cast = self.only_reader(node, "Cast")
        scaled = cast and self.only_reader(cast, "Mul")
        if quantized is None or quantized.op_type != "DynamicQuantizeLinear" or scaled is None or \
                not any(each.name == "to" and each.i == FLOAT for each in cast.attribute):
            return False
        scales = self.makers.get(next((name for name in scaled.input if name != cast.output[0]), ""))
        if scales is None or scales.op_type != "Mul" or quantized.output[1] not in scales.input:
            return False
        scale = next((name for name in scales.input if name != quantized.output[1]), "")
        is_matrix = node.op_type == "MatMulInteger"
        zero = node.input[3] if len(node.input) > 3 else ""
        rank = len(self.to.shape(node.input[1])) if node.input[1] in self.to.tensors else 0
        values = numbers(self.to, node.input[1], scale, zero,
                         lambda each: [*[1] * (rank - 1), -1] if is_matrix else [-1, *[1] * (rank - 1)])
        if values is None:
            return False
        scaled.op_type, scaled.name = "MatMul" if is_matrix else "Conv", node.name
        scaled.input[:] = [quantized.input[0], self.constant(f"{node.input[1]}/floats", values)]
        scaled.attribute.extend(node.attribute)
        self.gone += [node, cast]
        return True

    def lstm(self, node):
        """onnxruntime's DynamicQuantizeLSTM: matrices as `[directions, inputs, 4 * units]`."""
        inputs = [*node.input, *[""] * (12 - len(node.input))]
        floats = [numbers(self.to, inputs[at], *inputs[first:first + 2], lambda each: [len(each), 1, -1])
                  for at, first in ((1, 8), (2, 10))]
        if any(each is None or each.ndim != 3 for each in floats):
            return False
        for at, each in zip((1, 2), floats):
            inputs[at] = self.constant(f"{inputs[at]}/floats", np.ascontiguousarray(each.transpose(0, 2, 1)))
        node.op_type, node.domain = "LSTM", ""
        node.input[:] = inputs[:8]
        return True

    def run(self):
        found = False
        for node in self.nodes:
            if node.op_type in ("MatMulInteger", "ConvInteger") and node.domain in ("", "ai.onnx"):
                found |= self.product(node)
            elif node.op_type == "DynamicQuantizeLSTM" and node.domain == "com.microsoft":
                found |= self.lstm(node)
        for node in self.gone:
            self.proto.node.remove(node)
        # Scales that nobody reads now.
        while True:
            read = self.outputs | {name for node in self.proto.node for name in read_by(node)}
            unread = [node for node in self.proto.node if node.op_type in ("Mul", "DynamicQuantizeLinear") and not read & set(node.output)]
            if not found or not unread:
                return [STORED_AS_8_BITS] if found else []
            for node in unread:
                self.proto.node.remove(node)


def in_floats(to, proto):
    """What is to be said of it."""
    return Rewriter(to, proto).run()
