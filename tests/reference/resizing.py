#!/usr/bin/env python3
"""Writes the reference values of the tests of padding, cropping and upsampling: what PyTorch computes in float64.

    /usr/bin/python3 tests/reference/resizing.py
"""

import torch
import torch.nn.functional as F

from header import Header, numbers


def main():
    out = Header("resizing", "Padding, cropping and upsampling of one sample: dy, y and dx, channels last.")
    images = {1: numbers(1, 3, 5, seed=50), 2: numbers(1, 5, 4, 3, seed=51), 3: numbers(1, 2, 3, 2, 3, seed=52)}
    last = {rank: [0, *range(2, rank + 2), 1] for rank in images}
    for rank, image in images.items():
        out.array(f"x{rank}", image.permute(last[rank]))

    def case(name, rank, resize):
        x = images[rank].clone().requires_grad_()
        y = resize(x)
        dy = numbers(*y.shape, seed=60)
        y.backward(dy)
        for part, values in {"dy": dy, "y": y.detach(), "dx": x.grad}.items():
            out.array(f"{name}_{part}", values.permute(last[rank]))

    case("pad1", 1, lambda x: F.pad(x, (2, 0)))
    case("pad2", 2, lambda x: F.pad(x, (2, 3, 0, 1)))
    case("pad3", 3, lambda x: F.pad(x, (1, 1, 0, 0, 2, 2)))
    case("reflect1", 1, lambda x: F.pad(x, (2, 1), mode="reflect"))
    case("reflect2", 2, lambda x: F.pad(x, (2, 1, 3, 1), mode="reflect"))
    case("reflect3", 3, lambda x: F.pad(x, (1, 1, 0, 1, 1, 0), mode="reflect"))
    case("replicate1", 1, lambda x: F.pad(x, (7, 1), mode="replicate"))
    case("replicate2", 2, lambda x: F.pad(x, (2, 1, 0, 5), mode="replicate"))
    case("replicate3", 3, lambda x: F.pad(x, (1, 2, 2, 1, 4, 0), mode="replicate"))
    case("circular1", 1, lambda x: F.pad(x, (5, 1), mode="circular"))
    case("circular2", 2, lambda x: F.pad(x, (2, 1, 1, 4), mode="circular"))
    case("circular3", 3, lambda x: F.pad(x, (1, 2, 2, 1, 1, 1), mode="circular"))
    case("crop1", 1, lambda x: F.pad(x, (-1, -1)))
    case("crop2", 2, lambda x: F.pad(x, (-1, 0, -2, -1)))
    case("nearest1", 1, lambda x: F.interpolate(x, scale_factor=3, mode="nearest"))
    case("nearest2", 2, lambda x: F.interpolate(x, scale_factor=(2, 3), mode="nearest"))
    case("nearest3", 3, lambda x: F.interpolate(x, scale_factor=2, mode="nearest"))
    case("bilinear2", 2, lambda x: F.interpolate(x, scale_factor=2, mode="bilinear", align_corners=False))
    case("bilinear31", 2, lambda x: F.interpolate(x, scale_factor=(3, 1), mode="bilinear", align_corners=False))
    out.write()


main()
