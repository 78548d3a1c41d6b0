#!/usr/bin/env python3
"""Writes the reference values of the tests of GLU and PReLU: what PyTorch computes in float64.

    /usr/bin/python3 tests/reference/gates_and_slopes.py
"""

import torch
import torch.nn.functional as F

from header import Header, numbers


def main():
    out = Header("gates_and_slopes", "x and dy of 5 positions of 6 channels; y, dx and the gradients of slopes.")
    x, dy, half = numbers(5, 6, seed=1, scale=4), numbers(5, 6, seed=2), numbers(5, 3, seed=3)
    slopes = numbers(6, seed=4)
    for name, values in {"x": x, "dy": dy, "half_dy": half, "slopes": slopes}.items():
        out.array(name, values)

    def case(name, f, gradient, weight=None):
        v = x.clone().requires_grad_()
        w = None if weight is None else weight.clone().requires_grad_()
        y = f(v) if w is None else f(v, w)
        y.backward(gradient)
        out.array(f"{name}_y", y.detach())
        out.array(f"{name}_dx", v.grad)
        if w is not None:
            out.array(f"{name}_dw", w.grad)

    case("glu", F.glu, half)
    case("swiglu", lambda v: v[:, :3] * F.silu(v[:, 3:]), half)
    case("prelu", F.prelu, dy, slopes)
    case("shared", F.prelu, dy, slopes[:1])
    out.write()


main()
