""".keras of Keras 3: the configuration and the weights, by json and h5py. Nothing in it is run."""

import json
import zipfile

import numpy as np

from .. import keras_weights
from ..graph import Graph, Node, Tensor
from ..problems import Refused
from ..shapes import EXPECTED

ACTIVATIONS = {"relu": "Relu", "relu6": "Relu6", "leaky_relu": "LeakyRelu", "elu": "Elu", "selu": "Selu", "gelu": "Gelu",
               "silu": "Silu", "swish": "Silu", "sigmoid": "Sigmoid", "tanh": "Tanh", "softplus": "Softplus",
               "softsign": "Softsign", "mish": "Mish", "log_sigmoid": "LogSigmoid", "hard_sigmoid": "HardSigmoid",
               "hard_silu": "HardSwish", "hard_swish": "HardSwish",
               "softmax": "Softmax", "log_softmax": "LogSoftmax"}
MERGES = {"Add": "Add", "Subtract": "Subtract", "Multiply": "Multiply", "Average": "Average", "Maximum": "Maximum",
          "Minimum": "Minimum"}
#: What does nothing when a network answers.
ONLY_TRAINS = {"Dropout", "SpatialDropout1D", "SpatialDropout2D", "GaussianNoise", "GaussianDropout", "Identity",
               "ActivityRegularization"}


def read(path):
    if path.suffix.lower() != ".keras":
        raise Refused("expected a .keras file, which says what its layers are; .h5 of Keras 2 and .weights.h5 are not read")
    try:
        with zipfile.ZipFile(path) as archive:
            config = json.loads(keras_weights.read_member(archive, "config.json", path.stat().st_size))
    except zipfile.BadZipFile:
        raise Refused("expected a .keras file, which is a zip archive") from None
    _, variables, _ = keras_weights.read_model(path)
    return Reader(path.stem, config, variables).graph


