#!/usr/bin/env python3
"""Forms that exporters write in files of ONNX: loops, masks, checked tokens, labels, sums of different shapes. Each is imported,
compiled and compared with onnx's own reference.

    tests/importer/onnx_forms.py COMPILER [FLAG...]
"""

import sys
import tempfile
from pathlib import Path

from support import Program, needs, run

needs("numpy", "onnx")
import numpy as np  # noqa: E402
import onnx  # noqa: E402
from onnx import TensorProto, helper, numpy_helper  # noqa: E402
from onnx.reference import ReferenceEvaluator  # noqa: E402

node = helper.make_node


class File:
    """A model, node by node, with constants as they come."""

    def __init__(self, seed, **inputs):
        self.inputs, self.nodes, self.constants, self.source = inputs, [], [], np.random.default_rng(seed)

    def constant(self, data):
        name = f"c{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.asarray(data), name))
        return name

    def random(self, *shape):
        return self.constant(self.source.standard_normal(shape).astype(np.float32))

    def numbers(self, *values):
        return self.constant(np.array(values, np.int64))

    def __call__(self, kind, *inputs, **attributes):
        names = [each if isinstance(each, str) else self.constant(np.float32(each)) for each in inputs]
        self.nodes.append(node(kind, names, [f"t{len(self.nodes)}"], **attributes))
        return self.nodes[-1].output[0]

    def model(self, *outputs, opset=17):
        types = {"float": TensorProto.FLOAT, "int": TensorProto.INT64, "bool": TensorProto.BOOL}
        graph = helper.make_graph(self.nodes, "made", [helper.make_tensor_value_info(name, types[kind], shape) for name, (kind, shape) in self.inputs.items()],
                                  [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in outputs], self.constants)
        return helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset), helper.make_opsetid("ai.onnx.ml", 1)], ir_version=8)


def rectified_loop():
    return loop("Relu")


def loop(function="Tanh"):
    """h = tanh(x W + h U + b), as tf2onnx writes Keras's SimpleRNN."""
    f = File(1, x=("float", [1, 5, 3]))
    steps = f("Transpose", "x", perm=[1, 0, 2])
    w, u, b, zeros = f.random(3, 4), f.random(4, 4), f.random(4), f.constant(np.zeros((1, 4), np.float32))
    body = [node("Gather", [steps, "time"], ["step"]), node("MatMul", ["step", w], ["a"]), node("MatMul", ["h", u], ["r"]), node("Add", ["a", "r"], ["s"]),
            node("Add", ["s", b], ["z"]), node(function, ["z"], ["next"]), node("Identity", ["next"], ["row"]), node("Identity", ["goes"], ["on"])]
    value = helper.make_tensor_value_info
    graph = helper.make_graph(body, "body", [value("time", TensorProto.INT64, []), value("goes", TensorProto.BOOL, []), value("h", TensorProto.FLOAT, [1, 4])],
                              [value("on", TensorProto.BOOL, []), value("next", TensorProto.FLOAT, [1, 4]), value("row", TensorProto.FLOAT, [1, 4])])
    f.nodes.append(node("Loop", [f.constant(np.int64(5)), f.constant(np.array(True)), zeros], ["last", "rows"], body=graph))
    y = f("MatMul", "last", f.random(4, 2))
    return f.model(y), ["SimpleRNN<4>" if function == "Tanh" else "SimpleRNN<4, ReLUCell>", "Dense<2"]


def unrolled():
    """What is none of the layers, three times."""
    f = File(2, x=("float", [1, 4]))
    w = f.random(4, 4)
    value = helper.make_tensor_value_info
    body = [node("MatMul", ["h", w], ["a"]), node("Sigmoid", ["a"], ["s"]), node("Add", ["s", "x"], ["next"]), node("Identity", ["goes"], ["on"])]
    graph = helper.make_graph(body, "body", [value("time", TensorProto.INT64, []), value("goes", TensorProto.BOOL, []), value("h", TensorProto.FLOAT, [1, 4])],
                              [value("on", TensorProto.BOOL, []), value("next", TensorProto.FLOAT, [1, 4])])
    graph.output.append(value("s", TensorProto.FLOAT, [1, 4]))
    f.nodes.append(node("Loop", [f.constant(np.int64(3)), "", "x"], ["last", "rows"], body=graph))
    y = f("Add", "last", f("ReduceMean", "rows", axes=[0], keepdims=0))
    weight = numpy_helper.to_array(f.constants[0])

    def outputs(x):
        h, rows = x, []
        for _ in range(3):
            rows.append(1 / (1 + np.exp(-h @ weight)))
            h = rows[-1] + x
        return [h + np.mean(rows, 0)]
    # The reference takes the loop's state for what is around it.
    return f.model(y), ["Dense<4, NoBias>"], outputs


