#!/usr/bin/env python3
"""Writes the reference values of the tests of images: what torchvision and PyTorch compute in float64.

    python3 tests/reference/images.py
"""

import math

import torch
import torch.nn.functional as F
import torchvision
from torchvision.transforms.v2 import InterpolationMode, functional as TF

from header import Header


def image(height, width, channels, seed):
    generator = torch.Generator().manual_seed(seed)
    # Whole 256ths, which are the same numbers in every format.
    return (torch.randint(0, 257, (channels, height, width), generator=generator) / 256).double()


def main():
    out = Header("images", f"Transforms of images, channels last: what torchvision {torchvision.__version__} makes of them.")
    grey, colour, eight = image(7, 5, 1, 1), image(7, 5, 3, 2), image(8, 8, 3, 3)

    def array(name, values):
        values = torch.as_tensor(values).double().permute(1, 2, 0).reshape(-1)
        # Nine digits: less than the tolerance of the tests, and a third of the bytes.
        text = ", ".join(f"{v:.9g}" for v in values.tolist())
        out.lines.append(f"inline constexpr double {name}[] = {{{text}}};")

    array("grey", grey)
    array("colour", colour)
    array("eight", eight)

    # Sizes, from 7 x 5 to smaller, larger and mixed ones.
    for size in [(3, 2), (11, 13), (4, 9)]:
        name = f"{size[0]}x{size[1]}"
        for mode in ["nearest-exact", "area", "bilinear", "bicubic"]:
            plain = F.interpolate(grey[None], size=size, mode=mode)[0]
            array(f"{mode.replace('-exact', '')}_{name}", plain)
            if mode.startswith("bi"):
                smooth = F.interpolate(grey[None], size=size, mode=mode, antialias=True)[0]
                array(f"{mode}_antialias_{name}", smooth)
    array("bilinear_colour", F.interpolate(colour[None], size=(3, 4), mode="bilinear", antialias=True)[0])

    array("greyed", TF.rgb_to_grayscale(colour))
    # torchvision makes floats of mean and deviation.
    array("normalized", (colour - torch.tensor([0.485, 0.456, 0.406]).view(3, 1, 1)) / torch.tensor([0.229, 0.224, 0.225]).view(3, 1, 1))
    array("reflected", F.pad(grey[None], (2, 3, 4, 1), mode="reflect")[0])
    array("replicated", F.pad(grey[None], (2, 3, 4, 1), mode="replicate")[0])
    array("flipped_horizontally", TF.horizontal_flip(colour))
    array("flipped_vertically", TF.vertical_flip(colour))

    bilinear, nearest = InterpolationMode.BILINEAR, InterpolationMode.NEAREST
    array("rotated", TF.rotate(colour, 25, interpolation=bilinear))
    array("rotated_nearest", TF.rotate(eight, 33, interpolation=nearest))
    array("affine", TF.affine(eight, angle=-20, translate=[1, 2], scale=0.8, shear=[10, -5], interpolation=bilinear))
    start, end = [[0, 0], [8, 0], [8, 8], [0, 8]], [[1, 0.5], [7.5, 1], [7, 6.5], [0.25, 8]]
    array("perspective", TF.perspective(eight, start, end, interpolation=bilinear))

    # A displacement in pixels, which torchvision wants in halves of the extent.
    generator = torch.Generator().manual_seed(9)
    moves = (torch.rand(1, 8, 8, 2, generator=generator).double() * 4 - 2)
    array("moves", moves[0].permute(2, 0, 1))
    array("displaced", TF.elastic(eight, moves / 4, interpolation=bilinear))

    for factor in [0.0, 0.4, 1.7]:
        name = str(factor).replace(".", "_")
        array(f"brightness_{name}", TF.adjust_brightness(colour, factor))
        array(f"contrast_{name}", TF.adjust_contrast(colour, factor))
        array(f"saturation_{name}", TF.adjust_saturation(colour, factor))
        array(f"sharpness_{name}", TF.adjust_sharpness(colour, factor))
    for turns in [-0.5, 0.1, 0.35]:
        array(f"hue_{str(turns).replace('.', '_').replace('-', 'minus_')}", TF.adjust_hue(colour, turns))

    array("inverted", TF.invert(colour))
    for bits in [1, 4]:
        array(f"posterized_{bits}", TF.posterize(colour, bits))
    array("solarized", TF.solarize(colour, 0.6))
    array("stretched", TF.autocontrast(colour * 0.5 + 0.2))
    # Few different values on many pixels, so that there is something to equalize.
    ramp = torch.tensor([[[(((x * 7 + y * 13) % 97) / 97.0) ** 2 for x in range(40)] for y in range(40)]])
    array("equalized", TF.equalize(ramp)[:, :4])

    array("blurred", TF.gaussian_blur(colour, [3, 3], [0.8, 0.8]))
    array("blurred_wide", TF.gaussian_blur(eight, [7, 7], [2.0, 2.0]))

    # RandAugment's own at magnitude 30 of 30.
    array("shear_x", TF.affine(eight, angle=0, translate=[0, 0], scale=1.0, shear=[math.degrees(math.atan(0.3)), 0],
                               interpolation=nearest, center=[0, 0]))
    array("translate_x", TF.affine(eight, angle=0, translate=[int(150 / 331 * 8), 0], scale=1.0, shear=[0, 0],
                                   interpolation=nearest))
    array("randaugment_rotate", TF.rotate(eight, 30, interpolation=nearest))
    out.write()


main()