class Reader:
    def __init__(self, name, model, variables):
        self.variables = variables
        self.graph = Graph(name, [], [], {}, [])
        if model["class_name"] == "Sequential":
            last = self.sequential(model["config"]["layers"], "", None)
            self.graph.outputs = [last]
        else:
            self.functional(model["config"])

    # Models

    def named(self, layers, prefix):
        """Each layer with the group of its variables."""
        counts = {}
        for layer in layers:
            group = keras_weights.snake_case(layer["class_name"])
            counts[group] = counts.get(group, -1) + 1
            yield layer, f"{prefix}layers/{group}" + (f"_{counts[group]}" if counts[group] else "")

    def sequential(self, layers, prefix, last):
        for layer, group in self.named(layers, prefix):
            kind, config = layer["class_name"], layer["config"]
            if kind == "InputLayer":
                last = self.input(config) if last is None else last
            elif kind == "Sequential":
                last = self.sequential(config["layers"], group + "/", last)
            elif last is None:
                raise Refused("expected a model that is built, whose input's shape is in the file")
            else:
                last = self.layer(kind, config, group, [last])
        return last

    def functional(self, config):
        made = {}
        for layer, group in self.named(config["layers"], ""):
            kind, own = layer["class_name"], layer["config"]
            if kind == "InputLayer":
                made[layer["name"]] = self.input(own)
                continue
            calls = layer["inbound_nodes"]
            if len(calls) != 1:
                raise Refused(f"layer '{layer['name']}': expected it to be used once, got {len(calls)} times")
            inputs = [made[history[0]] for history in tensors_of(calls[0]["args"])]
            made[layer["name"]] = self.layer(kind, own, group, inputs)
        flat = lambda each: [each] if isinstance(each[0], str) else each  # noqa: E731
        self.graph.inputs = [made[history[0]] for history in flat(config["input_layers"])]
        self.graph.outputs = [made[history[0]] for history in flat(config["output_layers"])]

    def input(self, config):
        shape = config.get("batch_shape") or config.get("batch_input_shape")
        if not isinstance(shape, list) or any(not isinstance(extent, int) for extent in shape[1:]):
            raise Refused(f"input '{config['name']}': expected a shape of whole extents, got {shape}")
        name = self.graph.new_name(config["name"])
        self.graph.tensors[name] = Tensor(name, (1, *shape[1:]))
        self.graph.inputs.append(name)
        return name

    # Layers

    def add(self, operator, inputs, name, constants=(), shape=None, **attributes):
        graph = self.graph
        names = [graph.add_tensor(f"{name}/{part}", shape=values.shape, data=values) for part, values in constants]
        if operator == "Reshape":
            attributes["shape"] = tuple(shape)
        node = Node(name, operator, [*inputs, *names], [""], attributes, attributes.pop("source", operator))
        if shape is None:
            rule = EXPECTED.get(operator)
            shape = rule(node, *(graph.shape(each) for each in node.inputs)) if rule else graph.shape(inputs[0])
        node.outputs = [graph.add_tensor(name, shape=tuple(int(extent) for extent in shape))]
        graph.nodes.append(node)
        return node.outputs[0]

    def layer(self, kind, config, group, inputs):
        name, own = config["name"], self.variables.get(group, [])
        x = inputs[0]
        if kind in ONLY_TRAINS:
            return x
        if config.get("data_format") == "channels_first":
            return self.add(kind, inputs, name, why="channels are last in Burin")
        rule = getattr(self, "read_" + keras_weights.snake_case(kind), None)
        if rule is not None:
            x = rule(config, own, inputs, name, group)
        elif kind in MERGES:
            x = self.add(MERGES[kind], inputs, name, source=kind)
        else:
            return self.add(kind, inputs, name, why="is code, which is not run" if kind == "Lambda" else None)
        return self.activate(config.get("activation"), x, name) if kind not in keras_weights.RECURRENT else x

    def activate(self, activation, x, name):
        if activation in (None, "linear"):
            return x
        operator = ACTIVATIONS.get(activation) if isinstance(activation, str) else None
        attributes = {"alpha": 0.2} if operator == "LeakyRelu" else {"axis": -1} if activation in ("softmax", "log_softmax") \
            else {}
        y = self.add(operator or f"activation {activation}", [x], f"{name}/activation", **attributes)
        self.graph.tensors[y].called = name
        return y

    @staticmethod
    def weight_and_bias(own):
        return list(zip(("weight", "bias"), own))

    @staticmethod
    def window(config):
        padding = config.get("padding", "valid")
        attributes = {"padding": padding} if padding != "valid" else {}
        for key, name in ("strides", "strides"), ("dilation_rate", "dilations"):
            if config.get(key) is not None:
                value = config[key]
                attributes[name] = list(value) if isinstance(value, list) else [value]
        return attributes

    def read_dense(self, config, own, inputs, name, group):
        return self.add("Dense", inputs, name, self.weight_and_bias(own), source="Dense")

    def read_conv2d(self, config, own, inputs, name, group):
        return self.add("Conv", inputs, name, self.weight_and_bias(own), **self.window(config), groups=config.get("groups", 1),
                        source=f"Conv{own[0].ndim - 2}D")

    read_conv1d = read_conv3d = read_conv2d

    def read_conv2d_transpose(self, config, own, inputs, name, group):
        image, kernel = self.graph.shape(inputs[0])[1:-1], own[0].shape[:-2]
        options = self.window(config)
        strides, dilations = options["strides"], options.get("dilations", [1] * len(kernel))
        more, is_same = config.get("output_padding"), config.get("padding") == "same"
        more = more if isinstance(more, list) or more is None else [more] * len(kernel)
        target, crops = [], []
        for axis, extent in enumerate(image):
            stride, reach = strides[axis], (kernel[axis] - 1) * dilations[axis] + 1
            whole = (extent - 1) * stride + max(reach, stride)
            if more is None or more[axis] is None:
                target.append(extent * stride if is_same else whole)
            else:
                target.append((extent - 1) * stride + reach - (reach // 2 * 2 if is_same else 0) + more[axis])
            before = max((extent - 1) * stride + reach - target[-1], 0) // 2
            crops.append((before, whole - target[-1] - before))
        return self.add("ConvTranspose", inputs, name, self.weight_and_bias(own), (1, *target, own[0].shape[-2]), strides=strides,
                        dilations=dilations, crops=crops, source=f"Conv{len(kernel)}DTranspose")

    read_conv1d_transpose = read_conv3d_transpose = read_conv2d_transpose

    def read_depthwise_conv2d(self, config, own, inputs, name, group):
        return self.add("DepthwiseConv", inputs, name, self.weight_and_bias(own), **self.window(config),
                        source="DepthwiseConv2D")

    def read_separable_conv2d(self, config, own, inputs, name, group):
        x = self.add("DepthwiseConv", inputs, f"{name}/depthwise", [("weight", own[0])], **self.window(config),
                     source="SeparableConv2D")
        return self.add("Conv", [x], name, self.weight_and_bias(own[1:]), source="SeparableConv2D")

    def pool(operator):  # noqa: N805
        def rule(self, config, own, inputs, name, group):
            size = config["pool_size"]
            return self.add(operator, inputs, name, size=list(size) if isinstance(size, list) else [size],
                            **self.window(config), source=operator)
        return rule

    read_max_pooling1d = read_max_pooling2d = read_max_pooling3d = pool("MaxPool")
    read_average_pooling1d = read_average_pooling2d = read_average_pooling3d = pool("AveragePool")

    def global_pool(operator):  # noqa: N805
        def rule(self, config, own, inputs, name, group):
            x = self.graph.shape(inputs[0])
            shape = (x[0], *([1] * (len(x) - 2)), x[-1]) if config.get("keepdims") else (x[0], x[-1])
            return self.add(operator, inputs, name, shape=shape, source=operator)
        return rule

    read_global_max_pooling1d = read_global_max_pooling2d = global_pool("GlobalMaxPool")
    read_global_average_pooling1d = read_global_average_pooling2d = global_pool("GlobalAveragePool")

    def resized(self, inputs, name, size, how, source):
        """Keras mixes elements as from their middles; bicubic is Keys's, without what is beyond the image."""
        mode = {"nearest": "nearest", "bilinear": "linear", "bicubic": "cubic"}.get(how)
        if mode is None:
            return self.add(source, inputs, name, why=f"interpolation {how}")
        return self.add("Resize", inputs, name, size=size, mode=mode, coordinates="half_pixel", nearest="round_prefer_ceil",
                        cubic=-0.5, excludes=True, source=source)

    def read_up_sampling2d(self, config, own, inputs, name, group):
        image, factors = self.graph.shape(inputs[0])[1:-1], config["size"]
        factors = factors if isinstance(factors, list) else [factors] * len(image)
        return self.resized(inputs, name, [extent * factor for extent, factor in zip(image, factors)],
                            config.get("interpolation", "nearest"), f"UpSampling{len(image)}D")

    read_up_sampling1d = read_up_sampling3d = read_up_sampling2d

    def read_resizing(self, config, own, inputs, name, group):
        if config.get("crop_to_aspect_ratio") or config.get("pad_to_aspect_ratio") or config.get("antialias"):
            return self.add("Resizing", inputs, name, why="aspect ratio or antialias")
        return self.resized(inputs, name, [config["height"], config["width"]], config.get("interpolation", "bilinear"), "Resizing")

    def read_batch_normalization(self, config, own, inputs, name, group):
        x = self.graph.shape(inputs[0])
        axis = config.get("axis", -1)
        if (axis[0] if isinstance(axis, list) else axis) not in (-1, len(x) - 1):
            return self.add("BatchNormalization", inputs, name, why=f"axis {axis}: expected the last")
        tensors = keras_weights.to_burin(keras_weights.Piece(group, "", "BatchNormalization", config, name), self.variables)
        return self.add("BatchNorm", inputs, name,
                        [(part, tensors[part]) for part in ("weight", "bias", "running_mean", "running_var")],
                        epsilon=config.get("epsilon", 1e-3), source="BatchNormalization")

    def read_flatten(self, config, own, inputs, name, group):
        x = self.graph.shape(inputs[0])
        return self.add("Reshape", inputs, name, shape=(x[0], int(np.prod(x[1:]))), source="Flatten")

    def read_reshape(self, config, own, inputs, name, group):
        x, wish = self.graph.shape(inputs[0]), list(config["target_shape"])
        if -1 in wish:
            wish[wish.index(-1)] = int(np.prod(x[1:])) // max(int(np.prod([each for each in wish if each > 0])), 1)
        return self.add("Reshape", inputs, name, shape=(x[0], *wish), source="Reshape")

    def read_activation(self, config, own, inputs, name, group):
        return inputs[0]  # The activation follows.

    def read_re_lu(self, config, own, inputs, name, group):
        plain = not config.get("negative_slope") and not config.get("threshold")
        most = config.get("max_value")
        if not plain or most not in (None, 6):
            return self.add("ReLU", inputs, name, why="expected no slope, no threshold, and 6 as the most or nothing")
        return self.add("Relu" if most is None else "Relu6", inputs, name, source="ReLU")

    def read_leaky_re_lu(self, config, own, inputs, name, group):
        return self.add("LeakyRelu", inputs, name, alpha=config.get("negative_slope", 0.3), source="LeakyReLU")

    def read_softmax(self, config, own, inputs, name, group):
        return self.add("Softmax", inputs, name, axis=config.get("axis", -1), source="Softmax")

    def read_concatenate(self, config, own, inputs, name, group):
        axis = config.get("axis", -1) % len(self.graph.shape(inputs[0]))
        return self.add("Concat", inputs, name, axis=axis, source="Concatenate")

    def read_zero_padding2d(self, config, own, inputs, name, group):
        return self.add("Pad", inputs, name, pads=[(0, 0), *map(tuple, config["padding"]), (0, 0)], value=0,
                        source="ZeroPadding2D")

    # What is written as Burin's layer

    def written(self, kind, pieces, inputs, name, shape, panels=True):
        """`pieces`: of each layer within it, in order."""
        parameters = []
        for piece in pieces:
            parameters += keras_weights.to_burin(piece, self.variables).items()
        return self.add("Written", inputs, name, shape=shape, type=kind, parameters=parameters, panels=panels,
                        source=pieces[0].kind)

    def read_embedding(self, config, own, inputs, name, group):
        piece = keras_weights.Piece(group, "", "Embedding", config, name)
        words, size = own[0].shape
        if inputs[0] in self.graph.inputs:
            self.graph.tensors[inputs[0]].tokens = words
        return self.written(f"Embedding<{words}, {size}>", [piece], inputs, name, (*self.graph.shape(inputs[0]), size), False)

    def recurrent(self, kind, config, group, inputs, name, both=None):
        gates = keras_weights.Pieces.__new__(keras_weights.Pieces)
        gates.found, gates.problems = [], []
        gates.add_recurrent(kind, config, group, "" if both is None else "0", name)
        if both is not None:
            gates.add_recurrent(kind, config, both, "1", name)
        for option in ("return_state", "stateful", "go_backwards"):
            if config.get(option):
                gates.problems.append(f"{option}")
        if gates.problems:
            return self.add(kind, inputs, name, why="; ".join(gates.problems))
        units, whole = config["units"], config.get("return_sequences", False)
        options = (", ReturnSequences" if whole else "") + ("" if config.get("use_bias", True) else ", NoBias")
        options += ", ResetBefore" if kind == "GRU" and not config.get("reset_after", True) else ""
        options += ", ReLUCell" if config.get("activation") == "relu" else ""
        x = self.graph.shape(inputs[0])
        cell = f"{kind}<{units}{options}>"
        return self.written(cell if both is None else f"Bidirectional<{cell}>", gates.found, inputs, name,
                            (x[0], *([x[1]] if whole else []), units * (1 if both is None else 2)))

    def read_lstm(self, config, own, inputs, name, group):
        return self.recurrent("LSTM", config, group, inputs, name)

    def read_gru(self, config, own, inputs, name, group):
        return self.recurrent("GRU", config, group, inputs, name)

    def read_simple_rnn(self, config, own, inputs, name, group):
        return self.recurrent("SimpleRNN", config, group, inputs, name)

    def read_bidirectional(self, config, own, inputs, name, group):
        inner = config["layer"]
        if inner["class_name"] not in keras_weights.RECURRENT or config.get("merge_mode") != "concat":
            return self.add("Bidirectional", inputs, name, why="expected a recurrent layer and merge_mode concat")
        return self.recurrent(inner["class_name"], inner["config"], f"{group}/forward_layer", inputs, name,
                              f"{group}/backward_layer")


def tensors_of(arguments):
    """Where each tensor among a call's arguments comes from: (layer, call, which)."""
    if isinstance(arguments, dict):
        if arguments.get("class_name") == "__keras_tensor__":
            return [arguments["config"]["keras_history"]]
        return [each for value in arguments.values() for each in tensors_of(value)]
    if isinstance(arguments, list):
        return [each for value in arguments for each in tensors_of(value)]
    return []
