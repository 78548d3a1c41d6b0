""".nam, the captures of Neural Amp Modeler: JSON with `architecture`, `config` and one list of `weights`."""

import json
import math
from dataclasses import dataclass, field

import numpy as np

from ..graph import Graph, Node, Tensor
from ..problems import Refused

#: Steps of the sequence of the header's network. A Streamer takes pieces of any length.
STEPS = 1024
LARGEST = float(np.finfo(np.float32).max)
FILMS = ["conv_pre_film", "conv_post_film", "input_mixin_pre_film", "input_mixin_post_film", "activation_pre_film",
         "activation_post_film", "layer1x1_post_film", "head1x1_post_film"]
#: As Burin calls them.
ACTIVATIONS = {"Tanh": "Tanh", "ReLU": "ReLU", "Sigmoid": "Sigmoid", "SiLU": "SiLU", "Hardswish": "HardSwish",
               "LeakyReLU": "LeakyReLU"}


@dataclass
class Stack:
    inputs: int
    condition: int
    channels: int
    bottleneck: int
    outputs: int
    head_kernel: int
    head_bias: bool
    kernels: list
    dilations: list
    activation: tuple  #: Name and arguments.
    gate: tuple  #: Empty: none.
    slimmable: list

    @property
    def sums(self):
        return self.bottleneck * (2 if self.gate else 1)


@dataclass
class Model:
    stacks: list = field(default_factory=list)  #: Of a WaveNet.
    layers: int = 0  #: Of an LSTM.
    units: int = 0
    weights: np.ndarray = None
    facts: dict = field(default_factory=dict)

    def weight_count(self):
        if self.layers:
            return self.units + 1 + sum(4 * self.units * ((self.units if i else 1) + self.units + 1) + 2 * self.units
                                        for i in range(self.layers))
        return 1 + sum(s.inputs * s.channels + s.outputs * (s.head_kernel * s.bottleneck + s.head_bias) +
                       sum(s.sums * (kernel * s.channels + 1 + s.condition) + s.channels * (s.bottleneck + 1)
                           for kernel in s.kernels) for s in self.stacks)


def fail(place, expected, found):
    text = found if isinstance(found, str) else json.dumps(found, default=str)
    raise Refused(f"{place}: expected {expected}, found {text[:60]}")


def at(value, key, place):
    if not isinstance(value, dict):
        fail(place.rstrip(".") or "the file", "an object", "another value")
    if key not in value:
        fail(place + key, "it to be there", "nothing")
    return value[key]


def count(value, place, most=4096):
    if type(value) is not int or not 1 <= value <= most:
        fail(place, f"a whole number from 1 to {most}", value)
    return value


def boolean(value, place):
    if type(value) is not bool:
        fail(place, "true or false", value)
    return value


def listed(value, place):
    if not isinstance(value, list) or not value:
        fail(place, "a list that is not empty", value)
    return value


def activation_of(value, place):
    name = at(value, "type", place + ".") if isinstance(value, dict) else value
    if not isinstance(name, str) or name not in ACTIVATIONS:
        fail(place, ", ".join(ACTIVATIONS), name)
    if name != "LeakyReLU":
        return (name,)
    slope = value.get("negative_slope") if isinstance(value, dict) else None
    slope = 0.01 if slope is None else slope
    if type(slope) not in (int, float) or not slope > 0:
        fail(place + ".negative_slope", "a positive number", slope)
    return (name, float(slope))


def same_of(value, place):
    """One for all layers."""
    if not isinstance(value, list):
        return activation_of(value, place)
    every = [activation_of(each, f"{place}[{i}]") for i, each in enumerate(listed(value, place))]
    for i, each in enumerate(every):
        if each != every[0]:
            fail(f"{place}[{i}]", f"{every[0][0]} as in the first layer", each[0])
    return every[0]


def gate_of(array, place):
    modes = array.get("gating_mode")
    if modes is None:
        return ("Sigmoid",) if array.get("gated") is not None and boolean(array["gated"], place + "gated") else ()
    modes = modes if isinstance(modes, list) else [modes]
    for mode in modes:
        if mode not in ("none", "gated") or mode != modes[0]:
            fail(place + "gating_mode", "'none' or 'gated', the same for all layers", mode)
    if modes[0] == "none":
        return ()
    secondary = array.get("secondary_activation")
    return ("Sigmoid",) if secondary is None else same_of(secondary, place + "secondary_activation")