def attended(f, x, mask):
    """One head of x, with a mask that is added to the scores."""
    q, k, v = (f("MatMul", x, f.random(4, 4)) for _ in range(3))
    scores = f("Mul", f("MatMul", q, f("Transpose", k, perm=[0, 2, 1])), 0.5)
    return f("MatMul", f("MatMul", f("Softmax", f("Add", scores, mask), axis=-1), v), f.random(4, 4))


def padding():
    f = File(3, x=("int", [1, 5]))
    hidden = f("Where", f("Equal", "x", f.constant(np.int64(0))), -np.inf, 0.0)
    y = attended(f, f("Gather", f.random(9, 4), "x"), f("Unsqueeze", hidden, f.numbers(1)))
    return f.model(y), ["PaddingMask<0>", "MultiHeadAttention<1, KeyPaddingMask, NoBias>"]


def mask_input():
    f = File(4, x=("float", [1, 5, 4]), m=("float", [5, 5]))
    return f.model(attended(f, "x", "m")), ["MultiHeadAttention<1, AdditiveMask, NoBias>"]


def bool_input():
    f = File(5, x=("float", [1, 5, 4]), m=("bool", [1, 5]))
    y = attended(f, "x", f("Unsqueeze", f("Where", "m", 0.0, -np.inf), f.numbers(1)))
    return f.model(y), ["MultiHeadAttention<1, KeyPaddingMask, NoBias>"]


def checked_tokens():
    """t < 0 ? t + 9 : t, by sums of products."""
    f = File(6, x=("int", [1, 5]))
    less = f("Less", "x", f.constant(np.int64(0)))
    parts = [f("Mul", f("Cast", f("Not", less), to=7), "x"), f("Mul", f("Cast", less, to=7), f("Add", "x", f.constant(np.int64(9))))]
    return f.model(f("Gather", f.random(9, 4), f("Add", *parts))), ["Sequential<Input<5>, Embedding<9, 4>>"]


def middle_axis():
    """As many rows as channels: the numbers are those of the rows."""
    f = File(7, x=("float", [1, 4, 4]))
    return f.model(f("Add", f("Mul", "x", f.random(1, 4, 1)), f.random(4, 1))), ["Input<4, 4>"]


def moments():
    """LayerNorm as TensorFlow writes it."""
    f = File(8, x=("float", [1, 3, 6]))
    mean = f("ReduceMean", "x", axes=[-1])
    minus = f("Sub", "x", mean)
    inverse = f("Reciprocal", f("Sqrt", f("Add", f("ReduceMean", f("Mul", minus, minus), axes=[-1]), 1e-3)))
    factor = f("Mul", inverse, f.random(1, 1, 6))
    y = f("Add", f("Mul", "x", factor), f("Add", f("Mul", f("Neg", mean), factor), f.random(1, 1, 6)))
    return f.model(y), ["Sequential<Input<3, 6>, LayerNorm<Epsilon<0.001>>>"]


def labels():
    """A classifier of scikit-learn: its label is left out."""
    f = File(9, x=("float", [1, 3]))
    f.nodes.append(node("Scaler", ["x"], ["scaled"], domain="ai.onnx.ml", offset=[0.5, -1.0, 2.0], scale=[2.0, 0.5, 1.0]))
    y = f("Softmax", f("Add", f("MatMul", "scaled", f.random(3, 4)), f.random(4)), axis=1)
    number = f("ArgMax", y, axis=1)
    f.nodes.append(node("ArrayFeatureExtractor", [f.numbers(3, 5, 7, 9), number], ["class"], domain="ai.onnx.ml"))
    label = f("Cast", f("Reshape", "class", f.numbers(-1)), to=7)
    return f.model(label, y), ["Dense<4>", "Softmax"]


