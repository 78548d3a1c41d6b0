#!/usr/bin/env python3
"""Imports the .onnx files beside it, which PyTorch wrote (tests/reference/onnx_models.py), compiles the headers, and compares
the outputs with PyTorch's; then damaged files, and what is not supported.

    tests/importer/onnx_files.py COMPILER [FLAG...]
"""

import random
import sys
import tempfile
from pathlib import Path

from support import HERE, Program, as_file, needs, refused, run, taken_or_refused

needs("numpy", "onnx")
import numpy as np  # noqa: E402
import onnx  # noqa: E402
from burin_import import readers, simplify  # noqa: E402
from onnx import TensorProto, helper, numpy_helper  # noqa: E402
from onnx.reference import ReferenceEvaluator  # noqa: E402

#: Of each file what its header has.
WORDS = {"cnn": ["Conv2D<4, 3, Padding<1>, Stride<2>>", "DepthwiseConv2D<3, Padding<1>>", "channels last"],
         "decoder": ["GroupNorm<2>", "UpSampling2D<2>", "Conv2DTranspose<2, 4, "],
         "lstm": ["Sequential<Input<5, 3>, Bidirectional<LSTM<4, ReturnSequences>>, Bidirectional<LSTM<4, ReturnSequences>>"],
         "gru": ["Sequential<Input<5, 3>, GRU<4", "Dense<3>>"],
         "words": ["Embedding<9, 4>", "LearnedPositionalEmbedding<5>", "MultiHeadAttention<2>", "GELU"],
         "rotary": ["MultiHeadAttention<4, CausalMask, NoBias, KeyValueHeads<2>, RoPE<>>",
                    "MultiHeadAttention<2, NoBias, KeyValueHeads<1>, RoPE<HalfSplit>>"],
         "written": ["Sequential<Input<5>, Dense<6>, GELU, Dense<6>, SiLU, Dense<4>, HardSwish, LayerNorm<>>"]}


def written_out():
    """What no exporter above writes: products of activations, an RMSNorm, a branch that is known, bounds, borders, a row that
    comes again, the other way round."""
    node, number = helper.make_node, lambda name, *values: numpy_helper.from_array(np.array(values, np.float32), name)
    whole = lambda name, *values: numpy_helper.from_array(np.array(values, np.int64), name)
    rows = np.random.default_rng(5).standard_normal((6, 4)).astype(np.float32)
    value = lambda name: helper.make_tensor_value_info(name, TensorProto.FLOAT, None)
    branch = lambda kind: helper.make_graph([node(kind, ["b"], [f"b{kind}"])], kind, [], [value(f"b{kind}")])
    nodes = [node("Transpose", ["x"], ["t"], perm=[0, 2, 1]), node("MatMul", ["x", "t"], ["p"]), node("Softmax", ["p"], ["s"]),
             node("MatMul", ["s", "x"], ["a"]), node("Mul", ["a", "a"], ["aa"]), node("ReduceMean", ["aa"], ["m"], axes=[-1]),
             node("Add", ["m", "epsilon"], ["me"]), node("Sqrt", ["me"], ["r"]), node("Div", ["a", "r"], ["n"]), node("Mul", ["n", "scale"], ["b"]),
             node("Constant", [], ["yes"], value=numpy_helper.from_array(np.array(True))),
             node("If", ["yes"], ["c"], then_branch=branch("Tanh"), else_branch=branch("Sin")),
             node("PRelu", ["c", "slopes"], ["d"]), node("Clip", ["d", "low"], ["e"]), node("Pad", ["e", "pads"], ["f"]),
             node("Slice", ["f", "end", "start", "one", "back"], ["g"]), node("Slice", ["g", "one", "eight", "one", "two"], ["g3"]), node("ReduceMean", ["g3"], ["h"], axes=[1]), node("Expand", ["h", "six"], ["i"]),
             node("Constant", [], ["rows"], value=numpy_helper.from_array(rows)), node("Mul", ["i", "rows"], ["j"]),
             node("Range", ["from", "to", "by"], ["ramp"]), node("Add", ["j", "ramp"], ["y"])]
    return model(nodes, [("x", [1, 5, 4])], [("y", [1, 6, 4])], [
        *(numpy_helper.from_array(np.float32(value), name) for name, value in (("from", 0.5), ("to", 4.5), ("by", 1))),
        number("scale", 1, 2, 3, 0.5), number("slopes", 0.25, 0.5, -0.25, 0), numpy_helper.from_array(np.float32(-0.125), "low"),
        numpy_helper.from_array(np.array([1e-3], np.float32), "epsilon"), whole("pads", 0, 1, 0, 0, 2, 0), whole("end", -1), whole("start", -100),
        whole("one", 1), whole("back", -1), whole("eight", 8), whole("two", 2), whole("six", 1, 6, 4)])


