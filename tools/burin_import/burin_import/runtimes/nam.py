"""The networks of Neural Amp Modeler in NumPy, in doubles, from silence: what its files are compared with. Of WaveNet and LSTM
as the reader takes them."""

import numpy as np

ACTIVATIONS = {"Tanh": np.tanh, "Sigmoid": lambda x: 1 / (1 + np.exp(-x)), "ReLU": lambda x: np.maximum(x, 0),
               "SiLU": lambda x: x / (1 + np.exp(-x)), "Hardswish": lambda x: x * np.clip(x + 3, 0, 6) / 6,
               "LeakyReLU": lambda x, slope=0.01: np.where(x > 0, x, slope * x)}


class Weights:
    """The file's numbers, one tensor after the other."""

    def __init__(self, values):
        self.values, self.at = np.asarray(values, np.float32).astype(np.float64), 0

    def take(self, *shape):
        count = int(np.prod(shape))
        piece = self.values[self.at:self.at + count]
        self.at += count
        return piece.reshape(shape)


def activate(activation, x):
    name, *arguments = activation
    return ACTIVATIONS[name](x, *arguments)


def causal(x, weight, dilation=1):
    """x [channels, steps], weight [outputs, channels, kernel]."""
    outputs, _, kernel = weight.shape
    y = np.zeros((outputs, x.shape[1]))
    for k in range(kernel):
        ago = (kernel - 1 - k) * dilation
        if ago < x.shape[1]:
            y[:, ago:] += weight[:, :, k] @ x[:, :x.shape[1] - ago]
    return y


def wavenet(stacks, values, x):
    """`stacks` as the reader describes them."""
    weights = Weights(values)
    condition, h, skips = x[None], x[None], None
    for s in stacks:
        sums = s.bottleneck * (2 if s.gate else 1)
        h = weights.take(s.channels, s.inputs) @ h
        for kernel, dilation in zip(s.kernels, s.dilations):
            z = causal(h, weights.take(sums, s.channels, kernel), dilation)
            z += weights.take(sums, 1)
            z += weights.take(sums, s.condition) @ condition
            a = activate(s.activation, z[:s.bottleneck])
            if s.gate:
                a = a * activate(s.gate, z[s.bottleneck:])
            skips = a if skips is None else skips + a
            h = h + weights.take(s.channels, s.bottleneck) @ a + weights.take(s.channels, 1)
        skips = causal(skips, weights.take(s.outputs, s.bottleneck, s.head_kernel))
        if s.head_bias:
            skips = skips + weights.take(s.outputs, 1)
    return weights.take(1) * skips[0]


def lstm(layers, units, values, x):
    weights = Weights(values)
    cells = []
    for layer in range(layers):
        inputs = 1 if layer == 0 else units
        cells.append([weights.take(4 * units, inputs + units), weights.take(4 * units), weights.take(units) * 0,
                      weights.take(units) * 0])
    head, bias = weights.take(units), weights.take(1)
    sigmoid, y = ACTIVATIONS["Sigmoid"], np.zeros(len(x))
    for t, sample in enumerate(x):
        given = np.array([sample])
        for cell in cells:
            i, f, g, o = (cell[0] @ np.concatenate([given, cell[2]]) + cell[1]).reshape(4, units)
            cell[3] = sigmoid(f) * cell[3] + sigmoid(i) * np.tanh(g)
            given = cell[2] = sigmoid(o) * np.tanh(cell[3])
        y[t] = head @ given + bias[0]
    return y


def play(model, x):
    """One channel of sound through a model that the reader has read."""
    return wavenet(model.stacks, model.weights, x) if model.stacks else lstm(model.layers, model.units, model.weights, x)


def run(path, graph, samples, rounding):
    from ..readers import nam
    model = nam.model(path, size=graph.facts.get("size", 1))
    outputs = [[play(model, np.asarray(x, np.float64).reshape(-1)).astype(np.float32).reshape(-1, 1)] for (x,) in samples]
    return outputs, f"burin-import's NumPy ({np.__version__}) in doubles"
