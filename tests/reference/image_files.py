#!/usr/bin/env python3
"""Writes small PNG and JPEG files, and what Pillow reads of them, for the tests of the decoders.

    python3 tests/reference/image_files.py
"""

import io

import numpy
from PIL import Image, ImageOps

from header import Header

rng = numpy.random.default_rng(7)
out = Header("image_files", f"Files, and what Pillow {Image.__version__} reads of them.")


def smooth(height, width, channels):
    y, x, c = numpy.mgrid[0:height, 0:width, 0:channels]
    return (128 + 80 * numpy.sin(x * 0.5 + c) + 40 * numpy.cos(y * 0.7 - c)).clip(0, 255).astype(numpy.uint8)


def file_of(image, kind, **options):
    stream = io.BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()


def case(name, image, kind, mode, **options):
    file = file_of(image, kind, **options)
    out.array(f"{name}_file", list(file), "unsigned char")
    read = numpy.asarray(ImageOps.exif_transpose(Image.open(io.BytesIO(file))).convert(mode))
    out.array(f"{name}_values", read.astype(int).reshape(-1).tolist(), "unsigned char")


grey = Image.fromarray(rng.integers(0, 256, (5, 7), dtype=numpy.uint8))
rgb = Image.fromarray(rng.integers(0, 256, (5, 7, 3), dtype=numpy.uint8))
rgba = Image.fromarray(rng.integers(0, 256, (5, 7, 4), dtype=numpy.uint8))
case("grey", grey, "PNG", "L")
case("one_bit", grey.convert("1"), "PNG", "L")
case("grey_alpha", rgba.convert("LA"), "PNG", "LA")
case("rgb", rgb, "PNG", "RGB")
case("rgba", rgba, "PNG", "RGBA")
palette = rgb.quantize(5)
case("palette", palette, "PNG", "RGB", bits=4)
case("palette_alpha", palette, "PNG", "RGBA", transparency=2)

deep = rng.integers(0, 65536, (5, 7), dtype=numpy.uint16)
file = file_of(Image.fromarray(deep), "PNG")
out.array("deep_file", list(file), "unsigned char")
out.array("deep_values", (deep / 65535.0).reshape(-1).tolist())

turned = Image.Exif()
turned[0x0112] = 6
case("png_turned", rgb, "PNG", "RGB", exif=turned)

case("jpeg_grey", Image.fromarray(smooth(5, 7, 1)[:, :, 0]), "JPEG", "L")
colour = Image.fromarray(smooth(9, 11, 3))
case("jpeg_rgb", colour, "JPEG", "RGB")
case("jpeg_progressive", colour, "JPEG", "RGB", progressive=True)
case("jpeg_cmyk", Image.fromarray(smooth(5, 7, 4), "CMYK"), "JPEG", "CMYK")
small = Image.fromarray(smooth(2, 3, 1)[:, :, 0])
for orientation in range(1, 9):
    exif = Image.Exif()
    exif[0x0112] = orientation
    case(f"jpeg_turned{orientation}", small, "JPEG", "L", exif=exif, quality=95)
out.write()