def cells():
    """A GRU that resets the state before its product behind an RNN of rectified cells, and what they give of x."""
    random, units = np.random.default_rng(8), 3
    arrays = {name: random.uniform(-1, 1, shape).astype(np.float32) for name, shape in
              (("w", (1, 4, 2)), ("r", (1, 4, 4)), ("b", (1, 8)), ("gw", (1, 9, 4)), ("gr", (1, 9, 3)), ("gb", (1, 18)))}
    nodes = [helper.make_node("RNN", ["x", "w", "r", "b"], ["steps"], hidden_size=4, activations=["Relu"]),
             helper.make_node("Squeeze", ["steps", "one"], ["h"]),
             helper.make_node("GRU", ["h", "gw", "gr", "gb"], ["y"], hidden_size=units)]
    made = model(nodes, [("x", [5, 1, 2])], [("y", [5, 1, 1, units])], [
        numpy_helper.from_array(np.array([1], np.int64), "one"), *(numpy_helper.from_array(each, name) for name, each in arrays.items())])

    def outputs(x):
        w, r, b, gw, gr, gb = (each[0].astype(float) for each in arrays.values())
        h, g, steps, sigmoid = np.zeros(4), np.zeros(units), [], lambda values: 1 / (1 + np.exp(-values))
        (wz, wr, wn), (uz, ur, un), biases = np.split(gw, 3), np.split(gr, 3), np.split(gb, 6)
        for step in x:
            h = np.maximum(w @ step + r @ h + b[:4] + b[4:], 0)
            z, reset = (sigmoid(of_x @ h + of_h @ g + first + second) for of_x, of_h, first, second in
                        ((wz, uz, biases[0], biases[3]), (wr, ur, biases[1], biases[4])))
            n = np.tanh(wn @ h + un @ (reset * g) + biases[2] + biases[5])
            g = (1 - z) * n + z * g
            steps.append(g)
        return np.concatenate(steps)
    return made, outputs


