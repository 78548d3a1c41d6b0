from ..graph import Node
from ..problems import Unsupported
from ..shapes import window
from .convolution import options
from .fixed_point import mean_multiplier
from .layer import Layer, activations, is_int8, one_sample, sample, window_size


def reaches_beyond(graph, node):
    """Whether the last window is part beyond the padding."""
    return node.get("ceil", False) and window(node, graph.shape(node.inputs[0]), node["size"]) != window(
        Node("", node.operator, [], [], {**node.attributes, "ceil": False}), graph.shape(node.inputs[0]), node["size"])


def pooling(kind):
    def rule(graph, node):
        x, = activations(graph, node, 1)
        shape, size = sample(graph, x), list(node["size"])
        rank = len(size)
        if rank not in (1, 2, 3) or len(shape) != rank + 1:
            raise Unsupported(f"input {list(shape)} and size {size} do not fit")
        if min(size) < 1:
            raise Unsupported(f"size {size}")
        chosen, before = options(node, size, shape)
        if before is not None:
            chosen.insert(0, f"Padding<{', '.join(str(count) for pad in before for count in pad)}>")
        reaches = [(length - 1) * dilation for length, dilation in zip(size, node.get("dilations", [1] * rank))]
        if isinstance(node.get("padding"), list) and any(max(pad) > reach for pad, reach in zip(node["padding"], reaches)):
            raise Unsupported(f"padding {node['padding']}: a window may have no element of the image")
        exact = node.get("dilations", [1] * rank) == [1] * rank and not node.get("counted")
        chosen += [*(["CeilMode"] if reaches_beyond(graph, node) else []), *(["CountPadding"] if node.get("counted") else [])]
        # A stride is the size unless another is given.
        strides = list(node.get("strides", size))
        chosen = [option for option in chosen if not option.startswith("Stride<")]
        if strides != size:
            chosen.append(f"Stride<{window_size(strides)}>" if len(set(strides)) == 1
                          else f"Stride<{', '.join(map(str, strides))}>")
        layer = Layer(node.name, f"{kind}{rank}D<{', '.join([window_size(size), *chosen])}>", [x], node.outputs[0])
        if is_int8(graph, x, node.outputs[0]):
            if not exact:
                raise Unsupported("8 bits with dilations, or with padding that counts")
            if not graph.tensors[x].quantization.same(graph.tensors[node.outputs[0]].quantization):
                raise Unsupported("an output of another scale than the input's")
            layer.clamps = True
            layer.constants = lambda rounding, low: [("low", low)]
        return [layer]
    return rule


def global_pooling(kind):
    def rule(graph, node):
        x, = activations(graph, node, 1)
        shape = sample(graph, x)
        one_sample(graph, x)
        if len(shape) not in (2, 3, 4):
            raise Unsupported(f"input {list(shape)}")
        layer = Layer(node.name, f"{kind}{len(shape) - 1}D", [x], node.outputs[0])
        if is_int8(graph, x, node.outputs[0]):
            layer.clamps = True
            count = 1
            for extent in shape[:-1]:
                count *= extent
            of, to = graph.tensors[x].quantization, graph.tensors[node.outputs[0]].quantization
            factor, shift = mean_multiplier(float(of.scale) / float(to.scale), count)
            layer.constants = (lambda rounding, low: [("low", low)]) if "Max" in kind else lambda rounding, low: [
                ("multiplier", [factor]), ("shift", shift), ("input_zero_point", of.zero_point),
                ("zero_point", to.zero_point), ("low", low)]
        return [layer]
    return rule


RULES = {"MaxPool": pooling("MaxPool"), "AveragePool": pooling("AveragePool"),
         "GlobalMaxPool": global_pooling("GlobalMaxPool"), "GlobalAveragePool": global_pooling("GlobalAveragePool")}
