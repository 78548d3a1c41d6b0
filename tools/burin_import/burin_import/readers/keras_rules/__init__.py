"""What Keras's layers become, a file a family: `RULES`, from classes to functions `rule(reader, call) -> name of a tensor`
that raise Unsupported."""

from ... import keras_weights
from ...problems import Unsupported
from . import activations, attention, convolution, image, merge, normalization, recurrent, shape, wrappers

FAMILIES = (activations, attention, convolution, image, merge, normalization, recurrent, shape, wrappers)
RULES = {kind: rule for family in FAMILIES for kind, rule in family.RULES.items()}
#: What does nothing when a network answers.
ONLY_TRAINS = {"Dropout", "SpatialDropout1D", "SpatialDropout2D", "SpatialDropout3D", "AlphaDropout", "GaussianNoise", "GaussianDropout",
               "Identity", "ActivityRegularization"}
#: Layers behind which the padding is where it was before them.
KEEP_MASKS = ONLY_TRAINS | {"Dense", "Activation", "ReLU", "LeakyReLU", "PReLU", "ELU", "LayerNormalization", "BatchNormalization",
                            "UnitNormalization", "RMSNormalization", "Rescaling", "TimeDistributed", "EinsumDense"}
#: Layers that do not know of padding: behind them there is none.
FORGET_MASKS = {"Conv1D", "Conv1DTranspose", "DepthwiseConv1D", "SeparableConv1D", "MaxPooling1D", "AveragePooling1D", "Flatten", "Reshape", "Permute",
                "GlobalMaxPooling1D", "ZeroPadding1D", "Cropping1D", "UpSampling1D"}
TAKE_OPTIONS = {"MultiHeadAttention", "Attention"}


def apply(reader, call):
    """The output of a layer."""
    training = call.options.pop("training", False)
    if training and call.kind in ONLY_TRAINS | {"BatchNormalization"}:
        raise Unsupported("is called as in training")
    mask = call.options.pop("mask", None)
    if mask is not None:
        if not isinstance(mask, list) or len(mask) != 1 or len(call.inputs) != 1:
            raise Unsupported("is called with masks")
        before = dict(reader.masks)
        reader.masks[call.inputs[0]] = mask[0]
        try:
            made = apply(reader, call)
            behind = reader.masks.get(made)
        finally:
            reader.masks = before
        if behind is not None and made != call.inputs[0]:
            reader.masks[made] = behind
        return made
    if call.options and call.kind not in TAKE_OPTIONS:
        raise Unsupported(f"is called with {', '.join(sorted(map(str, call.options)))}")
    masked = [name for name in call.inputs if name in reader.masks]
    if masked and call.kind not in KEEP_MASKS | FORGET_MASKS | set(keras_weights.RECURRENT) | {"Bidirectional"}:
        raise Unsupported("behind padding that is masked")
    rule = RULES.get(call.kind)
    if call.kind in ONLY_TRAINS:
        return call.inputs[0]
    if call.kind == "Lambda":
        raise Unsupported("is code, which is not run")
    if rule is None:
        raise Unsupported("no layer for this operator")
    made = rule(reader, call)
    if call.kind not in keras_weights.RECURRENT and call.kind != "Activation":
        made = activations.activate(reader, call.get("activation"), made, call.name)
    if masked and call.kind in KEEP_MASKS:
        reader.masks[made] = reader.masks[masked[0]]
    return made
