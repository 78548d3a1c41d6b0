#!/usr/bin/env python3
"""Writes the reference values of the tests of Resize: what PyTorch computes in float64, and, of what it has not, onnx's
own program.

    python3 tests/reference/resize.py
"""

import numpy as np
import torch
import torch.nn.functional as F
from onnx import TensorProto, helper, numpy_helper
from onnx.reference import ReferenceEvaluator

from header import Header, numbers


def main():
    out = Header("resize", "Images of one sample in other sizes: dy, y and dx, channels last.")
    images = {1: numbers(1, 3, 7, seed=50), 2: numbers(1, 5, 4, 7, seed=51), 3: numbers(1, 2, 3, 4, 3, seed=52)}
    last = {rank: [0, *range(2, rank + 2), 1] for rank in images}
    for rank, image in images.items():
        out.array(f"x{rank}", image.permute(last[rank]))

    def case(name, size=None, **options):
        rank = int(name[-1])
        x = images[rank].clone().requires_grad_()
        y = F.interpolate(x, size, **options)
        dy = numbers(*y.shape, seed=60)
        y.backward(dy)
        for part, values in {"dy": dy, "y": y.detach(), "dx": x.grad}.items():
            out.array(f"{name}_{part}", values.permute(last[rank]))

    def own_case(name, x, function):
        x = x.clone().requires_grad_()
        y = function(x)
        dy = numbers(*y.shape, seed=60)
        y.backward(dy)
        out.array(f"{name}_x", x.detach().movedim(1, -1))
        for part, values in {"dy": dy, "y": y.detach(), "dx": x.grad}.items():
            out.array(f"{name}_{part}", values.movedim(1, -1))

    def depth_to_space(x, size):
        n, c, h, w = x.shape
        return x.reshape(n, size, size, c // size**2, h, w).permute(0, 3, 4, 1, 5, 2).reshape(n, c // size**2, h * size, w * size)

    def mirrored(x):
        rows, columns = (torch.tensor(np.pad(np.arange(n), pads, mode="symmetric")) for n, pads in ((4, (4, 1)), (7, (2, 0))))
        return x[:, :, rows][:, :, :, columns]

    own_case("shuffled", numbers(1, 12, 2, 3, seed=53), lambda x: F.pixel_shuffle(x, 2))
    own_case("unshuffled", numbers(1, 2, 3, 6, seed=54), lambda x: F.pixel_unshuffle(x, 3))
    own_case("to_space", numbers(1, 12, 2, 3, seed=53), lambda x: depth_to_space(x, 2))
    own_case("mirrored", images[2], mirrored)

    def onnx_case(name, size=None, factors=None, **attributes):
        rank = int(name[-1])
        image = images[rank].numpy()
        constants = [numpy_helper.from_array(np.array([1, 1, *factors], np.float32), "scales")] if factors else \
            [numpy_helper.from_array(np.array([1, image.shape[1], *size], np.int64), "sizes")]
        node = helper.make_node("Resize", ["x", "", "scales"] if factors else ["x", "", "", "sizes"], ["y"], **attributes)
        graph = helper.make_graph([node], name, [helper.make_tensor_value_info("x", TensorProto.DOUBLE, image.shape)],
                                  [helper.make_tensor_value_info("y", TensorProto.DOUBLE, None)], constants)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 19)])
        y = torch.tensor(ReferenceEvaluator(model).run(None, {"x": image})[0])
        out.array(f"{name}_y", y.permute(last[rank]))

    case("nearest1", 10, mode="nearest")
    case("exact2", (3, 10), mode="nearest-exact")
    case("nearest3", (5, 2, 4), mode="nearest")
    case("linear1", 11, mode="linear", align_corners=False)
    case("corners1", 4, mode="linear", align_corners=True)
    case("bilinear2", (7, 5), mode="bilinear", align_corners=False)
    case("corners2", (3, 12), mode="bilinear", align_corners=True)
    case("factors2", scale_factor=(1.7, 0.6), mode="bilinear", align_corners=False)
    case("bicubic2", (6, 13), mode="bicubic", align_corners=False)
    case("cubic_corners2", (9, 4), mode="bicubic", align_corners=True)
    case("trilinear3", (4, 4, 5), mode="trilinear", align_corners=False)
    case("trilinear_corners3", (1, 7, 2), mode="trilinear", align_corners=True)
    onnx_case("asymmetric2", (6, 5), mode="linear", coordinate_transformation_mode="asymmetric")
    onnx_case("symmetric2", factors=(1.8, 0.6), mode="linear", coordinate_transformation_mode="half_pixel_symmetric")
    onnx_case("outside2", (7, 5), mode="cubic", cubic_coeff_a=-0.5, exclude_outside=1)
    onnx_case("up1", (4,), mode="nearest", nearest_mode="ceil", coordinate_transformation_mode="asymmetric")
    onnx_case("halves1", (14,), mode="nearest", nearest_mode="round_prefer_floor", coordinate_transformation_mode="asymmetric")
    onnx_case("halves_up1", (14,), mode="nearest", nearest_mode="round_prefer_ceil", coordinate_transformation_mode="align_corners")
    out.write()


main()
