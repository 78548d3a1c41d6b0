#!/usr/bin/env python3
"""Writes the reference values of the tests of reductions, broadcasting, gathering, choosing and products of matrices: what
PyTorch computes in float64.

    /usr/bin/python3 tests/reference/tensor_layers.py
"""

import torch

from header import Header, numbers


def main():
    out = Header("tensor_layers", "x of [3, 4, 5], and what is brought together with it; outputs, and gradients for dy that counts "
                                  "from 1.")
    x, channels, pixels = numbers(3, 4, 5, seed=1, scale=3), numbers(5, seed=2), numbers(3, 4, 1, seed=3)
    left, right, one = numbers(2, 3, 4, seed=4), numbers(2, 4, 5, seed=5), numbers(4, 5, seed=6)
    for name, values in {"x": x, "channels": channels, "pixels": pixels, "left": left, "right": right, "one": one}.items():
        out.array(name, values)

    def case(name, f, *inputs):
        variables = [each.clone().requires_grad_() for each in inputs]
        y = f(*variables)
        y.backward(torch.arange(1.0, y.numel() + 1).reshape(y.shape))
        out.array(f"{name}_y", y.detach())
        for i, each in enumerate(variables):
            out.array(f"{name}_d{i}", each.grad)

    case("sum_middle", lambda v: v.sum(1), x)
    case("mean_outer", lambda v: v.mean((0, 2)), x)
    case("mean_all", lambda v: v.mean().reshape(1), x)
    case("max_last", lambda v: v.amax(2), x)
    case("max_first_two", lambda v: v.amax((0, 1)), x)
    case("min_outer", lambda v: v.amin((0, 2), keepdim=True), x)
    case("product_of_channels", lambda v, c: v * c, x, channels)
    case("sum_of_pixels", lambda v, p: v + p, x, pixels)
    case("difference_of_channels", lambda v, c: v - c, x, channels)
    case("larger_of_pixels", torch.maximum, x, pixels)
    case("outer", lambda p, c: p * c, pixels, channels)
    case("chosen", lambda v, p: torch.where(v > 0.5, v, p), x, pixels)
    case("gathered", lambda v: v[:, [3, 0, 3], :], x)
    case("products", torch.matmul, left, right)
    case("products_with_one", torch.matmul, left, one)
    case("products_transposed", lambda a, b: a.transpose(1, 2) @ b.transpose(1, 2), left, numbers(2, 5, 3, seed=7))
    out.array("other", numbers(2, 5, 3, seed=7))
    out.write()


main()
