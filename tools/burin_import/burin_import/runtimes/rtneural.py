"""The layers of RTNeural's files in NumPy, in doubles, from silence: Keras's formulas, written from the file."""

import json

import numpy as np


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def softmax(x):
    e = np.exp(x - x.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


ACTIVATIONS = {"": lambda x: x, "tanh": np.tanh, "relu": lambda x: np.maximum(x, 0), "sigmoid": sigmoid, "softmax": softmax,
               "elu": lambda x: np.where(x > 0, x, np.expm1(np.minimum(x, 0)))}


def conv1d(x, w, layer):
    (kernel, _, filters), dilation, groups = w[0].shape, layer.get("dilation", 1), layer.get("groups", 1)
    dilation = dilation[0] if isinstance(dilation, list) else dilation
    reach = (kernel - 1) * dilation
    told = layer["shape"][1]
    if told is None or told == len(x):
        x = np.concatenate([np.zeros((reach, x.shape[1])), x])
    steps, parts = len(x) - reach, []
    for g in range(groups):
        channels = x[:, g * x.shape[1] // groups:(g + 1) * x.shape[1] // groups]
        weight = w[0][:, :, g * filters // groups:(g + 1) * filters // groups]
        parts.append(sum(channels[k * dilation:k * dilation + steps] @ weight[k] for k in range(kernel)))
    return np.concatenate(parts, 1) + (w[1] if len(w) > 1 else 0)


def lstm(x, w):
    units = w[1].shape[0]
    h, c, rows = np.zeros(units), np.zeros(units), []
    for step in x:
        i, f, g, o = (step @ w[0] + h @ w[1] + w[2]).reshape(4, units)
        c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
        h = sigmoid(o) * np.tanh(c)
        rows.append(h)
    return np.array(rows)


def gru(x, w):
    units = w[1].shape[0]
    h, rows = np.zeros(units), []
    for step in x:
        zi, ri, ni = (step @ w[0] + w[2][0]).reshape(3, units)
        zh, rh, nh = (h @ w[1] + w[2][1]).reshape(3, units)
        z, r = sigmoid(zi + zh), sigmoid(ri + rh)
        h = z * h + (1 - z) * np.tanh(ni + r * nh)
        rows.append(h)
    return np.array(rows)


def batchnorm(x, w, epsilon):
    scale, shift, mean, variance = w if len(w) == 4 else [1, 0, *w]
    return (x - mean) / np.sqrt(variance + epsilon) * scale + shift


def play(layers, x):
    for layer in layers:
        w = [np.array(each, np.float64) for each in layer.get("weights", [])]
        kind, activation = layer["type"], layer.get("activation") or ""
        if kind in ("dense", "time-distributed-dense"):
            x = x @ w[0] + (w[1] if len(w) > 1 else 0)
        elif kind == "conv1d":
            x = conv1d(x, w, layer)
        elif kind in ("lstm", "gru"):
            x, activation = (lstm(x, w) if kind == "lstm" else gru(x, w)), ""
        elif kind == "batchnorm":
            x = batchnorm(x, w, layer["epsilon"])
        elif kind == "prelu":
            x = np.where(x > 0, x, x * w[0])
        x = ACTIVATIONS[activation](x)
    return x


def run(path, graph, samples, rounding):
    layers = json.loads(path.read_text(encoding="utf-8"))["layers"]
    outputs = [[play(layers, np.asarray(x, np.float64)).astype(np.float32)] for (x,) in samples]
    return outputs, f"burin-import's NumPy ({np.__version__}) in doubles"