def written_with_sums():
    """What exporters of JAX write: a one-hot code of tokens, LayerNorm by sums and over an axis that is not the last, softmax."""
    node, source = helper.make_node, np.random.default_rng(7)
    number = lambda name, *shape: numpy_helper.from_array(source.standard_normal(shape).astype(np.float32), name)
    one = lambda name, value: numpy_helper.from_array(np.array(value, np.float32), name)
    whole = lambda name, *values: numpy_helper.from_array(np.array(values, np.int64), name)
    nodes = [node("Unsqueeze", ["x", "last"], ["column"]), node("Equal", ["column", "codes"], ["equal"]), node("Cast", ["equal"], ["code"], to=1),
             node("MatMul", ["code", "table"], ["product"]), node("Add", ["product", "bias"], ["a"]),
             node("ReduceSum", ["a", "first"], ["sum"], keepdims=0), node("Mul", ["sum", "fifth"], ["mean"]), node("Mul", ["a", "a"], ["squares"]),
             node("ReduceSum", ["squares", "first"], ["square_sum"], keepdims=0), node("Mul", ["square_sum", "fifth"], ["mean_square"]),
             node("Mul", ["mean", "mean"], ["square_mean"]), node("Sub", ["mean_square", "square_mean"], ["variance"]),
             node("Max", ["zero", "variance"], ["bounded"]), node("Unsqueeze", ["bounded", "first"], ["row"]), node("Add", ["row", "epsilon"], ["plus"]),
             node("Sqrt", ["plus"], ["root"]), node("Reciprocal", ["root"], ["inverse"]), node("Mul", ["inverse", "scale"], ["factor"]),
             node("Unsqueeze", ["mean", "first"], ["mean_row"]), node("Sub", ["a", "mean_row"], ["centred"]), node("Mul", ["centred", "factor"], ["b"]),
             node("Add", ["b", "shift"], ["c"]),
             node("ReduceMax", ["c"], ["most"], axes=[2], keepdims=0), node("Max", ["least", "most"], ["bound"]), node("Unsqueeze", ["bound", "last"], ["bounds"]),
             node("Sub", ["c", "bounds"], ["less"]), node("Exp", ["less"], ["powers"]), node("ReduceSum", ["powers", "last"], ["total"], keepdims=1),
             node("Div", ["powers", "total"], ["y"])]
    values = [helper.make_tensor_value_info("x", TensorProto.INT64, [1, 5])], [helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, 5, 4])]
    graph = helper.make_graph(nodes, "sums", *values, [
        whole("last", 2), whole("first", 1), numpy_helper.from_array(np.arange(9).reshape(1, 1, 9), "codes"), number("table", 9, 4), number("bias", 4),
        one("fifth", 0.2), one("zero", 0), one("epsilon", 1e-6), number("scale", 1, 5, 1), number("shift", 1, 5, 1), one("least", -np.inf)])
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def tensors():
    """Reductions, masks, gathering, sums of different shapes and products of matrices, of an image with channels first."""
    node, whole = helper.make_node, lambda name, *values: numpy_helper.from_array(np.array(values, np.int64), name)
    number = lambda name, value: numpy_helper.from_array(np.float32(value), name)
    image = numpy_helper.from_array(np.random.default_rng(4).standard_normal((4, 4, 3, 3)).astype(np.float32), "w")
    nodes = [node("Conv", ["x", "w"], ["c"], pads=[1, 1, 1, 1]),
             node("GlobalAveragePool", ["c"], ["s"]), node("Sigmoid", ["s"], ["g"]), node("Mul", ["c", "g"], ["e"]),
             node("ReduceMin", ["e"], ["least"], axes=[3], keepdims=1), node("Greater", ["e", "least"], ["more"]),
             node("Less", ["e", "one"], ["few"]), node("And", ["more", "few"], ["both"]), node("Not", ["both"], ["none"]),
             node("Where", ["none", "half", "e"], ["f"]), node("Where", ["more", "f", "c"], ["h"]),
             node("Gather", ["h", "places"], ["i"], axis=2), node("ReduceSum", ["i", "axes"], ["j"], keepdims=0),
             node("ReduceMax", ["h"], ["k"], axes=[2], keepdims=0), node("Transpose", ["k"], ["t"], perm=[0, 2, 1]),
             node("MatMul", ["j", "t"], ["y"])]
    return model(nodes, [("x", [1, 4, 5, 6])], [("y", [1, 3, 4])], [
        image, number("one", 1), number("half", 0.5), whole("places", 3, -5, 3), whole("axes", 1)])


