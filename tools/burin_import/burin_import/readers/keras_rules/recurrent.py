"""Recurrent layers, in one direction or both, of sequences with padding or without."""

from ... import keras_weights
from ...problems import Misfit, Unsupported


#: Options that both directions have.
ALIKE = ("units", "activation", "recurrent_activation", "use_bias", "reset_after", "return_sequences")


#: By what Keras calls them: what is made of both directions.
MERGES = {"concat": "", "sum": ", Add", "mul": ", Multiply", "ave": ", Average"}


def recurrent(reader, call, kind, config, groups, merge="concat"):
    """`groups`: of the variables of one direction or of both."""
    pieces = keras_weights.Pieces.__new__(keras_weights.Pieces)
    pieces.found, pieces.problems = [], []
    for number, group in enumerate(groups):
        pieces.add_recurrent(kind, config, group, "" if len(groups) == 1 else str(number), call.name)
    pieces.problems += [option for option in ("return_state", "stateful") if config.get(option)]
    both = len(groups) == 2
    if config.get("go_backwards") and both:
        pieces.problems.append("go_backwards")
    if pieces.problems:
        raise Unsupported("; ".join(problem.removeprefix(f"layer '{call.name}' {kind}: ") for problem in dict.fromkeys(pieces.problems)))
    x, units, whole = call.inputs[0], config["units"], config.get("return_sequences", False)
    shape = reader.shape(x)
    if type(units) is not int or units < 1 or len(shape) != 3 or len(call.inputs) != 1:
        raise Misfit(f"units {str(units)[:100]} of {len(call.inputs)} inputs")
    inputs = [x]
    if x in reader.masks:
        inputs.append(reader.masks[x])
    options = [*(["ReturnSequences"] if whole else []), *(["GoBackwards"] if config.get("go_backwards") else []),
               *(["Masked"] if len(inputs) > 1 else []), *([] if config.get("use_bias", True) else ["NoBias"]),
               *(["ResetBefore"] if kind == "GRU" and not config.get("reset_after", True) else []),
               *(["ReLUCell"] if config.get("activation") == "relu" else [])]
    cell = f"{kind}<{', '.join([str(units), *options])}>"
    parameters = []
    for piece in pieces.found:
        parameters += keras_weights.to_burin(piece, reader.variables).items()
    made = reader.written(f"Bidirectional<{cell}{MERGES[merge]}>" if both else cell, inputs, call.name,
                          (1, *([shape[1]] if whole else []), units * (len(groups) if merge == "concat" else 1)), parameters, source=call.kind)
    if config.get("zero_output_for_mask") and whole and x in reader.masks:
        counts = reader.add("Reshape", [reader.masks[x]], f"{call.name}/counts", shape=(1, shape[1], 1))
        made = reader.add("Multiply", [made, counts], f"{call.name}/zeros", shape=reader.shape(made))
    if x in reader.masks and whole:
        reader.masks[made] = reader.masks[x]
    return made


def one(reader, call):
    return recurrent(reader, call, call.kind, call.config, [call.group])


def both(reader, call):
    inner = call.get("layer")
    if inner["class_name"] not in keras_weights.RECURRENT or call.get("merge_mode") not in MERGES:
        raise Unsupported(f"expected a recurrent layer and merge_mode {', '.join(MERGES)}")
    other = call.get("backward_layer")
    if other is not None and (other["class_name"] != inner["class_name"] or any(
            other["config"].get(option) != inner["config"].get(option) for option in ALIKE) or
            other["config"].get("go_backwards") == inner["config"].get("go_backwards")):
        raise Unsupported("expected two directions of one kind, one the other way round")
    return recurrent(reader, call, inner["class_name"], inner["config"], [f"{call.group}/forward_layer", f"{call.group}/backward_layer"],
                     call.get("merge_mode"))


RULES = {**{kind: one for kind in keras_weights.RECURRENT}, "Bidirectional": both}
