#!/usr/bin/env python3
"""Writes the reference values of the tests of elementary functions and ComplexAbs: what PyTorch computes in float64.

    /usr/bin/python3 tests/reference/elementary.py
"""

import torch

from header import Header, numbers


def main():
    out = Header("elementary", "x (positive, for roots and logarithms, and of both signs) and dy; y and dx.")
    signed, dy, half = numbers(4, 6, seed=1, scale=3), numbers(4, 6, seed=2), numbers(4, 3, seed=3)
    signed[1] = 0
    positive = numbers(4, 6, seed=4, scale=3).abs() + 0.01
    for name, values in {"signed": signed, "positive": positive, "dy": dy, "half_dy": half}.items():
        out.array(f"{name}_x" if "dy" not in name else name, values)

    def case(name, f, x, gradient):
        v = x.clone().requires_grad_()
        y = f(v)
        y.backward(gradient)
        out.array(f"{name}_y", y.detach())
        out.array(f"{name}_dx", v.grad)

    case("abs", torch.abs, signed, dy)
    case("square", torch.square, signed, dy)
    case("exp", torch.exp, signed, dy)
    case("cube", lambda v: v**3, signed, dy)
    case("sqrt", torch.sqrt, positive, dy)
    case("log", torch.log, positive, dy)
    case("inverse", lambda v: v**-1, positive, dy)
    case("inverse_root", lambda v: v**-0.5, positive, dy)
    case("real_power", lambda v: v**2.3, positive, dy)
    case("magnitude", lambda v: torch.complex(v[:, :3], v[:, 3:]).abs(), signed, half)
    out.write()


main()
