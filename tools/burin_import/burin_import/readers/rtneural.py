""".json of RTNeural's `save_model`: Keras's layers in a line, with their weights."""

import numpy as np

from ..graph import Graph, Node, Tensor
from .nam import LARGEST, STEPS, at, count, fail, loads

ACTIVATIONS = {"tanh": "Tanh", "relu": "Relu", "sigmoid": "Sigmoid", "softmax": "Softmax", "elu": "Elu"}


class Reader:
    def __init__(self, path):
        tree = loads(path.read_text(encoding="utf-8"))
        layers = at(tree, "layers", "")
        if not isinstance(layers, list) or not layers or len(layers) > 1000:
            fail("layers", "a list of 1 to 1000 layers", "another value")
        shape = self.shape_of(at(tree, "in_shape", ""), "in_shape")
        self.graph = Graph(path.stem, ["sound"], [], {"sound": Tensor("sound", shape)}, [])
        self.graph.facts = {"sample_rate": float(tree["samplerate"])} if self.is_number(tree.get("samplerate")) else {}
        self.last = "sound"
        for index, layer in enumerate(layers):
            self.place, self.index = f"layers[{index}].", index
            self.read(layer)
        self.graph.outputs = [self.last]

    @staticmethod
    def is_number(value):
        return type(value) in (int, float)

    @staticmethod
    def shape_of(shape, place):
        """The batch and every number of steps that is not told are null."""
        if not isinstance(shape, list) or not 2 <= len(shape) <= 4:
            fail(place, "two to four extents", shape)
        return (1, *(STEPS if each is None else count(each, place, 2**20) for each in shape[1:]))

    def array(self, layer, index, *shape):
        """Weights of a shape, whose extents are known or -1."""
        weights = at(layer, "weights", self.place)
        place = f"{self.place}weights[{index}]"
        if not isinstance(weights, list) or index >= len(weights):
            fail(place, "it to be there", "nothing")
        try:
            values = np.array(weights[index], np.float64)
        except (ValueError, TypeError):
            fail(place, "lists of numbers of one length", "others")
        if values.ndim != len(shape) or any(wish not in (-1, has) for wish, has in zip(shape, values.shape)) or 0 in values.shape:
            fail(place, str([each if each > 0 else "…" for each in shape]), str(list(values.shape)))
        if not np.all(np.isfinite(values)) or np.abs(values).max() > LARGEST:
            fail(place, "numbers that a float holds", "others")
        return values.astype(np.float32)

    def add(self, operator, shape=None, constants=(), **attributes):
        graph, shape = self.graph, self.graph.shape(self.last) if shape is None else shape
        names = [graph.add_tensor(f"{self.index}_{name}", shape=values.shape, data=values) for name, values in constants]
        output = graph.add_tensor(f"{self.index}_{operator.lower()}", shape=tuple(shape))
        source = attributes.pop("source", operator)
        graph.nodes.append(Node(f"{source}_{self.index}", operator, [self.last, *names], [output], attributes, source))
        self.last = output

    def read(self, layer):
        kind = at(layer, "type", self.place)
        if not isinstance(kind, str):
            fail(self.place + "type", "a text", kind)
        rule = getattr(self, "read_" + kind.replace("-", "_"), None)
        if rule is None:
            # What is not supported is reported with all else that is not: reading goes on behind it.
            told = layer.get("shape")
            self.add(kind, self.shape_of(told, self.place + "shape") if told is not None else None, source=kind)
        else:
            rule(layer)
        # A recurrent layer's is its own.
        if kind not in ("lstm", "gru", "activation"):
            self.activate(layer)

    def activate(self, layer):
        name = layer.get("activation") or ""
        if name and name not in ACTIVATIONS:
            fail(self.place + "activation", ", ".join(ACTIVATIONS), name)
        if name:
            self.add(ACTIVATIONS[name], source=name)

    def channels(self):
        return self.graph.shape(self.last)[-1]

    def has_bias(self, layer):
        return len(at(layer, "weights", self.place)) > 1

    def read_dense(self, layer):
        weight = self.array(layer, 0, self.channels(), -1)
        bias = [("bias", self.array(layer, 1, weight.shape[1]))] if self.has_bias(layer) else []
        self.add("Dense", (*self.graph.shape(self.last)[:-1], weight.shape[1]), [("weight", weight), *bias], source="dense")

    read_time_distributed_dense = read_dense

    def read_activation(self, layer):
        self.activate(layer)

    def read_conv1d(self, layer):
        shape = self.graph.shape(self.last)
        if len(shape) != 3:
            fail(self.place + "type", "[steps, channels] before it", str(list(shape[1:])))
        groups = count(layer.get("groups", 1), self.place + "groups")
        weight = self.array(layer, 0, -1, -1, -1)
        dilation = layer.get("dilation", 1)
        dilation = count(dilation[0] if isinstance(dilation, list) and dilation else dilation, self.place + "dilation", 2**20)
        if weight.shape[1] * groups != shape[2]:
            fail(self.place + "weights[0]", f"{shape[2] // groups} channels of a group", str(weight.shape[1]))
        bias = [("bias", self.array(layer, 1, weight.shape[2]))] if self.has_bias(layer) else []
        # Its program has causal ones, and others where the file tells fewer steps.
        told, fewer = layer.get("shape"), shape[1] - (weight.shape[0] - 1) * dilation
        is_valid = isinstance(told, list) and len(told) == 3 and told[1] is not None and told[1] == fewer < shape[1]
        self.add("Conv", (1, fewer if is_valid else shape[1], weight.shape[2]), [("weight", weight), *bias], strides=[1],
                 dilations=[dilation], groups=groups, padding=[(0, 0)] if is_valid else "causal", source="conv1d")

    def recurrent(self, layer, kind, gates, biases, ordered=lambda values: values):
        if layer.get("activation") not in (None, "", "tanh"):
            fail(self.place + "activation", "tanh", layer["activation"])
        weight = self.array(layer, 0, self.channels(), -1)
        units = weight.shape[1] // gates
        if units * gates != weight.shape[1]:
            fail(self.place + "weights[0]", f"columns for {gates} gates", str(weight.shape[1]))
        recurrent = self.array(layer, 1, units, gates * units)
        self.add("Written", (*self.graph.shape(self.last)[:-1], units), type=f"{kind}<{units}, ReturnSequences>",
                 parameters=[("weight", ordered(weight)), ("recurrent_weight", ordered(recurrent)), *biases(units)], panels=True, source=kind.lower())

    def read_lstm(self, layer):
        self.recurrent(layer, "LSTM", 4, lambda units: [("bias", self.array(layer, 2, 4 * units))])

    def read_gru(self, layer):
        def ordered(values):
            """Burin's gates are r, z and n, Keras's z, r and n."""
            z, r, n = np.split(values, 3, -1)
            return np.concatenate([r, z, n], -1)

        def biases(units):
            both = ordered(self.array(layer, 2, 2, 3 * units))
            return [("bias", both[0]), ("recurrent_bias", both[1])]
        self.recurrent(layer, "GRU", 3, biases, ordered)

    def read_batchnorm(self, layer):
        kept = [self.array(layer, index, self.channels()) for index in range(len(at(layer, "weights", self.place)))]
        if len(kept) not in (2, 4):
            fail(self.place + "weights", "mean and variance, before them scale and shift or not", f"{len(kept)} lists")
        epsilon = at(layer, "epsilon", self.place)
        if not self.is_number(epsilon) or not 0 < epsilon < 1e6:
            fail(self.place + "epsilon", "a positive number", epsilon)
        if len(kept) == 2:
            kept = [np.ones_like(kept[0]), np.zeros_like(kept[0]), *kept]
        self.add("BatchNorm", None, list(zip(("scale", "shift", "mean", "variance"), kept)), epsilon=epsilon, source="batchnorm")

    def read_prelu(self, layer):
        alpha = self.array(layer, 0, 1, -1)
        if alpha.shape[1] not in (1, self.channels()):
            fail(self.place + "weights[0]", f"1 or {self.channels()} slopes", str(alpha.shape[1]))
        if np.all(alpha == alpha[0, 0]) and alpha[0, 0] > 0:
            self.add("LeakyRelu", alpha=float(alpha[0, 0]), source="prelu")
        else:
            self.add("PRelu", None, [("slopes", alpha.reshape(-1))], source="prelu")


def read(path):
    return Reader(path).graph