def stack_of(array, place):
    channels = count(at(array, "channels", place), place + "channels")
    head = array.get("head")
    if head is not None:
        outputs, kernel = (count(at(head, key, place + "head."), place + "head." + key)
                           for key in ("out_channels", "kernel_size"))
        bias = boolean(at(head, "bias", place + "head."), place + "head.bias")
        if head.get("head_dilation") not in (None, 1):
            fail(place + "head.head_dilation", "1", head["head_dilation"])
    else:
        outputs, kernel = count(at(array, "head_size", place), place + "head_size"), 1
        bias = boolean(at(array, "head_bias", place), place + "head_bias")
    dilations = [count(each, f"{place}dilations[{i}]", 2**20)
                 for i, each in enumerate(listed(at(array, "dilations", place), place + "dilations"))]
    if len(dilations) > 48:
        fail(place + "dilations", "at most 48", str(len(dilations)))
    if array.get("kernel_sizes") is not None:
        kernels = [count(each, f"{place}kernel_sizes[{i}]")
                   for i, each in enumerate(listed(array["kernel_sizes"], place + "kernel_sizes"))]
        if len(kernels) != len(dilations):
            fail(place + "kernel_sizes", f"as many as dilations, {len(dilations)}", str(len(kernels)))
    else:
        kernels = [count(at(array, "kernel_size", place), place + "kernel_size")] * len(dilations)
    for key in ("groups_input", "groups_input_mixin"):
        if array.get(key) not in (None, 1):
            fail(place + key, "1, which is all that is supported", array[key])
    one = array.get("layer1x1")
    if one is not None and (at(one, "active", place + "layer1x1.") is not True or at(one, "groups", place + "layer1x1.") != 1):
        fail(place + "layer1x1", "an active one of one group, which is all that is supported", one)
    if array.get("head1x1") is not None and at(array["head1x1"], "active", place + "head1x1.") is not False:
        fail(place + "head1x1.active", "false, which is all that is supported", array["head1x1"]["active"])
    for key in FILMS:
        if array.get(key) not in (None, False) and not (isinstance(array[key], dict) and array[key].get("active") is False):
            fail(f"{place}{key}.active", "false, which is all that is supported", "true")
    slimmable = []
    if array.get("slimmable") is not None:
        slim = place + "slimmable."
        if at(array["slimmable"], "method", slim) != "slice_channels_uniform":
            fail(slim + "method", "'slice_channels_uniform'", array["slimmable"]["method"])
        allowed = at(at(array["slimmable"], "kwargs", slim), "allowed_channels", slim + "kwargs.")
        slimmable = [count(each, f"{slim}kwargs.allowed_channels[{i}]", channels)
                     for i, each in enumerate(listed(allowed, slim + "kwargs.allowed_channels"))]
    bottleneck = array.get("bottleneck")
    return Stack(count(at(array, "input_size", place), place + "input_size"),
                 count(at(array, "condition_size", place), place + "condition_size"), channels,
                 channels if bottleneck is None else count(bottleneck, place + "bottleneck"), outputs, kernel, bias, kernels,
                 dilations, same_of(at(array, "activation", place), place + "activation"), gate_of(array, place), slimmable)


def stacks_of(config, place):
    arrays = listed(at(config, "layers", place), place + "layers")
    if len(arrays) > 8:
        fail(place + "layers", "at most 8 arrays of layers", str(len(arrays)))
    for key in ("head", "condition_dsp"):
        if config.get(key) is not None:
            fail(place + key, "none, which is all that is supported", "one")
    if config.get("in_channels") not in (None, 1):
        fail(place + "in_channels", "1", config["in_channels"])
    stacks = [stack_of(array, f"{place}layers[{i}].") for i, array in enumerate(arrays)]
    for i, stack in enumerate(stacks):
        inputs = stacks[i - 1].channels if i else 1
        outputs = stacks[i + 1].bottleneck if i + 1 < len(stacks) else 1
        for key, expected, found in (("input_size", inputs, stack.inputs), ("condition_size", 1, stack.condition),
                                     ("head", outputs, stack.outputs)):
            if expected != found:
                fail(f"{place}layers[{i}].{key}", str(expected), str(found))
    return stacks


def loads(text):
    """JSON without numbers that are none, and without names that are there twice."""
    def constant(name):
        raise Refused(f"expected numbers, found {name}")

    def pairs(items):
        result = dict(items)
        if len(result) != len(items):
            raise Refused("expected each name once, found one twice")
        return result

    return json.loads(text, parse_constant=constant, object_pairs_hook=pairs)


def floats(values, place):
    if not isinstance(values, list):
        fail(place, "a list of numbers", values)
    for i, value in enumerate(values):
        if type(value) not in (int, float) or not math.isfinite(value) or abs(value) > LARGEST:
            fail(f"{place}[{i}]", "a number that a float holds", value)
    return np.array(values, np.float32)