def compare(command):
    with tempfile.TemporaryDirectory() as directory:
        work, headers = Path(directory), {}

        def imported(name, model):
            """A model made here as one of the headers."""
            onnx.save(model, work / f"{name}.onnx")
            code, said = run(work / f"{name}.onnx", "-o", work / f"{name}.hpp", "--name", name, "--no-test")
            assert code == 0, said
            headers[name] = (f"{name}.hpp", "row_major")

        for name, words in WORDS.items():
            # The assembler finds the weights of two of them beside their headers, wherever those lie.
            embeds = name in ("cnn", "lstm")
            header = f"beside/{name}.hpp" if embeds else f"{name}.hpp"
            code, said = run(HERE / f"torch_{name}.onnx", "-o", work / header, "--name", name, "--no-test",
                             *["--embed", "0"] * embeds)
            assert code == 0, said
            assert (work / f"{header}.bin").exists() == embeds, said
            text = " ".join((work / header).read_text().split())
            for word in words:
                assert word in text, f"{name}: expected {word} in {text[:1500]}"
            headers[name] = (header, "row_major")
        code, said = run(HERE / "qdq_cnn.onnx", "-o", work / "qdq.hpp", "--name", "qdq", "--no-test")
        assert code == 0, said
        headers["qdq"] = ("qdq.hpp", "int8")
        for name in ("dynamic_cnn", "dynamic_lstm"):
            code, said = run(HERE / f"{name}.onnx", "-o", work / f"{name}.hpp", "--name", name, "--no-test")
            assert code == 0 and "weights of 8 bits, computed with as floats" in said, said
            headers[name] = (f"{name}.hpp", "row_major")
        made = written_out()
        imported("made", made)
        sums = written_with_sums()
        imported("sums", sums)
        text = " ".join((work / "sums.hpp").read_text().split())
        wanted = "Embedding<9, 4>, Permute<1, 0>, LayerNorm<Epsilon<0.000001>>, Permute<1, 0>, Softmax>"
        assert wanted in text, f"expected {wanted} in {text[:1500]}"
        cells_model, outputs = cells()
        imported("cells", cells_model)
        masked = tensors()
        imported("tensors", masked)
        text = (work / "tensors.hpp").read_text()
        for word in ("Broadcast<Multiply>", "Greater<>", "Less<1.0>", "Where<0.5>", "Where<>", "Indices<3, 0, 3>", "ReduceSum<",
                     "ReduceMin<Axis<1>>", "MatMul<"):
            assert word in text, f"tensors: expected {word} in {text[:3000]}"
        program = Program(work, command, headers)
        x = np.random.default_rng(6).standard_normal((3, 4, 5, 6)).astype(np.float32)
        y = np.concatenate([ReferenceEvaluator(masked).run(None, {"x": each[None]})[0] for each in x]).reshape(3, -1)
        apart = np.abs(program.run("tensors", np.moveaxis(x, 1, -1)) - y).max() / np.abs(y).max()
        assert apart < 2e-6, f"tensors: {apart}"
        x = np.random.default_rng(9).standard_normal((3, 5, 2)).astype(np.float32)
        apart = np.abs(program.run("cells", x) - np.stack([outputs(each) for each in x])).max()
        assert apart < 1e-6, f"cells: {apart}"
        x = np.random.default_rng(6).standard_normal((3, 5, 4)).astype(np.float32)
        y = np.concatenate([ReferenceEvaluator(made).run(None, {"x": each[None]})[0] for each in x])
        apart = np.abs(program.run("made", x) - y.reshape(3, -1)).max() / np.abs(y).max()
        assert apart < 2e-6, f"made: {apart}"
        tokens = np.random.default_rng(8).integers(0, 9, (3, 5))
        y = np.concatenate([ReferenceEvaluator(sums).run(None, {"x": each[None]})[0] for each in tokens])
        apart = np.abs(program.run("sums", tokens.astype(np.float32)) - y.reshape(3, -1)).max() / np.abs(y).max()
        assert apart < 2e-6, f"sums: {apart}"
        graph = readers.read(HERE / "qdq_cnn.onnx")
        simplify.simplify(graph)
        of, to = (graph.tensors[name].quantization for name in (graph.inputs[0], graph.outputs[0]))
        with np.load(HERE / "qdq_cnn.npz") as data:
            # As QuantizeLinear has it: halves to the even number.
            x = np.clip(np.rint(np.moveaxis(data["x"], 1, -1) / of.scale) + of.zero_point, -128, 127).astype(np.int8)
            y = np.rint(data["y"] / to.scale) + to.zero_point
        apart = np.abs(program.run("qdq", x) - y)
        assert apart.max() <= 1 and np.count_nonzero(apart) <= 1, f"8 bits: {np.count_nonzero(apart)} numbers differ by up to {apart.max()}"
        for name in WORDS:
            with np.load(HERE / f"torch_{name}.npz") as data:
                x, y = (np.moveaxis(each, 1, -1) if each.ndim == 4 else each for each in (data["x"], data["y"]))
            apart = np.abs(program.run(name, x) - y.reshape(len(y), -1)).max() / np.abs(y).max()
            assert apart < 2e-6, f"{name}: {apart}"
            # Weights of 8 bits are near those of the file before.
            if f"dynamic_{name}" in headers:
                apart = np.abs(program.run(f"dynamic_{name}", x) - y.reshape(len(y), -1)).max() / np.abs(y).max()
                assert 1e-5 < apart < 2e-2, f"dynamic_{name}: {apart}"


def model(nodes, inputs, outputs, constants=(), opset=17):
    values = lambda named: [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name, shape in named]
    graph = helper.make_graph(nodes, "made", values(inputs), values(outputs), constants)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=8)


def write(content):
    """The model or the bytes as a file, for the length of a with."""
    return as_file(content if isinstance(content, (bytes, bytearray)) else content.SerializeToString(), ".onnx")


