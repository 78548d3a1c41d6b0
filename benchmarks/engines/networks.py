"""The networks of the works, for engines in Python: lists of layers, and their weights, the same as in networks.hpp.

A layer is a tuple of its name and what it needs; its weights come from `Weights`, in Burin's order and layout (channels
last; kernels [height, width, inputs, outputs]; a Dense layer [inputs, outputs]).

    ("input", *shape)                        first
    ("dense", units)                         over the last axis
    ("conv", filters, kernel, stride)        with zeros around it, as many as needed; kernel (height, width)
    ("conv_valid", filters, kernel)          without
    ("depthwise", kernel, stride)
    ("residual", layers, shortcut)           both from here, added
    ("relu",) ("max_pool", size) ("average_pool", (height, width)) ("flatten",) ("mean_of_steps",)
    ("lstm", units)                          the output of the last step
    ("transformer", heads, hidden)           an encoder's block, normalized behind its residuals
"""

import numpy as np

import peer


class Weights:
    """As in works.hpp."""

    def __init__(self):
        self.seed = 100

    def next(self, *shape):
        count = int(np.prod(shape))
        limit = 0.1 if len(shape) == 1 else (3 / (count // shape[-1])) ** 0.5
        values = peer.numbers(self.seed, *shape, low=-limit, high=limit)
        self.seed += 1
        return values


def separable(filters, stride=1):
    return [("depthwise", (3, 3), stride), ("relu",), ("conv", filters, (1, 1), 1), ("relu",)]


def halving_block(filters):
    return [("residual", [("conv", filters, (3, 3), 2), ("relu",), ("conv", filters, (3, 3), 1)], [("conv", filters, (1, 1), 2)]),
            ("relu",)]


NETWORKS = {
    "mlp": [("input", 784), ("dense", 128), ("relu",), ("dense", 10)],
    "lenet": [("input", 28, 28, 1), ("conv", 6, (5, 5), 1), ("relu",), ("max_pool", 2), ("conv_valid", 16, (5, 5)), ("relu",),
              ("max_pool", 2), ("flatten",), ("dense", 120), ("relu",), ("dense", 84), ("relu",), ("dense", 10)],
    "ds_cnn": [("input", 49, 10, 1), ("conv", 64, (10, 4), 2), ("relu",), *separable(64), *separable(64), *separable(64), *separable(64),
               ("average_pool", (25, 5)), ("flatten",), ("dense", 12)],
    "resnet8": [("input", 32, 32, 3), ("conv", 16, (3, 3), 1), ("relu",),
                ("residual", [("conv", 16, (3, 3), 1), ("relu",), ("conv", 16, (3, 3), 1)], []), ("relu",),
                *halving_block(32), *halving_block(64), ("average_pool", (8, 8)), ("flatten",), ("dense", 10)],
    "mobilenet": [("input", 96, 96, 3), ("conv", 8, (3, 3), 2), ("relu",), *separable(16), *separable(32, 2), *separable(32),
                  *separable(64, 2), *separable(64), *separable(128, 2), *separable(128), *separable(128), *separable(128),
                  *separable(128), *separable(128), *separable(256, 2), *separable(256), ("average_pool", (3, 3)), ("flatten",),
                  ("dense", 2)],
    "lstm128": [("input", 28, 28), ("lstm", 128), ("dense", 10)],
    "transformer": [("input", 32, 64), ("transformer", 4, 256), ("transformer", 4, 256), ("mean_of_steps",), ("dense", 10)],
    "autoencoder": [("input", 640), *[("dense", 128), ("relu",)] * 4, ("dense", 8), ("relu",), *[("dense", 128), ("relu",)] * 4,
                    ("dense", 640)],
}
SAMPLES = 64  #: that batches are of, in turn


def samples(name):
    return peer.numbers(7, SAMPLES, *NETWORKS[name][0][1:])
