#!/usr/bin/env python3
"""Writes the reference values of the tests of pooling: what PyTorch computes in float64, channels last.

    /usr/bin/python3 tests/reference/pooling.py
"""

import torch
import torch.nn.functional as F

from header import Header, numbers


def main():
    out = Header("pooling", "Pooling of one sample: x, the output's gradient dy, y and dx, channels last.")
    images = {1: numbers(1, 3, 11, seed=20), 2: numbers(1, 9, 7, 6, seed=21), 3: numbers(1, 2, 5, 4, 3, seed=22)}
    # Equal elements: the first of them gets the gradient.
    images[2] = (images[2] * 8).round() / 8
    last = {rank: [0, *range(2, rank + 2), 1] for rank in images}
    for rank, image in images.items():
        out.array(f"x{rank}", image.permute(last[rank]))

    def case(name, rank, pool):
        x = images[rank].clone().requires_grad_()
        y = pool(x)
        dy = numbers(*y.shape, seed=30)
        y.backward(dy)
        for part, values in {"dy": dy, "y": y.detach(), "dx": x.grad}.items():
            out.array(f"{name}_{part}", values.permute(last[rank]))

    # Keras's padding: the odd element behind. Averages leave padding out.
    def same_average(x):
        inside = F.pad(torch.ones_like(x), (0, 1, 1, 1))
        return F.avg_pool2d(F.pad(x, (0, 1, 1, 1)), 3, 2) / F.avg_pool2d(inside, 3, 2)

    case("max1_3_stride2", 1, lambda x: F.max_pool1d(x, 3, 2))
    case("max2_2", 2, lambda x: F.max_pool2d(x, 2))
    case("max2_3_stride2_padding1", 2, lambda x: F.max_pool2d(x, 3, 2, 1))
    case("max2_same_3_stride2", 2, lambda x: F.max_pool2d(F.pad(x, (0, 1, 1, 1), value=-torch.inf), 3, 2))
    case("max2_1_stride3", 2, lambda x: F.max_pool2d(x, 1, 3))
    case("max3_2", 3, lambda x: F.max_pool3d(x, 2))
    case("average1_2", 1, lambda x: F.avg_pool1d(x, 2))
    case("average2_32_stride21", 2, lambda x: F.avg_pool2d(x, (3, 2), (2, 1)))
    case("average2_2_padding1", 2, lambda x: F.avg_pool2d(x, 2, padding=1, count_include_pad=False))
    case("average2_same_3_stride2", 2, same_average)
    case("average3_2_stride1", 3, lambda x: F.avg_pool3d(x, 2, 1))
    # What PyTorch has options for: padding that counts, a last window beyond the image, gaps under the window.
    case("max1_dilation2_padding1", 1, lambda x: F.max_pool1d(x, 3, 2, 1, 2))
    case("max2_dilation21_ceil", 2, lambda x: F.max_pool2d(x, (2, 3), 2, (1, 0), (2, 1), ceil_mode=True))
    case("max3_dilation_padding", 3, lambda x: F.max_pool3d(x, 2, 1, 1, 2))
    case("max2_ceil", 2, lambda x: F.max_pool2d(x, 2, ceil_mode=True))
    case("average1_counted", 1, lambda x: F.avg_pool1d(x, 4, 3, 2, ceil_mode=True))
    case("average2_counted", 2, lambda x: F.avg_pool2d(x, 3, 2, 1))
    case("average2_ceil", 2, lambda x: F.avg_pool2d(x, (2, 4), (2, 3), (0, 1), ceil_mode=True, count_include_pad=False))
    case("average3_counted_ceil", 3, lambda x: F.avg_pool3d(x, 3, 2, 1, ceil_mode=True))
    case("global_max2", 2, lambda x: F.adaptive_max_pool2d(x, 1))
    case("global_average3", 3, lambda x: F.adaptive_avg_pool3d(x, 1))
    case("adaptive_max1_4", 1, lambda x: F.adaptive_max_pool1d(x, 4))
    case("adaptive_average2_34", 2, lambda x: F.adaptive_avg_pool2d(x, (3, 4)))
    case("adaptive_average3_321", 3, lambda x: F.adaptive_avg_pool3d(x, (3, 2, 1)))
    out.write()


main()
