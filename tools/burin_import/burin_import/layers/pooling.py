from ..problems import Unsupported
from .convolution import options
from .fixed_point import mean_multiplier
from .layer import Layer, activations, is_int8, sample, window_size


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
            raise Unsupported(f"padding {node['padding']}: another before than behind")
        # A stride is the size unless another is given.
        strides = list(node.get("strides", size))
        chosen = [option for option in chosen if not option.startswith("Stride<")]
        if strides != size:
            chosen.append(f"Stride<{window_size(strides)}>" if len(set(strides)) == 1
                          else f"Stride<{', '.join(map(str, strides))}>")
        layer = Layer(node.name, f"{kind}{rank}D<{', '.join([window_size(size), *chosen])}>", [x], node.outputs[0])
        if is_int8(graph, x, node.outputs[0]):
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