def unsupported():
    """All at once, by name, operator and attribute."""
    node = helper.make_node
    nodes = [node("Sin", ["x"], ["a"], name="sines"), node("GridSample", ["a", "g"], ["b"], name="grid", mode="nearest"),
             node("Relu", ["b"], ["c"]), node("Cast", ["x"], ["d"], name="steep", to=6), node("Mystery", ["x"], ["e"], name="own", domain="me", size=3)]
    inputs = [("x", [1, 2, 4, 4]), ("g", [1, 4, 4, 2])]
    with write(model(nodes, inputs, [("c", None), ("d", None), ("e", None)])) as file:
        said = refused(file.name)
    for word in ("4 nodes are not supported", "  sines: Sin: no layer", "  grid: GridSample: no layer for this operator",
                 "  steep: Cast: to type 6: numbers are cut", "  own: me.Mystery: no layer for this operator (size 3)"):
        assert word in said, said


def lookalikes():
    """What is nearly a form, and other than what that is."""
    node, number = helper.make_node, lambda name, *values: numpy_helper.from_array(np.float32(values[0] if len(values) == 1 else values), name)

    def read(nodes, shape, *constants, opset=17):
        with write(model(nodes, [("x", shape)], [("y", None)], constants, opset)) as file, tempfile.TemporaryDirectory() as work:
            code, said = run(file.name, "-o", Path(work) / "model.hpp", "--no-test")
            return " ".join((Path(work) / "model.hpp").read_text().split()) if code == 0 else said
    # Sums with such bounds would leave nothing of what they bound.
    assert "Clip<-1.0e+30," in read([node("Max", ["x", "least"], ["y"])], [1, 4], number("least", -1e30))
    assert "Clip<-3.0e+38, 100.0>" in read([node("Relu", ["x"], ["a"]), node("Min", ["a", "most"], ["y"])], [1, 4], number("most", 100))
    borders = numpy_helper.from_array(np.array([0, 0, 1, 0, 0, 1]), "borders")
    assert "y: Pad: value -1000000000.0" in read([node("Pad", ["x", "borders", "least"], ["y"])], [1, 2, 4], borders, number("least", -1e9))
    # A factor of a norm that is no constant is a factor still.
    mean = [node("ReduceMean", ["x"], ["mean"], axes=[2]), node("Sub", ["x", "mean"], ["centred"]), node("Mul", ["x", "x"], ["squares"])]
    variance = [node("ReduceMean", ["squares"], ["mean_square"], axes=[2]), node("Mul", ["mean", "mean"], ["square"]),
                node("Sub", ["mean_square", "square"], ["variance"]), node("Add", ["variance", "epsilon"], ["plus"])]
    inverse = [node("Sqrt", ["plus"], ["root"]), node("Reciprocal", ["root"], ["inverse"]), node("Sigmoid", ["x"], ["gate"])]
    text = read([*mean, *variance, *inverse, node("Mul", ["inverse", "gate"], ["factor"]), node("Mul", ["centred", "factor"], ["y"])],
                [1, 3, 4], number("epsilon", 1e-3))
    assert "Sigmoid" in text and "LayerNorm" not in text, text
    # The largest of a row, taken from a column.
    of = [node("Exp", ["less"], ["powers"]), node("ReduceSum", ["powers", "last"], ["total"]), node("Div", ["powers", "total"], ["y"])]
    for keeps in 0, 1:
        text = read([node("ReduceMax", ["x"], ["most"], axes=[2], keepdims=keeps), node("Sub", ["x", "most"], ["less"]), *of], [1, 4, 4],
                    numpy_helper.from_array(np.array([2]), "last"))
        assert ("Softmax" in text) == bool(keeps), text
    # Of one batch first as of time first.
    w, r, p = (numpy_helper.from_array(np.ones(shape, np.float32), name) for name, shape in (("w", (1, 8, 3)), ("r", (1, 8, 2)), ("p", (1, 6))))
    for layout, shape in (0, [5, 1, 3]), (1, [1, 5, 3]):
        for output in ["y"], ["", "y"]:
            text = read([node("LSTM", ["x", "w", "r"], output, hidden_size=2, layout=layout)], shape, w, r)
            assert f"LSTM<2, {'ReturnSequences, ' * (len(output) == 1)}NoBias>" in text, text
            said = read([node("LSTM", ["x", "w", "r", "", "", "", "", "p"], output, hidden_size=2, layout=layout)], shape, w, r, p)
            assert "LSTM: peepholes" in said, said


