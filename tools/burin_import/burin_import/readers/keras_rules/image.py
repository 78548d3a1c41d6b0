"""What takes windows, borders or copies of pixels: pooling, padding, cropping, upsampling. Of sequences too."""

from ...layers.padding import border
from ...problems import Misfit, Unsupported
from .convolution import extents, rank_of, window


def pooling(operator):
    def rule(reader, call):
        rank = rank_of(call)
        return reader.add(operator, call.inputs, call.name, size=extents(call.get("pool_size"), rank, "pool_size"),
                          **window(call, rank), source=call.kind)
    return rule


def global_pooling(operator):
    def rule(reader, call):
        x = reader.shape(call.inputs[0])
        shape = (x[0], *([1] * (len(x) - 2)), x[-1]) if call.get("keepdims") else (x[0], x[-1])
        return reader.add(operator, call.inputs, call.name, shape=shape, source=call.kind)
    return rule


def adaptive(kind):
    def rule(reader, call):
        rank, x = rank_of(call), reader.shape(call.inputs[0])
        size = extents(call.get("output_size"), rank, "output_size")
        return reader.written(f"{kind}{rank}D<{', '.join(map(str, size))}>", call.inputs, call.name, (1, *size, x[-1]), source=call.kind)
    return rule


def pairs(call, option, rank):
    """How much before and behind, of each axis."""
    value = call.get(option)
    if rank == 1:
        value = [value]
    value = [[each, each] if type(each) is int else each for each in (value if isinstance(value, list) else [value] * rank)]
    if len(value) != rank or any(not isinstance(pair, list) or len(pair) != 2 or
                                 any(type(each) is not int or not 0 <= each <= 2**20 for each in pair) for pair in value):
        raise Unsupported(f"{option} {str(call.get(option))[:100]}")
    return [tuple(pair) for pair in value]


def zero_padding(reader, call):
    return reader.add("Pad", call.inputs, call.name, pads=[(0, 0), *pairs(call, "padding", rank_of(call)), (0, 0)], value=0,
                      source=call.kind)


def cropping(reader, call):
    rank, x = rank_of(call), reader.shape(call.inputs[0])
    crops = pairs(call, "cropping", rank)
    shape = (1, *(extent - sum(crop) for extent, crop in zip(x[1:-1], crops)), x[-1])
    if min(shape) < 1 or len(x) != rank + 2:
        raise Misfit(f"cropping {crops} of {list(x)}")
    if all(crop == (0, 0) for crop in crops):
        return call.inputs[0]
    return reader.written(f"Cropping{rank}D<{border(crops)}>", call.inputs, call.name, shape, source=call.kind)


def resized(reader, call, size, how):
    """Keras mixes elements as from their middles; bicubic is Keys's, without what is beyond the image."""
    mode = {"nearest": "nearest", "bilinear": "linear", "bicubic": "cubic"}.get(how) if isinstance(how, str) else None
    if mode is None:
        raise Unsupported(f"interpolation {str(how)[:100]}")
    return reader.add("Resize", call.inputs, call.name, size=size, mode=mode, coordinates="half_pixel", nearest="round_prefer_ceil",
                      cubic=-0.5, excludes=True, source=call.kind)


def upsampling(reader, call):
    rank, x = rank_of(call), reader.shape(call.inputs[0])
    if len(x) != rank + 2:
        raise Misfit(f"input {list(x)}")
    return resized(reader, call, [extent * factor for extent, factor in zip(x[1:-1], extents(call.get("size"), rank, "size"))],
                   call.get("interpolation", "nearest"))


def resizing(reader, call):
    if call.get("crop_to_aspect_ratio") or call.get("pad_to_aspect_ratio") or call.get("antialias"):
        raise Unsupported("aspect ratio or antialias")
    if len(reader.shape(call.inputs[0])) != 4:
        raise Misfit(f"input {list(reader.shape(call.inputs[0]))}")
    return resized(reader, call, extents([call.get("height"), call.get("width")], 2, "size"), call.get("interpolation", "bilinear"))


RULES = {f"{name}{rank}D": rule for rank in (1, 2, 3) for name, rule in (
    ("MaxPooling", pooling("MaxPool")), ("AveragePooling", pooling("AveragePool")), ("GlobalMaxPooling", global_pooling("GlobalMaxPool")),
    ("GlobalAveragePooling", global_pooling("GlobalAveragePool")), ("AdaptiveMaxPooling", adaptive("AdaptiveMaxPool")),
    ("AdaptiveAveragePooling", adaptive("AdaptiveAveragePool")), ("ZeroPadding", zero_padding), ("Cropping", cropping),
    ("UpSampling", upsampling))}
RULES["Resizing"] = resizing
