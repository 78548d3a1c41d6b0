"""Networks as ONNX files: of floats, and quantized by onnxruntime."""

from pathlib import Path

import networks
import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper


class Writer:
    """Channels are first here: the input is [batch, channels, height, width]."""

    def __init__(self):
        self.nodes, self.constants, self.weights = [], [], networks.Weights()

    def constant(self, values):
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(values), f"c{len(self.constants)}"))
        return self.constants[-1].name

    def node(self, kind, *inputs, outputs=1, **attributes):
        names = [f"n{len(self.nodes)}_{i}" for i in range(outputs)]
        self.nodes.append(helper.make_node(kind, list(inputs), names, **attributes))
        return names[-1]

    def layers(self, layers, x, shape):
        """The name of their output, and its shape less the batch, as Burin has it."""
        for kind, *given in layers:
            x, shape = getattr(self, kind)(x, shape, *given)
        return x, shape

    def relu(self, x, shape):
        return self.node("Relu", x), shape

    def dense(self, x, shape, units):
        w = self.weights.next(shape[-1], units)
        if len(shape) == 1:
            if self.flattened:  # Rows in the order of channels first.
                height, width, channels = self.flattened
                w = w.reshape(height, width, channels, units).transpose(2, 0, 1, 3).reshape(-1, units)
                self.flattened = None
            return self.node("Gemm", x, self.constant(w), self.constant(self.weights.next(units))), (units,)
        return self.node("Add", self.node("MatMul", x, self.constant(w)), self.constant(self.weights.next(units))), (*shape[:-1], units)

    flattened = None

    def convolution(self, x, shape, w, kernel, stride, same, groups):
        out = [(extent if same else extent - k + 1) for extent, k in zip(shape, kernel)]
        out = [-(-extent // stride) for extent in out]
        total = [max(0, (o - 1) * stride + k - extent) for o, k, extent in zip(out, kernel, shape)]
        pads = [t // 2 for t in total] + [t - t // 2 for t in total]
        filters = w.shape[0]
        y = self.node("Conv", x, self.constant(w), self.constant(self.weights.next(filters)), kernel_shape=kernel, strides=[stride] * 2,
                      pads=pads, group=groups)
        return y, (*out, filters)

    def conv(self, x, shape, filters, kernel, stride, same=True):
        w = self.weights.next(*kernel, shape[2], filters).transpose(3, 2, 0, 1)
        return self.convolution(x, shape, w, kernel, stride, same, 1)

    def conv_valid(self, x, shape, filters, kernel):
        return self.conv(x, shape, filters, kernel, 1, same=False)

    def depthwise(self, x, shape, kernel, stride):
        w = self.weights.next(*kernel, shape[2]).transpose(2, 0, 1)[:, None]
        return self.convolution(x, shape, w, kernel, stride, True, shape[2])

    def max_pool(self, x, shape, size):
        return self.node("MaxPool", x, kernel_shape=[size] * 2, strides=[size] * 2), (shape[0] // size, shape[1] // size, shape[2])

    def average_pool(self, x, shape, size):
        if tuple(size) == tuple(shape[:2]):
            return self.node("GlobalAveragePool", x), (1, 1, shape[2])
        y = self.node("AveragePool", x, kernel_shape=size, strides=size)
        return y, (shape[0] // size[0], shape[1] // size[1], shape[2])

    def flatten(self, x, shape):
        self.flattened = shape
        return self.node("Flatten", x), (int(np.prod(shape)),)

    def residual(self, x, shape, layers, shortcut):
        y, out = self.layers(layers, x, shape)
        z, _ = self.layers(shortcut, x, shape)
        return self.node("Add", y, z), out

    def mean_of_steps(self, x, shape):
        return self.node("ReduceMean", x, self.constant(np.array([1])), keepdims=0), shape[1:]

    def lstm(self, x, shape, units):
        def gates(values):  # i, f, g, o here; i, o, f, g there.
            return values[:, np.concatenate([np.arange(units) + g * units for g in (0, 3, 1, 2)])].T[None]

        w, r = self.weights.next(shape[1], 4 * units), self.weights.next(units, 4 * units)
        b = gates(self.weights.next(4 * units)[None])[0].T
        bias = np.concatenate([b, np.zeros_like(b)], 1)
        steps = self.node("Transpose", x, perm=[1, 0, 2])
        y = self.node("LSTM", steps, self.constant(gates(w)), self.constant(gates(r)), self.constant(bias), outputs=2, hidden_size=units)
        return self.node("Squeeze", y, self.constant(np.array([0]))), (units,)

    def norm(self, x, width):
        return self.node("LayerNormalization", x, self.constant(1 + self.weights.next(width)), self.constant(self.weights.next(width)),
                         axis=-1, epsilon=1e-5)

    def transformer(self, x, shape, heads, hidden):
        steps, width = shape

        def split(y, perm):
            y = self.node("Reshape", y, self.constant(np.array([0, steps, heads, width // heads])))
            return self.node("Transpose", y, perm=perm)

        parts = {}
        for name in ("query", "key", "value"):
            parts[name] = self.dense(x, shape, width)[0]
        q, k, v = split(parts["query"], [0, 2, 1, 3]), split(parts["key"], [0, 2, 3, 1]), split(parts["value"], [0, 2, 1, 3])
        scores = self.node("Mul", self.node("MatMul", q, k), self.constant(np.float32((width // heads) ** -0.5)))
        mixed = self.node("Transpose", self.node("MatMul", self.node("Softmax", scores, axis=-1), v), perm=[0, 2, 1, 3])
        y = self.dense(self.node("Reshape", mixed, self.constant(np.array([0, steps, width]))), shape, width)[0]
        x = self.norm(self.node("Add", x, y), width)
        y = self.node("Relu", self.dense(x, shape, hidden)[0])
        y = self.dense(y, (steps, hidden), width)[0]
        return self.norm(self.node("Add", x, y), width), shape


def channels_first(values):
    """A batch as these networks take it."""
    return np.ascontiguousarray(values.transpose(0, 3, 1, 2)) if values.ndim == 4 else values


def write(name, batch, path):
    (_, *shape), *layers = networks.NETWORKS[name]
    writer = Writer()
    y, out = writer.layers(layers, "x", tuple(shape))
    given = [shape[2], *shape[:2]] if len(shape) == 3 else shape
    graph = helper.make_graph(writer.nodes, name, [helper.make_tensor_value_info("x", TensorProto.FLOAT, [batch, *given])],
                              [helper.make_tensor_value_info(y, TensorProto.FLOAT, [batch, *out])], writer.constants)
    onnx.save(onnx.shape_inference.infer_shapes(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)), path)


def quantize(name, batch, path):
    """Activations in unsigned, weights in signed bytes, a scale a channel: what VNNI multiplies."""
    from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static

    class Reader(CalibrationDataReader):
        def __init__(self):
            each = channels_first(networks.samples(name))
            self.batches = iter([{"x": each[i:i + batch]} for i in range(0, len(each), batch)])

        def get_next(self):
            return next(self.batches, None)

    real = Path(path).with_suffix(".float.onnx")
    write(name, batch, real)
    quantize_static(str(real), str(path), Reader(), quant_format=QuantFormat.QDQ, per_channel=True, activation_type=QuantType.QUInt8,
                    weight_type=QuantType.QInt8)
