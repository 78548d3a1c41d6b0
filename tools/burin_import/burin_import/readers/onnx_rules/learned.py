"""ai.onnx.ml, as skl2onnx writes scikit-learn's pipelines: scaling, linear models; labels, which are left out where there are
probabilities beside them."""

import numpy as np

from ..onnx_calls import read_by

DOMAIN = "ai.onnx.ml"
#: What makes a label of probabilities.
LABELS = {"ArgMax", "ArrayFeatureExtractor", "ai.onnx.ml.ArrayFeatureExtractor", "ai.onnx.ml.LabelEncoder", "ai.onnx.ml.Binarizer", "Reshape",
          "Cast", "Identity", "Squeeze", "Unsqueeze", "Gather", "Greater", "Where"}


def kind_of(node):
    return node.op_type if node.domain in ("", "ai.onnx") else f"{node.domain}.{node.op_type}"


def without_labels(proto):
    """Takes out maps of names to probabilities, and outputs that are labels. Gives what is to be said of them, and what the file
    calls outputs that maps were made of."""
    producers = {name: node for node in proto.node for name in node.output}
    maps = {node.output[0]: node.input[0] for node in proto.node if kind_of(node) == f"{DOMAIN}.ZipMap" and node.input and node.output}
    called = {}
    for value in proto.output:
        if value.name in maps:
            called[maps[value.name]] = value.name
            value.name = maps[value.name]
            value.ClearField("type")
    kept = [node for node in proto.node if kind_of(node) != f"{DOMAIN}.ZipMap"]
    if maps:
        del proto.node[:]
        proto.node.extend(kept)

    def is_label(name):
        seen = set()
        while name in producers and name not in seen:
            seen.add(name)
            node = producers[name]
            kind = kind_of(node)
            if kind in ("ArgMax", f"{DOMAIN}.LabelEncoder") or kind == f"{DOMAIN}.LinearClassifier" and name == node.output[0]:
                return True
            if kind not in LABELS or not node.input:
                return False
            # Classes are the first input of the extractor, a label's number the second.
            name = node.input[1] if kind.endswith("ArrayFeatureExtractor") and len(node.input) > 1 else node.input[0]
        return False
    labels = [value.name for value in proto.output if is_label(value.name)]
    if not labels or len(labels) == len(proto.output):
        return [], called
    rest = [value for value in proto.output if value.name not in labels]
    del proto.output[:]
    proto.output.extend(rest)
    drop_unread(proto)
    return [f"the label `{labels[0]}` is left out: it is the class of the largest of `{called.get(rest[0].name, rest[0].name)}`"], called


def drop_unread(proto):
    wanted, kept = {value.name for value in proto.output}, []
    # In any order: until nothing more is read.
    waiting = list(wanted)
    producers = {name: node for node in proto.node for name in node.output}
    while waiting:
        node = producers.get(waiting.pop())
        for name in read_by(node) if node is not None else ():
            if name not in wanted:
                wanted.add(name)
                waiting.append(name)
    kept = [node for node in proto.node if any(name in wanted for name in node.output)]
    del proto.node[:]
    proto.node.extend(kept)


def shape(to, proto):
    """Of what it gives, or None."""
    given = to.tensors[proto.input[0]].shape
    kind, attributes = proto.op_type, {each.name: each for each in proto.attribute}
    if kind in ("Scaler", "Normalizer"):
        return given
    if kind in ("LinearRegressor", "LinearClassifier") and given and "coefficients" in attributes:
        rows = len(attributes["coefficients"].floats) // max(given[-1], 1)
        classes = max(len(attributes[name].ints) + len(attributes[name].strings) for name in attributes if name.startswith("classlabels")) \
            if kind == "LinearClassifier" else rows
        return (*given[:-1], classes)
    return None


def floats(call, name):
    return np.array(call.get(name, []), np.float32)


def scaler(to, call):
    """(x - offset) * scale."""
    x, shape = call.inputs[0], to.shape(call.inputs[0])
    offset, scale = floats(call, "offset"), floats(call, "scale")
    if any(each.size not in (1, shape[-1]) for each in (offset, scale)):
        return to.raw(call, "as many offsets and scales as features, or one")
    y = to.add(call, "Subtract", [x, to.made(f"{call.name}/offset", offset)], shape=shape)
    to.add(call, "Multiply", [y, to.made(f"{call.name}/scale", scale)])


def linear(to, call, output):
    """x · coefficients + intercepts, a row of coefficients a target."""
    features = to.shape(call.inputs[0])[-1]
    weight, bias = floats(call, "coefficients"), floats(call, "intercepts")
    if weight.size == 0 or weight.size % features:
        to.raw(call, "coefficients that are not so many a feature")
        return None
    units = weight.size // features
    if bias.size not in (0, units):
        to.raw(call, f"{bias.size} intercepts of {units} rows")
        return None
    inputs = [call.inputs[0], to.made(f"{call.name}/weight", weight.reshape(units, features).T)]
    if bias.size == units:
        inputs.append(to.made(f"{call.name}/bias", bias))
    shape = (*to.shape(call.inputs[0])[:-1], units)
    return to.add(call, "Dense", inputs, output=output, shape=None if output else shape)


def regressor(to, call):
    if call.get("post_transform", "NONE") != "NONE":
        return to.raw(call, f"post_transform {call.get('post_transform')}")
    linear(to, call, call.outputs[0])


def classifier(to, call):
    """Scores of the classes, of two classes perhaps of one row of coefficients."""
    scores = call.outputs[1] if len(call.outputs) > 1 else ""
    kind = {"NONE": None, "SOFTMAX": "Softmax", "LOGISTIC": "Sigmoid"}.get(call.get("post_transform", "NONE"), "")
    if kind == "" or not scores:
        return to.raw(call, f"post_transform {call.get('post_transform')}" if scores else "a label alone")
    target = to.shape(scores)
    y = linear(to, call, scores if kind is None else None)
    if y is None:
        return None
    if kind and to.shape(y) != target:
        return to.raw(call, "two classes of one row of coefficients")
    if kind:
        to.add(call, kind, [y], {"axis": len(target) - 1}, output=scores)
    return None


def normalizer(to, call):
    """Of what is positive, as probabilities are: parts of the sum."""
    x, shape = call.inputs[0], to.shape(call.inputs[0])
    made = next((node for node in to.nodes if x in node.outputs), None)
    if call.get("norm", "MAX") != "L1" or made is None or made.operator not in ("Softmax", "Sigmoid"):
        return to.raw(call, f"norm {call.get('norm', 'MAX')}: expected L1 of probabilities")
    if made.operator == "Softmax":
        return to.add(call, "Identity", [x])
    total = to.fresh(f"{call.name}/sum", (1, shape[-1]))
    ones = to.made(f"{call.name}/ones", np.ones((shape[-1], shape[-1]), np.float32))
    to.add(call, "Dense", [x, ones], output=total)
    to.add(call, "Divide", [x, total])


RULES = {f"{DOMAIN}.Scaler": scaler, f"{DOMAIN}.LinearRegressor": regressor, f"{DOMAIN}.LinearClassifier": classifier,
         f"{DOMAIN}.Normalizer": normalizer}
