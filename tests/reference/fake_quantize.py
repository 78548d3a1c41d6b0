#!/usr/bin/env python3
"""Writes the reference values of the tests of quantization-aware training: what PyTorch computes in float64.

    /usr/bin/python3 tests/reference/fake_quantize.py
"""

import torch
import torch.nn.functional as F
from torch.ao.quantization import MovingAverageMinMaxObserver

from header import Header, numbers


def scales_of(weight, channel_axis):
    """Of the largest magnitude of each channel."""
    others = [axis for axis in range(weight.dim()) if axis != channel_axis]
    return (weight.abs().amax(others) / 127).float()


def fake_quantized(weight, channel_axis):
    scales = scales_of(weight.detach(), channel_axis)
    zeros = torch.zeros(len(scales), dtype=torch.int32)
    return torch.fake_quantize_per_channel_affine(weight, scales, zeros, channel_axis, -127, 127)


def main():
    out = Header("fake_quantize", "Fake quantization: activations x in three batches, weights of three layers; "
                                  "gradients dx and dw for given dy.")

    # Activations: the range moves, then each batch is rounded with it.
    observer = MovingAverageMinMaxObserver(averaging_constant=0.1, dtype=torch.qint8,
                                           qscheme=torch.per_tensor_affine)
    x = torch.stack([numbers(37, seed=batch, scale=scale) for batch, scale in enumerate([1.0, 2.5, 0.5])])
    dy = numbers(3, 37, seed=9)
    out.array("x", x)
    out.array("dy", dy)
    ranges, scales, zero_points, ys, dxs = [], [], [], [], []
    for batch in range(3):
        observer(x[batch])
        scale, zero_point = observer.calculate_qparams()
        one = x[batch].clone().requires_grad_()
        y = torch.fake_quantize_per_tensor_affine(one, float(scale), int(zero_point), -128, 127)
        y.backward(dy[batch])
        ranges += [float(observer.min_val), float(observer.max_val)]
        scales.append(float(scale))
        zero_points.append(int(zero_point))
        ys.append(y.detach())
        dxs.append(one.grad)
    out.array("range", ranges)
    out.array("scale", scales)
    out.array("zero_point", zero_points, kind="int")
    out.array("y", torch.stack(ys))
    out.array("dx", torch.stack(dxs))

    def layer(name, x, weight, bias, channel_axis, function, to_last=lambda t: t, weight_to_last=lambda t: t):
        x, weight, bias = (t.clone().requires_grad_() for t in (x, weight, bias))
        y = function(x, fake_quantized(weight, channel_axis), bias)
        dy = numbers(*y.shape, seed=30)
        y.backward(dy)
        for part, values in {"x": x, "dy": dy, "y": y, "dx": x.grad}.items():
            out.array(f"{name}_{part}", to_last(values.detach()))
        for part, values in {"weight": weight, "dweight": weight.grad}.items():
            out.array(f"{name}_{part}", weight_to_last(values.detach()))
        out.array(f"{name}_bias", bias.detach())
        out.array(f"{name}_dbias", bias.grad)

    layer("dense", numbers(2, 5, seed=20), numbers(5, 19, seed=21), numbers(19, seed=22), 1,
          lambda x, w, b: x @ w + b)
    channels_last = lambda t: t.permute(0, 2, 3, 1)
    layer("conv", numbers(1, 2, 4, 5, seed=23), numbers(19, 2, 3, 3, seed=24), numbers(19, seed=25), 0,
          lambda x, w, b: F.conv2d(x, w, b, padding=1), channels_last, lambda t: t.permute(2, 3, 1, 0))
    layer("depthwise", numbers(1, 5, 4, 5, seed=26), numbers(5, 1, 3, 3, seed=27), numbers(5, seed=28), 0,
          lambda x, w, b: F.conv2d(x, w, b, groups=5), channels_last, lambda t: t.permute(2, 3, 0, 1))
    out.write()


main()