def blocks():
    """Channels as pixels and back, every other column, what is repeated, an axis of one that moves."""
    f = File(10, x=("float", [1, 8, 2, 3]))
    y = f("SpaceToDepth", f("DepthToSpace", "x", blocksize=2, mode="CRD"), blocksize=2)
    y = f("Slice", y, f.numbers(0), f.numbers(3), f.numbers(3), f.numbers(2))
    y = f("Tile", y, f.numbers(1, 1, 2, 1))
    return f.model(f("Transpose", f("Unsqueeze", y, f.numbers(1)), perm=[1, 0, 2, 4, 3])), ["Stride<2>"]


def partly_8_bits():
    """Quantize and Dequantize around a product alone: floats, within the bounds."""
    f = File(12, x=("float", [1, 4]))
    scale, zero = f.constant(np.float32(2.0**-10)), f.constant(np.array(0, np.int16))
    stored = f("QuantizeLinear", "x", scale, zero)
    y = f("Softplus", f("MatMul", f("DequantizeLinear", stored, scale, zero), f.random(4, 3)))
    return f.model(y, opset=21), ["Clip<-32.0, 31.999023>", "Dense<3, NoBias>", "Softplus"], lambda x: [
        np.logaddexp(0, x @ numpy_helper.to_array(f.constants[2]))]


def normalized(f, x, mean, per_channel, center=True):
    """A norm as tf2onnx writes Keras's."""
    minus = f("Sub", x, mean(x)) if center else x
    inverse = f("Reciprocal", f("Sqrt", f("Add", mean(f("Mul", minus, minus)), 1e-3)))
    factor = f("Mul", inverse, f.random(*per_channel))
    if not center:
        return f("Mul", x, factor)
    return f("Add", f("Mul", x, factor), f("Add", f("Mul", f("Neg", mean(x)), factor), f.random(*per_channel)))


def sequence_norms():
    """Means as those of an image whose channels are the steps; what is one number for several of a constant; constants of the whole shape."""
    f = File(13, x=("float", [1, 3, 6]))
    mean = lambda x: f("GlobalAveragePool", x)  # noqa: E731
    y = normalized(f, "x", mean, (1, 1, 6))
    y = normalized(f, y, mean, (6,), center=False)
    y = f("Add", f("Mul", f("ReduceMean", y, axes=[2], keepdims=1), f.random(6)), y)
    return f.model(f("Mul", y, f.random(1, 3, 6))), ["Input<3, 6>, LayerNorm<Epsilon<0.001>>, RMSNorm<Epsilon<0.001>>"]


def image_norm():
    """With channels first, between layers."""
    f = File(14, x=("float", [1, 2, 4, 4]))
    y = f("Conv", "x", f.random(5, 2, 3, 3))
    y = normalized(f, y, lambda x: f("ReduceMean", x, axes=[1], keepdims=1), (1, 5, 1, 1))
    return f.model(f("Reshape", f("GlobalAveragePool", y), f.numbers(1, 5))), ["LayerNorm<Epsilon<0.001>>, GlobalAveragePool2D"]


def last_steps():
    """The last step of two directions as two layers, and both directions of sequences, put together again."""
    f = File(15, x=("float", [1, 5, 3]))

    def rows(kind, gates, directions, inputs, x):
        f.nodes.append(node(kind, [x, f.random(directions, gates * 4, inputs), f.random(directions, gates * 4, 4)], [f"t{len(f.nodes)}"], hidden_size=4,
                            direction="bidirectional" if directions == 2 else "forward"))
        return f.nodes[-1].output[0]
    y = rows("LSTM", 4, 2, 3, f("Transpose", "x", perm=[1, 0, 2]))
    halves = [f("Squeeze", f("Slice", y, f.numbers(at), f.numbers(at + 1), f.numbers(1)), f.numbers(1)) for at in (0, 1)]
    y = f("Concat", *halves, axis=2)
    flipped = f("Slice", y, f.numbers(-1), f.numbers(-9), f.numbers(0), f.numbers(-1))
    ends = [f("Gather", f("Squeeze", rows("RNN", 1, 1, 8, x), f.numbers(1)), f.constant(np.int64(-1)), axis=0) for x in (y, flipped)]
    return f.model(f("Concat", *ends, axis=1)), ["<Input<5, 3>, Bidirectional<LSTM<4, ReturnSequences, NoBias>>, Bidirectional<SimpleRNN<4, NoBias>>>"]


