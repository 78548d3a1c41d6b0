#!/usr/bin/env python3
"""Writes convolution.hpp: convolutions and their gradients, in Keras's layouts, from PyTorch."""

import torch
import torch.nn.functional as F

from header import Header, numbers

ROWS = 2
header = Header("convolution", "Convolutions: x, w, b, y, dy, the gradients dw and db, and xdx = the sum of x · dx over the rows.")
seed = 100


def draw(*shape):
    global seed
    seed += 1
    return numbers(*shape, seed=seed)


def channels_first(images):
    return images.movedim(-1, 1)


def channels_last(images):
    return images.movedim(1, -1)


def same(extents, kernel, stride, dilation=None):
    """Keras's padding: (before, after) for each axis."""
    pads = []
    for n, k, s, d in zip(extents, kernel, stride, dilation or [1] * len(kernel)):
        reach = (k - 1) * d + 1
        missing = max((-(-n // s) - 1) * s + reach - n, 0)
        pads.append((missing // 2, missing - missing // 2))
    return pads


def padded(x, pads):
    return F.pad(x, [p for pair in reversed(pads) for p in pair])


def record(name, x, parameters, function):
    """parameters: name -> tensor, in the layout of the header."""
    x.requires_grad_(True)
    for value in parameters.values():
        value.requires_grad_(True)
    y = channels_last(function(channels_first(x), *parameters.values()))
    dy = draw(*y.shape)
    y.backward(dy)
    header.array(f"{name}_x", x.detach())
    for key, value in parameters.items():
        header.array(f"{name}_{key}", value.detach())
        header.array(f"{name}_d{key}", value.grad)
    header.array(f"{name}_y", y.detach())
    header.array(f"{name}_dy", dy)
    header.array(f"{name}_xdx", (x * x.grad).detach().sum(0))


CONVOLVE = {1: F.conv1d, 2: F.conv2d, 3: F.conv3d}
TRANSPOSED = {1: F.conv_transpose1d, 2: F.conv_transpose2d, 3: F.conv_transpose3d}


def convolution(name, extents, channels, filters, kernel, pads, stride=None, dilation=None, groups=1):
    rank = len(extents)
    stride, dilation = stride or [1] * rank, dilation or [1] * rank
    record(name, draw(ROWS, *extents, channels),
           {"w": draw(*kernel, channels // groups, filters), "b": draw(filters)},
           lambda x, w, b: CONVOLVE[rank](padded(x, pads), w.movedim((-1, -2), (0, 1)), b, stride=stride,
                                          dilation=dilation, groups=groups))


def depthwise(name, extents, channels, multiplier, kernel, pads, stride):
    def function(x, w, b):
        turned = w.permute(2, 3, 0, 1).reshape(channels * multiplier, 1, *kernel)
        return F.conv2d(padded(x, pads), turned, b, stride=stride, groups=channels)
    record(name, draw(ROWS, *extents, channels),
           {"w": draw(*kernel, channels, multiplier), "b": draw(channels * multiplier)}, function)


def transposed(name, extents, channels, filters, kernel, stride, is_same):
    rank = len(extents)

    def function(x, w, b):
        y = TRANSPOSED[rank](x, w.movedim((-1, -2), (0, 1)), b, stride=stride)
        for axis in range(rank):
            wanted = extents[axis] * stride[axis] + (0 if is_same else max(kernel[axis] - stride[axis], 0))
            cut = (y.shape[axis + 2] - wanted) // 2
            y = y.narrow(axis + 2, cut, wanted)
        return y
    record(name, draw(ROWS, *extents, channels), {"w": draw(*kernel, filters, channels), "b": draw(filters)}, function)


def transposed_with(name, extents, channels, filters, kernel, groups=1, **options):
    """With PyTorch's own options."""
    rank = len(extents)
    record(name, draw(ROWS, *extents, channels), {"w": draw(*kernel, filters // groups, channels), "b": draw(filters)},
           lambda x, w, b: TRANSPOSED[rank](x, w.movedim((-1, -2), (0, 1)), b, groups=groups, **options))


convolution("plain", [3, 5], 3, 5, [2, 3], [(0, 0), (0, 0)])
convolution("same_strided", [5, 3], 2, 9, [4, 3], same([5, 3], [4, 3], [2, 1]), stride=[2, 1])
convolution("dilated", [6, 5], 2, 3, [3, 3], [(1, 1), (2, 2)], stride=[1, 2], dilation=[2, 1])
convolution("grouped", [3, 2], 6, 8, [3, 2], same([3, 2], [3, 2], [1, 1]), groups=2)
convolution("causal", [9], 3, 4, [3], [(4, 0)], dilation=[2])
convolution("volume", [2, 4, 3], 2, 3, [2, 3, 2], same([2, 4, 3], [2, 3, 2], [1, 2, 1]), stride=[1, 2, 1])
depthwise("depthwise", [3, 4], 9, 1, [3, 3], same([3, 4], [3, 3], [2, 2]), stride=[2, 2])
depthwise("multiplied", [3, 4], 3, 2, [3, 2], same([3, 4], [3, 2], [1, 1]), stride=[1, 1])
transposed("enlarged", [2, 3], 3, 5, [3, 4], [2, 2], is_same=True)
transposed("spread", [5], 3, 2, [3], [2], is_same=False)
transposed_with("padded", [3, 4], 3, 2, [4, 3], stride=(2, 3), padding=(1, 2), output_padding=(1, 2))
transposed_with("parted", [4, 3], 4, 6, [3, 2], groups=2, stride=2, padding=1, dilation=(1, 2), output_padding=(0, 1))
transposed_with("deep", [2, 3, 2], 3, 2, [2, 3, 3], stride=(1, 2, 2), padding=(0, 1, 1), output_padding=(0, 1, 0))
transposed_with("gaps", [4], 2, 4, [2], groups=2, stride=3, padding=1, output_padding=2)
header.write()