def hostile():
    """One message, exit code 1, nothing written, whatever the bytes."""
    # A name goes into the text of the header.
    for name in ('a"b.hpp', "a\\b.hpp", "a\nb.hpp"):
        code, said = run(HERE / "torch_cnn.onnx", "-o", Path(tempfile.gettempdir()) / name, "--embed", "0", "--no-test")
        assert code == 1 and "expected a name of plain letters" in said, said

    content = (HERE / "torch_cnn.onnx").read_bytes()
    for length in [*range(0, 64, 8), *range(64, len(content), 211)]:
        with write(content[:length]) as file:
            refused(file.name, "--no-test")
    source = random.Random(7)
    for _ in range(60):
        damaged = bytearray(content)
        for _ in range(source.choice((1, 2, 8))):
            damaged[source.randrange(len(damaged))] = source.choice((0, 1, 127, 128, 255, source.randrange(256)))
        with write(damaged) as file:
            taken_or_refused(file.name)

    node, x, y = helper.make_node, [("x", [1, 4])], [("y", [1, 4])]
    weight = numpy_helper.from_array(np.ones((4, 4), np.float32), "w")
    product = [node("MatMul", ["x", "w"], ["y"])]

    def tensor(**changes):
        made = TensorProto()
        made.CopyFrom(weight)
        for name, value in changes.items():
            if isinstance(value, list):
                del getattr(made, name)[:]
                getattr(made, name).extend(value)
            else:
                setattr(made, name, value)
        return model(product, x, y, [made])

    def beside(**facts):
        made = TensorProto(name="w", data_type=TensorProto.FLOAT, dims=[4, 4], data_location=TensorProto.EXTERNAL)
        for key, value in facts.items():
            made.external_data.add(key=key, value=value)
        return model(product, x, y, [made])
    huge = numpy_helper.from_array(np.array([2**31, 2**31], np.int64), "s")
    for wrong, words in (
            (model(product, x, y), "there is no tensor `w`"),
            (model([node("Relu", ["b"], ["a"]), node("Relu", ["a"], ["b"]), node("Add", ["x", "b"], ["y"])], x, y), "cycle"),
            (model([node("Relu", ["x"], ["y"]), node("Tanh", ["x"], ["y"])], x, y), "also made by something else"),
            (model([node("Relu", ["x"], ["z"])], x, y), "nothing makes the network's output `y`"),
            (model([node("Relu", ["x"], ["y"])], [("x", [1, "steps", 4])], y), "tell the shape, as in --shape x=1,8,4"),
            (model([node("Relu", ["x"], ["y"])], x, y, opset=99), "expected an opset of 9 to 22, got 99"),
            (tensor(dims=[2**62, 2**62]), "is not one of whole extents"), (tensor(dims=[2**20, 2**20]), "got 64"),
            (tensor(dims=[3, 4]), "tensor `w`"), (tensor(data_type=99), "w"), (tensor(raw_data=b"123"), "got 3"),
            (beside(location="/etc/passwd"), "a file in the model's folder"), (beside(location="../../etc/passwd"), "a file in the model's folder"),
            (beside(location="nowhere"), "a file in the model's folder"),
            (model([node("ConstantOfShape", ["s"], ["w"]), node("MatMul", ["x", "w"], ["y"])], x, y, [huge]), ""),
            (b"\x80\x04\x95cos\nsystem\n(S'true'\ntR.", ""), (b"", "expected an .onnx file")):
        with write(wrong) as file:
            said = refused(file.name)
            assert words in said, said
    # The same bytes of a file beside, again and again.
    with tempfile.TemporaryDirectory() as work:
        (Path(work) / "numbers").write_bytes(bytes(64))
        many = [beside(location="numbers").graph.initializer[0] for _ in range(5)]
        for index, each in enumerate(many):
            each.name = f"w{index}"
        nodes = [node("MatMul", ["x" if index == 0 else f"h{index}", f"w{index}"], [f"h{index + 1}"]) for index in range(5)]
        onnx.save(model(nodes, x, [("h5", [1, 4])], many), Path(work) / "model.onnx")
        said = refused(Path(work) / "model.onnx")
        assert "more than 4 times as many bytes as `numbers`" in said, said


def main():
    compare(sys.argv[1:] or ["g++"])
    unsupported()
    lookalikes()
    hostile()
    print("files of ONNX become the networks that they are, or are refused")


main()
