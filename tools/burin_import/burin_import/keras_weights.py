"""The weights of a Keras 3 model under the names and in the layouts that the same network has in Burin, and back.

Keras keeps the kernels of Dense and of convolutions as Burin does, `[kernel..., inputs, outputs]`, and its LSTM has the same
order of gates. Other are: the gates of GRU (z, r, n; here r, z, n), its two biases (one tensor), the heads of
MultiHeadAttention (an axis), and everything's names. Files are read by zipfile, json and h5py: nothing in them is run.

Places are those of Burin's `Sequential`: an activation that is an argument of a layer is one of its own here. Layers of a
functional model have their names, as the nodes of a `Graph` that is written after it.
"""

import io
import json
import re
import zipfile
from dataclasses import dataclass

import numpy as np

from .problems import Missing, Refused

#: Layers without weights that are one layer in Burin too.
PLAIN = {"Activation", "ReLU", "LeakyReLU", "ELU", "Softmax", "Dropout", "SpatialDropout1D", "SpatialDropout2D", "SpatialDropout3D",
         "AlphaDropout", "Cropping1D", "Cropping2D", "Cropping3D", "GaussianNoise", "GaussianDropout", "Flatten", "Reshape", "Permute", "RepeatVector", "MaxPooling1D", "MaxPooling2D",
         "MaxPooling3D", "AveragePooling1D", "AveragePooling2D", "AveragePooling3D", "GlobalMaxPooling1D",
         "GlobalMaxPooling2D", "GlobalMaxPooling3D", "GlobalAveragePooling1D", "GlobalAveragePooling2D",
         "GlobalAveragePooling3D", "ZeroPadding1D", "ZeroPadding2D", "ZeroPadding3D", "UpSampling1D", "UpSampling2D",
         "UpSampling3D", "Resizing", "Rescaling", "Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum", "Concatenate", "Dot",
         "Identity", "UnitNormalization", "ActivityRegularization"}
#: Those whose variables are `weight` and `bias`, as they are.
WEIGHT_AND_BIAS = {"Dense", "Conv1D", "Conv2D", "Conv3D", "Conv1DTranspose", "Conv2DTranspose", "Conv3DTranspose", "DepthwiseConv2D"}
#: Those with one variable, `weight`.
WEIGHT = {"Embedding", "PReLU", "RMSNormalization"}
MODELS = {"Sequential", "Functional", "Model"}
RECURRENT = {"LSTM", "GRU", "SimpleRNN"}
#: More than what is in a file of a model is packed.
MOST_PACKED = 16


@dataclass
class Piece:
    """Variables of a Keras layer, or of a part of one, that are tensors at one place of Burin's."""

    path: str  #: Of the group in the file of weights.
    place: str
    kind: str  #: The class in Keras.
    config: dict
    name: str  #: In Keras.