def model(path, size=1.0):
    """The network of a file, of those of several sizes the one for `size`: 1 the largest, 0 the smallest."""
    tree, place = loads(path.read_text(encoding="utf-8")), ""
    chosen = tree
    if at(tree, "architecture", "") == "SlimmableContainer":
        models = listed(at(at(tree, "config", ""), "submodels", "config."), "config.submodels")
        index = len(models) - 1
        for i in reversed(range(len(models))):
            bound = at(models[i], "max_value", f"config.submodels[{i}].")
            if type(bound) not in (int, float):
                fail(f"config.submodels[{i}].max_value", "a number", bound)
            if size < bound:
                index = i
        chosen, place = at(models[index], "model", f"config.submodels[{index}]."), f"config.submodels[{index}].model."
    result = Model()
    architecture, config = at(chosen, "architecture", place), at(chosen, "config", place)
    version = at(chosen, "version", place)
    if not isinstance(version, str) or version[:4] not in ("0.5.", "0.6.", "0.7."):
        fail(place + "version", "0.5 to 0.7", version)
    if architecture == "WaveNet":
        result.stacks = stacks_of(config, place + "config.")
    elif architecture == "LSTM":
        result.layers = count(at(config, "num_layers", place + "config."), place + "config.num_layers", 64)
        result.units = count(at(config, "hidden_size", place + "config."), place + "config.hidden_size")
        for key in ("input_size", "in_channels", "out_channels"):
            if config.get(key) not in (None, 1):
                fail(f"{place}config.{key}", "1", config[key])
    else:
        fail(place + "architecture", "'WaveNet', 'LSTM' or 'SlimmableContainer'", architecture)
    result.weights = floats(at(chosen, "weights", place), place + "weights")
    if result.weights.size != result.weight_count():
        fail(place + "weights", f"{result.weight_count()} numbers", str(result.weights.size))
    result.facts = facts_of(tree, chosen, place)
    result.facts["warm_up"] = warm_up(result)
    return slimmed(result, size)


