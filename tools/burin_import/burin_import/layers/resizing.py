import numpy as np

from ..problems import Unsupported
from .layer import Layer, activations, is_int8, sample, window_size

COORDINATES = {"half_pixel": "HalfPixel", "half_pixel_symmetric": "HalfPixelSymmetric", "align_corners": "AlignCorners",
               "asymmetric": "Asymmetric"}
ROUNDINGS = {"floor": "RoundDown", "ceil": "RoundUp", "round_prefer_floor": "HalvesDown", "round_prefer_ceil": "HalvesUp"}
MODES = {("linear", 1): "Linear", ("linear", 2): "Bilinear", ("linear", 3): "Trilinear", ("cubic", 1): "Bicubic",
         ("cubic", 2): "Bicubic"}


#: Of how many elements of an output are looked at once.
PIECE = 1 << 16


def repeats(node, extent, size, axis):
    """Whether each element is there as often as the next."""
    return all(np.array_equal(nearest_elements(node, extent, size, axis, o), o // (size // extent))
               for o in (np.arange(first, min(first + PIECE, size)) for first in range(0, size, PIECE)))


def nearest_elements(node, extent, size, axis, o):
    """Which element each of these of the output is, as kernels/resize_axis.hpp has it."""
    nearest, how = node["nearest"], node["coordinates"]
    factor = node["scales"][axis] if node.get("scales") else size / extent
    at = {"asymmetric": o / factor, "half_pixel": (o + 0.5) / factor - 0.5,
          "half_pixel_symmetric": extent / 2 * (1 - size / factor / extent) + (o + 0.5) / factor - 0.5,
          "align_corners": o * (extent - 1) / max(size - 1, 1)}[how]
    found = {"floor": np.floor(at), "ceil": np.ceil(at), "round_prefer_floor": np.ceil(at - 0.5),
             "round_prefer_ceil": np.floor(at + 0.5)}[nearest]
    return np.clip(found, 0, extent - 1)


def upsampling(node, image, size):
    """The layer for whole factors, if it gives the same."""
    factors = [big // small for big, small in zip(size, image)]
    if any(big % small for big, small in zip(size, image)) or node.get("scales"):
        return None
    if node["mode"] == "nearest":
        same = all(repeats(node, small, big, axis) for axis, (small, big) in enumerate(zip(image, size)))
        return f"UpSampling{len(size)}D<{window_size(factors)}>" if same else None
    same = node["mode"] == "linear" and node["coordinates"] == "half_pixel" and len(size) == 2
    return f"UpSampling2D<{window_size(factors)}, Bilinear>" if same else None


def options(node, rank):
    mode, coordinates = node["mode"], COORDINATES[node["coordinates"]]
    result = []
    if mode == "nearest":
        if coordinates != "Asymmetric":
            result.append(coordinates)
        usual = "RoundDown" if coordinates == "Asymmetric" else "HalvesUp"
        if ROUNDINGS[node["nearest"]] != usual:
            result.append(ROUNDINGS[node["nearest"]])
    else:
        if (mode, rank) not in MODES:
            raise Unsupported(f"mode {mode} of {rank} axes")
        result.append(MODES[mode, rank])
        if coordinates != "HalfPixel":
            result.append(coordinates)
    if mode == "cubic":
        if np.float32(node.get("cubic", -0.75)) != np.float32(-0.75):
            result.append(f"CubicCoefficient<{float(node['cubic'])!r}>")
        if node.get("excludes"):
            result.append("ExcludeOutside")
    if node.get("scales"):
        factors = [float(np.float32(each)) for each in node["scales"]]
        result.append(f"Factors<{', '.join(map(repr, factors[:1] if len(set(factors)) == 1 else factors))}>")
    return result


def resize(graph, node):
    x, = activations(graph, node, 1)
    is_quantized = is_int8(graph, x, node.outputs[0])
    if is_quantized and not graph.tensors[x].quantization.same(graph.tensors[node.outputs[0]].quantization):
        raise Unsupported("an output of another scale than the input's")
    if is_quantized and (node["mode"] == "cubic" or node["mode"] == "linear" and (len(node["size"]) > 2 or node.get("scales"))):
        raise Unsupported(f"8 bits of mode {node['mode']}")
    image, size = sample(graph, x)[:-1], list(node["size"])
    if len(size) not in (1, 2, 3) or len(image) != len(size) or min([*size, *image]) < 1:
        raise Unsupported(f"{list(image)} to {size}")
    kind = None if is_quantized else upsampling(node, image, size)
    if kind is None:
        kind = f"Resize{len(size)}D<{', '.join([window_size(size), *options(node, len(size))])}>"
    layer = Layer(node.name, kind, [x], node.outputs[0])
    if is_quantized:
        layer.constants = lambda rounding, low: []
    return [layer]


def blocks(graph, node):
    """Squares of pixels as one, or back."""
    x, = activations(graph, node, 1)
    shape, block = sample(graph, x), node["block"]
    if len(shape) != 3 or block < 1:
        raise Unsupported(f"blocks of {block} of {list(shape)}")
    if is_int8(graph, x, node.outputs[0]) and not graph.tensors[x].quantization.same(graph.tensors[node.outputs[0]].quantization):
        raise Unsupported("an output of another scale than the input's")
    kinds = {"DepthToSpace": "PixelShuffle", "SpaceToDepth": "PixelUnshuffle"} if node.get("by_channel") else {}
    layer = Layer(node.name, f"{kinds.get(node.operator, node.operator)}<{block}>", [x], node.outputs[0])
    if is_int8(graph, x, node.outputs[0]):
        layer.constants = lambda rounding, low: []
    return [layer]


RULES = {"Resize": resize, "DepthToSpace": blocks, "SpaceToDepth": blocks}