def snake_case(name):
    name = re.sub(r"\W+", "", name)
    name = re.sub("(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub("([a-z])([A-Z])", r"\1_\2", name).lower()


def is_keras(layer):
    """Whether a class is Keras's own layer: others, and functions, are code of elsewhere."""
    module = layer.get("module") or "keras.layers"
    return module in ("keras.layers", "keras", "keras.models", "keras.src.models.functional", "keras.src.models.sequential") and \
        layer.get("registered_name") in (None, layer["class_name"])


def joined(place, name):
    return f"{place}.{name}" if place else name


def has_activation(config):
    activation = config.get("activation", "linear")
    return activation not in ("linear", None)


class Pieces:
    """The pieces of a model in the order of its layers. What Burin has not is a problem each."""

    def __init__(self, model):
        self.found, self.problems = [], []
        if not isinstance(model, dict) or model.get("class_name") not in MODELS:
            raise Refused("expected the configuration of a Sequential or functional model")
        self.add_model(model, "", "")
        if self.problems:
            raise Refused("; ".join(self.problems))

    def add_model(self, model, path, place):
        is_sequential = model["class_name"] == "Sequential"
        layers = model["config"].get("layers")
        if not isinstance(layers, list):
            raise Refused("expected the list of a model's layers")
        number, counts = 0, {}
        for layer in layers:
            kind, config = layer["class_name"], layer["config"]
            group = snake_case(kind)
            counts[group] = counts.get(group, -1) + 1
            group += f"_{counts[group]}" if counts[group] else ""
            if kind == "InputLayer":
                continue
            name = str(config.get("name", layer.get("name", group)))
            own = joined(place, str(number) if is_sequential else name)
            number += 1 + (self.add(kind, config, f"{path}layers/{group}", own, name, layer) and is_sequential)

    def refuse(self, name, kind, what):
        self.problems.append(f"layer '{name}' {kind}: {what}")

    def add(self, kind, config, path, place, name, layer):
        """Whether an activation is a layer of its own behind it."""
        refuse = lambda what: self.refuse(name, kind, what)  # noqa: E731
        if kind in MODELS and is_keras(layer):
            self.add_model(layer, path + "/", place)
        elif not is_keras(layer):
            refuse(f"is of {str(layer.get('module'))[:100]}, whose code is not run")
        elif kind == "Lambda" or "__lambda__" in json.dumps(config):
            refuse("is code, which is not run")
        elif kind in PLAIN:
            pass
        elif config.get("data_format") == "channels_first":
            refuse("channels are last in Burin")
        elif kind in WEIGHT_AND_BIAS | WEIGHT | {"BatchNormalization", "LayerNormalization", "GroupNormalization", "MultiHeadAttention"}:
            self.found.append(Piece(path, place, kind, config, name))
            return kind in WEIGHT_AND_BIAS and has_activation(config)
        elif kind == "SeparableConv2D":
            self.found.append(Piece(path, place, kind, config, name))
            return has_activation(config)
        elif kind in RECURRENT:
            self.add_recurrent(kind, config, path, place, name)
        elif kind == "Bidirectional":
            for number, part in enumerate(("forward_layer", "backward_layer")):
                inner = config["layer"] if part == "forward_layer" else config.get("backward_layer") or config["layer"]
                if inner["class_name"] not in RECURRENT:
                    refuse(f"of {inner['class_name']} has no counterpart")
                    break
                self.add_recurrent(inner["class_name"], inner["config"], f"{path}/{part}", joined(place, str(number)), name)
            if config.get("merge_mode") not in ("concat", "sum"):
                refuse(f"merge_mode {config.get('merge_mode')} has no counterpart")
        elif kind == "TimeDistributed":
            inner = config["layer"]
            return self.add(inner["class_name"], inner["config"], f"{path}/layer", place, name, inner)
        else:
            refuse("has no counterpart in Burin, or none that is read")
        return False

    def add_recurrent(self, kind, config, path, place, name):
        gates = config.get("recurrent_activation", "sigmoid")
        activation = config.get("activation", "tanh")
        if activation != "tanh" and not (kind == "SimpleRNN" and activation == "relu") or gates != "sigmoid":
            self.refuse(name, kind, "expected tanh and sigmoid as activations, or relu of a SimpleRNN")
        self.found.append(Piece(path + "/cell", place, kind, config, name))


# What a piece's variables are here. Each of these gives names and arrays, and takes them back.

def swap_gates(array):
    """The first two thirds of the last axis change places."""
    first, second, third = np.split(array, 3, axis=-1)
    return np.concatenate([second, first, third], axis=-1)


def resets_before(piece):
    """Whether a GRU resets the state before its product: ResetBefore."""
    return not piece.config.get("reset_after", True)


def split_reset(recurrent_weight):
    units = recurrent_weight.shape[0]
    return recurrent_weight[:, :2 * units], recurrent_weight[:, 2 * units:]


def to_burin(piece, variables):
    """`variables` are lists of arrays by the path of their group; the result is {name: array}."""
    own = variables.get(piece.path, [])
    config, kind = piece.config, piece.kind
    if kind == "PReLU":
        # Along the axes that share them Keras's slopes have an extent of 1.
        tensors = {"weight": own[0].reshape(-1)} if own else {}
    elif kind in WEIGHT_AND_BIAS | WEIGHT:
        tensors = dict(zip(("weight", "bias"), own))
    elif kind == "SeparableConv2D":
        tensors = dict(zip(("0.weight", "1.weight", "1.bias"), own))
    elif kind in ("BatchNormalization", "LayerNormalization", "GroupNormalization"):
        own = list(own)
        statistics = ["running_mean", "running_var"] if kind == "BatchNormalization" else []
        shape = own[0].shape if own else ()
        tensors = {}
        for name, option, value in (("weight", "scale", 1), ("bias", "center", 0)):
            tensors[name] = own.pop(0) if config.get(option, True) and own else np.full(shape, value, np.float32)
        tensors.update(zip(statistics, own))
    elif kind == "GRU":
        tensors = dict(zip(("weight", "recurrent_weight"), map(swap_gates, own)))
        if resets_before(piece):
            tensors["recurrent_weight"], tensors["reset_weight"] = split_reset(tensors["recurrent_weight"])
            if len(own) > 2:
                tensors["bias"] = swap_gates(own[2])
        elif len(own) > 2:
            tensors["bias"], tensors["recurrent_bias"] = swap_gates(own[2])
    elif kind in RECURRENT:
        tensors = dict(zip(("weight", "recurrent_weight", "bias"), own))
    else:
        tensors = {}
        for part in ("query", "key", "value", "output"):
            group = variables.get(f"{piece.path}/{part}_dense", [])
            for name, array in zip(("weight", "bias"), group):
                split = -1 if part == "output" else 1
                shape = (-1, array.shape[-1]) if part == "output" else (array.shape[0], -1)
                tensors[f"{part}.{name}"] = array.reshape(shape if name == "weight" else (split,) if split < 0 else (-1,))
    return {joined(piece.place, name): np.ascontiguousarray(array) for name, array in tensors.items()}


def from_burin(piece, tensors, variables):
    """{path of a group: arrays} of what `to_burin` made; `variables` say how many there are and of which shapes."""
    take = lambda name: tensors[joined(piece.place, name)]  # noqa: E731
    own = variables.get(piece.path, [])
    kind, config = piece.kind, piece.config
    if kind == "MultiHeadAttention":
        result = {}
        for part in ("query", "key", "value", "output"):
            group = f"{piece.path}/{part}_dense"
            result[group] = [take(f"{part}.{name}").reshape(like.shape)
                             for name, like in zip(("weight", "bias"), variables[group])]
        return result
    if kind == "SeparableConv2D":
        names = ("0.weight", "1.weight", "1.bias")
    elif kind in ("BatchNormalization", "LayerNormalization", "GroupNormalization"):
        names = [name for name, option in (("weight", "scale"), ("bias", "center")) if config.get(option, True)]
        for name, option, value in (("weight", "scale", 1), ("bias", "center", 0)):
            if not config.get(option, True) and np.any(take(name) != value):
                raise Refused(f"tensor '{joined(piece.place, name)}': Keras's layer has none, and it is not {value}")
        names += ["running_mean", "running_var"]
    elif kind in RECURRENT:
        names = ("weight", "recurrent_weight", "bias")
    else:
        names = ("weight", "bias")
    arrays = [take(name).reshape(like.shape) if kind == "PReLU" else take(name) for name, like in zip(names, own)]
    if kind == "GRU":
        if resets_before(piece):
            arrays[1] = np.concatenate([arrays[1], take("reset_weight")], axis=-1)
        elif len(arrays) > 2:
            arrays[2] = np.stack([take("bias"), take("recurrent_bias")])
        arrays = [swap_gates(array) for array in arrays]
    return {piece.path: arrays}


# Files.

def h5py():
    try:
        import h5py as found
    except ImportError:
        raise Missing("weights of Keras", "h5py") from None
    return found


def read_variables(stream, size):
    """{path of a group: arrays} of a file of weights of `size` bytes."""
    library, result, left = h5py(), {}, MOST_PACKED * size
    with library.File(stream, "r") as file:

        def visit(group, path):
            nonlocal left
            address = library.h5o.get_info(group.id).addr
            if address in visited or path.count("/") > 64:
                raise Refused(f"'{path}': expected groups that form a tree")
            visited.add(address)
            for name in group:
                link = group.get(name, getlink=True)
                if not isinstance(link, library.HardLink):
                    raise Refused(f"'{path}{name}': a link to elsewhere, which is not followed")
                each = group[name]
                if isinstance(each, library.Group):
                    visit(each, f"{path}{name}/")
                elif path.endswith("/vars/") and name.isdecimal():
                    left -= each.nbytes
                    if each.is_virtual or each.external or each.dtype.kind not in "fiu" or left < 0:
                        raise Refused(f"'{path}{name}': expected numbers that are in the file, got others")
                    found.append((path[:-len("/vars/")], int(name), np.asarray(each)))

        found, visited = [], set()
        try:
            visit(file, "")
        except RuntimeError as error:  # What HDF5's library says of a damaged file.
            if isinstance(error, RecursionError):
                raise
            raise Refused(f"the file of weights is damaged ({error})") from None
    for path, _, array in sorted(found, key=lambda each: each[:2]):
        result.setdefault(path, []).append(array)
    return result


def read_member(archive, name, packed):
    """A member of an archive of so many bytes."""
    try:
        member = archive.getinfo(name)
    except KeyError:
        raise Refused(f"expected '{name}' in the archive") from None
    most = MOST_PACKED * packed + (1 << 20)
    if member.file_size > most:
        raise Refused(f"'{name}': expected at most {most} bytes, got {member.file_size}")
    return archive.read(member)


def members(path):
    """Of a .keras file its configuration and the bytes of its weights."""
    try:
        with zipfile.ZipFile(path) as archive:
            return (json.loads(read_member(archive, "config.json", path.stat().st_size)),
                    read_member(archive, "model.weights.h5", path.stat().st_size))
    except zipfile.BadZipFile:
        raise Refused("expected a .keras file, which is a zip archive") from None


def variables_of(weights):
    return read_variables(io.BytesIO(weights), len(weights))


def read_model(path):
    """Of a .keras file its pieces, its variables, and their bytes."""
    config, weights = members(path)
    return Pieces(config).found, variables_of(weights), weights


def replaced(weights, variables):
    """The bytes of a file of weights with other values."""
    stream = io.BytesIO(weights)
    with h5py().File(stream, "r+") as file:
        for path, arrays in variables.items():
            for number, array in enumerate(arrays):
                file[f"{path}/vars/{number}"][...] = array
    return stream.getvalue()


def packed(like, weights):
    """The bytes of a .keras file as `like`, with other weights."""
    stream = io.BytesIO()
    with zipfile.ZipFile(like) as source, zipfile.ZipFile(stream, "w") as target:
        for name in ("metadata.json", "config.json"):
            target.writestr(name, read_member(source, name, like.stat().st_size))
        target.writestr("model.weights.h5", weights)
    return stream.getvalue()