def slimmed(full, size):
    """Of channels that may be cut down, as many as this size allows."""
    channels = [stack.slimmable[min(int(size * len(stack.slimmable)), len(stack.slimmable) - 1)] if stack.slimmable
                else stack.channels for stack in full.stacks]
    if channels == [stack.channels for stack in full.stacks]:
        return full
    stacks, at_weight, kept = [], 0, []

    def take(*shapes):
        """What is kept of a tensor: pairs of how many there are and how many stay."""
        nonlocal at_weight
        whole = [shape[0] for shape in shapes]
        tensor = full.weights[at_weight:at_weight + int(np.prod(whole))].reshape(whole)
        at_weight += tensor.size
        for axis, (_, index) in enumerate(shapes):
            tensor = np.take(tensor, index, axis)
        kept.append(tensor.reshape(-1))

    def first(of, to):
        return of, np.arange(to)

    for i, s in enumerate(full.stacks):
        if s.head_kernel != 1:
            fail(f"config.layers[{i}].head.kernel_size", "1 where channels are cut down", str(s.head_kernel))
        bottleneck = max(1, s.bottleneck * channels[i] // s.channels)
        inputs = channels[i - 1] if i else s.inputs
        outputs = channels[i + 1] if i + 1 < len(channels) else s.outputs
        rows = np.concatenate([gate * s.bottleneck + np.arange(bottleneck) for gate in range(2 if s.gate else 1)])
        take(first(s.channels, channels[i]), first(s.inputs, inputs))
        for kernel in s.kernels:
            take((s.sums, rows), first(s.channels, channels[i]), first(kernel, kernel))
            take((s.sums, rows))
            take((s.sums, rows), first(s.condition, s.condition))
            take(first(s.channels, channels[i]), first(s.bottleneck, bottleneck))
            take(first(s.channels, channels[i]))
        take(first(s.outputs, outputs), first(s.bottleneck, bottleneck))
        if s.head_bias:
            take(first(s.outputs, outputs))
        stacks.append(Stack(inputs, s.condition, channels[i], bottleneck, outputs, 1, s.head_bias, s.kernels, s.dilations,
                            s.activation, s.gate, []))
    take(first(1, 1))
    return Model(stacks=stacks, weights=np.concatenate(kept), facts=full.facts)


def rate_of(model, place):
    """Hz; 48,000 if the file does not say."""
    rate = model.get("sample_rate")
    rate = 48000.0 if rate is None else rate
    if type(rate) not in (int, float) or not 1 <= rate <= 1e6:
        fail(place + "sample_rate", "1 to 1000000 Hz", rate)
    return float(rate)


def facts_of(tree, chosen, place):
    facts = {"sample_rate": rate_of(chosen, place)}
    for source in (chosen, tree):
        metadata = source.get("metadata")
        for key, value in (metadata if isinstance(metadata, dict) else {}).items():
            if key in ("name", "modeled_by", "gear_make", "gear_model", "gear_type", "tone_type") and isinstance(value, str):
                facts.setdefault(key, value)
            if key in ("loudness", "gain", "input_level_dbu", "output_level_dbu") and type(value) in (int, float) and \
                    math.isfinite(value):
                facts.setdefault(key, float(value))
    return facts


def warm_up(model):
    """Steps of silence that Neural Amp Modeler plays before the sound."""
    if model.layers:
        return int(model.facts["sample_rate"] / 2)
    return 1 + sum(sum((kernel - 1) * dilation for kernel, dilation in zip(s.kernels, s.dilations)) + s.head_kernel - 1
                   for s in model.stacks)


def activation_type(activation):
    name, *arguments = activation
    return ACTIVATIONS[name] + (f"<{arguments[0]:g}>" if arguments else "")


def stack_type(stack):
    kernels = stack.kernels[:1] if len(set(stack.kernels)) == 1 else stack.kernels
    head = [str(stack.outputs)] + ([str(stack.head_kernel)] if stack.head_kernel > 1 or not stack.head_bias else []) + \
        ([] if stack.head_bias else ["NoBias"])
    arguments = [str(stack.channels), f"Kernels<{', '.join(map(str, kernels))}>",
                 f"Dilations<{', '.join(map(str, stack.dilations))}>", activation_type(stack.activation)]
    if stack.gate:
        arguments.append(f"Gated<{activation_type(stack.gate)}>")
    if stack.bottleneck != stack.channels:
        arguments.append(f"Bottleneck<{stack.bottleneck}>")
    return f"WaveNetStack<{', '.join(arguments + [f'Head<{chr(44).join(head)}>'.replace(',', ', ')])}>"


def wavenet_parameters(model):
    """(name, values) in Burin's order; what the file scales its output with is in the last head."""
    at_weight, result = 0, []

    def take(*shape):
        nonlocal at_weight
        tensor = model.weights[at_weight:at_weight + int(np.prod(shape))].reshape(shape)
        at_weight += tensor.size
        return tensor

    for index, s in enumerate(model.stacks):
        rechannel = take(s.channels, s.inputs).T
        parts = {name: [] for name in ("kernel", "bias", "mix", "residual", "residual_bias")}
        for kernel in s.kernels:
            parts["kernel"].append(take(s.sums, s.channels, kernel).transpose(2, 1, 0))
            parts["bias"].append(take(1, s.sums))
            parts["mix"].append(take(s.sums, s.condition).T[None])
            parts["residual"].append(take(s.channels, s.bottleneck).T[None])
            parts["residual_bias"].append(take(1, s.channels))
        head = [("head", take(s.outputs, s.bottleneck, s.head_kernel).transpose(2, 1, 0))]
        if s.head_bias:
            head.append(("head_bias", take(s.outputs)))
        if index + 1 == len(model.stacks):
            scale = take(1)[0]
            head = [(name, values * scale) for name, values in head]
        result += [(f"{index}.{name}", values) for name, values in
                   [("rechannel", rechannel), *((name, np.concatenate(each)) for name, each in parts.items()), *head]]
    return result


def lstm_layers(model):
    """(type, parameters) of each layer."""
    at_weight = 0

    def take(*shape):
        nonlocal at_weight
        tensor = model.weights[at_weight:at_weight + int(np.prod(shape))].reshape(shape)
        at_weight += tensor.size
        return tensor

    layers = []
    for layer in range(model.layers):
        inputs, gates = 1 if layer == 0 else model.units, 4 * model.units
        weight = take(gates, inputs + model.units).T
        bias = take(gates)
        # The states that it begins with: Burin begins with silence, long enough to forget them.
        take(2 * model.units)
        layers.append((f"LSTM<{model.units}, ReturnSequences>",
                       [("weight", weight[:inputs]), ("recurrent_weight", weight[inputs:]), ("bias", bias)]))
    layers.append(("TimeDistributed<Dense<1>>", [("weight", take(1, model.units).T), ("bias", take(1))]))
    return layers


def read(path, size=1.0):
    source = model(path, size)
    shape = (1, STEPS, 1)
    if source.stacks:
        layers = [(f"WaveNet<{', '.join(map(stack_type, source.stacks))}>", wavenet_parameters(source))]
    else:
        layers = lstm_layers(source)
    tensors, nodes = {"sound": Tensor("sound", shape)}, []
    for index, (kind, parameters) in enumerate(layers):
        before, after = nodes[-1].outputs[0] if nodes else "sound", f"after_{index}" if index + 1 < len(layers) else "played"
        width = 1 if after == "played" else source.units
        tensors[after] = Tensor(after, (1, STEPS, width))
        nodes.append(Node(kind.split("<")[0], "Written", [before], [after],
                          {"type": kind, "parameters": parameters, "panels": not source.stacks}))
    facts = dict(source.facts, **({"size": size} if size != 1 else {}))
    return Graph(path.stem, ["sound"], ["played"], tensors, nodes, facts)