def padded():
    """Zeros in front of convolutions of sequences and images; of one channel the image's axes change places for nothing; more is put
    together than one layer takes."""
    f = File(16, x=("float", [1, 1, 8, 8]))
    y = f("Conv", f("Pad", "x", f.numbers(0, 0, 1, 2, 0, 0, 1, 2)), f.random(2, 1, 3, 5))
    y = f("Reshape", y, f.numbers(1, 2, 64))
    y = f("Conv", f("Pad", y, f.numbers(0, 0, 4, 0, 0, 0)), f.random(3, 2, 3), f.random(3), dilations=[2])
    y = f("Transpose", y, perm=[0, 2, 1])
    rows = [f("Mul", f("Slice", y, f.numbers(at), f.numbers(at + 1), f.numbers(1)), float(at + 2)) for at in range(10)]
    return f.model(f("Concat", *rows, axis=1)), ["Input<8, 8, 1>", "Conv2D<2, Shape{3, 5}, Padding<1, 2>, NoBias>", "Conv1D<3, 3, Causal, Dilation<2>>"]


def scales():
    """Products and sums with constants, one behind the other."""
    f = File(17, x=("float", [1, 3, 4]))
    y = f("Tanh", f("Div", f("Sub", f("Mul", "x", 2.0), 3.0), 4.0))
    y = f("Add", f("Mul", f("Add", f("Mul", y, f.random(4)), f.random(1, 1, 4)), 0.5), f.random(4))
    return f.model(y), ["Sequential<Input<3, 4>, Rescaling<0.5, -0.75>, Tanh, BatchNorm<>>"]


FORMS = {each.__name__: each for each in (loop, unrolled, padding, mask_input, bool_input, checked_tokens, middle_axis, moments, labels, blocks, partly_8_bits, sequence_norms, image_norm, last_steps,
                                              rectified_loop, padded, scales)}


def samples(model, source):
    """Inputs as the file has them, and as Burin reads them."""
    given = {}
    for value in model.graph.input:
        shape = [dim.dim_value for dim in value.type.tensor_type.shape.dim]
        kind = value.type.tensor_type.elem_type
        given[value.name] = source.integers(0, 9, shape) if kind == TensorProto.INT64 else source.integers(0, 2, shape).astype(bool) | (np.arange(shape[-1]) == 0) \
            if kind == TensorProto.BOOL else source.standard_normal(shape).astype(np.float32)
    if "x" in given and given["x"].dtype == np.int64:
        given["x"][..., 0] = 1  # Something is to be seen.
    return given


def main():
    command = sys.argv[1:] or ["g++"]
    with tempfile.TemporaryDirectory() as directory:
        work, headers, models, computed = Path(directory), {}, {}, {}
        for name, form in FORMS.items():
            models[name], words, *own = form()
            computed[name] = own[0] if own else None
            onnx.save(models[name], work / f"{name}.onnx")
            code, said = run(work / f"{name}.onnx", "-o", work / f"{name}.hpp", "--name", name, "--no-test")
            assert code == 0, f"{name}: {said}"
            assert name != "labels" or "is left out" in said, said
            text = " ".join((work / f"{name}.hpp").read_text().split())
            for word in words:
                assert word in text, f"{name}: expected {word} in {text[:1500]}"
            headers[name] = (f"{name}.hpp", "row_major" if "row_major[]" in text else "none")
        program, source = Program(work, command, headers), np.random.default_rng(11)
        for name, model in models.items():
            for _ in range(3):
                given = samples(model, source)
                y = [np.asarray(each, np.float32) for each in (computed[name](**given) if computed[name] else ReferenceEvaluator(model).run(None, given))][-1]
                y = np.moveaxis(y, 1, -1) if name == "blocks" and "channels last" in (work / f"{name}.hpp").read_text().split("output_names")[1] else y
                x = [np.moveaxis(each, 1, -1) if each.ndim == 4 and "channels last" in (work / f"{name}.hpp").read_text().split("output_names")[0] else each
                     for each in given.values()]
                x = np.concatenate([each.astype(np.float32).reshape(-1) for each in x])
                apart = np.abs(program.run(name, x[None]) - y.reshape(1, -1)).max() / np.abs(y).max()
                assert apart < 2e-6, f"{name}: {apart}"
    print("forms of ONNX become the layers that they are")


main()
