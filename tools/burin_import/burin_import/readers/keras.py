""".keras of Keras 3: the configuration and the weights, by json and h5py. Nothing in it is run. What a layer becomes is in
keras_rules/."""

from dataclasses import dataclass, field

from .. import keras_weights
from ..graph import MOST_NODES, Graph, Node, Tensor
from ..problems import Misfit, Refused, Unsupported
from ..shapes import EXPECTED

#: Types whose numbers become floats.
FLOATS = {"float32": "", "float64": "", "mixed_float16": "float16", "mixed_bfloat16": "bfloat16", "float16": "float16",
          "bfloat16": "bfloat16"}


def read(path):
    if path.suffix.lower() != ".keras":
        raise Refused("expected a .keras file, which says what its layers are; .h5 of Keras 2 and .weights.h5 are not read")
    config, weights = keras_weights.members(path)
    return Reader(path.stem, keras_weights.variables_of(weights)).read(config)


@dataclass
class Call:
    """A layer where it is used."""

    kind: str  #: The class in Keras.
    name: str
    config: dict
    group: str  #: Of its variables in the file of weights.
    own: list  #: Its variables.
    inputs: list  #: Names of tensors.
    options: dict = field(default_factory=dict)  #: What it is called with besides.

    def get(self, option, default=None):
        return self.config.get(option, default)


class Reader:
    def __init__(self, name, variables):
        self.variables = variables
        self.graph = Graph(name, [], [], {}, [])
        #: Of tensors that padding is in: the mask that says where.
        self.masks = {}
        self.calls = 0
        #: Outputs of layers that are not supported, and what comes of them.
        self.unknown = set()

    def read(self, model):
        kind = model.get("class_name") if isinstance(model, dict) else None
        if kind not in keras_weights.MODELS:
            raise Refused("expected the configuration of a Sequential or functional model")
        if kind == "Sequential":
            self.graph.outputs = [self.sequential(model["config"], "", None)]
        else:
            self.graph.outputs = self.functional(model["config"], "", None)
        if self.unknown:
            # The report is of all such layers, whatever reads them.
            self.graph.outputs = [node.outputs[0] for node in self.graph.nodes if node.outputs[0] in self.unknown]
        return self.graph

    # Models

    def named(self, config, prefix):
        """Each layer with the group of its variables."""
        counts = {}
        if not isinstance(config.get("layers"), list):
            raise Refused("expected the list of a model's layers")
        for layer in config["layers"]:
            if not isinstance(layer, dict) or not isinstance(layer.get("config"), dict) or not isinstance(layer.get("class_name"), str):
                raise Refused("expected layers with a class and a configuration")
            group = keras_weights.snake_case(layer["class_name"])
            counts[group] = counts.get(group, -1) + 1
            yield layer, f"{prefix}layers/{group}" + (f"_{counts[group]}" if counts[group] else "")

    def sequential(self, config, prefix, last):
        for layer, group in self.named(config, prefix):
            if layer["class_name"] == "InputLayer":
                last = self.input(layer["config"]) if last is None else last
            elif last is None:
                raise Refused("expected a model that is built, whose input's shape is in the file")
            else:
                made = self.layer(layer, group, [last])
                if len(made) != 1:
                    raise Refused(f"layer '{layer['config'].get('name')}': expected one output, got {len(made)}")
                last = made[0]
        if last is None:
            raise Refused("expected a model with layers")
        return last

    def functional(self, config, prefix, given):
        """The outputs of a model that is given tensors, or makes the network's inputs."""
        from . import keras_rules
        made, waiting = {}, []
        entries = histories(config["input_layers"])
        if given is not None and len(given) != len(entries):
            raise Refused(f"model '{config.get('name')}': expected {len(entries)} inputs, got {len(given)}")
        inside = dict(zip((history[0] for history in entries), given or []))
        for layer, group in self.named(config, prefix):
            name = layer.get("name", layer["config"].get("name"))
            if layer["class_name"] == "InputLayer":
                made[name, 0] = [inside[name] if given is not None else self.input(layer["config"])]
                continue
            # Each use of a layer, which may come before a layer that stands ahead of it.
            waiting += [(layer, group, name, number, call) for number, call in enumerate(layer["inbound_nodes"])]
        while waiting:
            left = []
            for each in waiting:
                layer, group, name, number, call = each
                arguments = [list(call["args"]), dict(call.get("kwargs") or {})]
                needed = histories_in(arguments)
                if not all((history[0], history[1]) in made for history in needed):
                    left.append(each)
                    continue
                inputs, options = self.arguments(arguments, made)
                if is_mask(layer, arguments[0]) and len(inputs) == 1:
                    made[name, number] = [keras_rules.shape.padding_mask(self, inputs[0], str(name))]
                else:
                    made[name, number] = self.layer(layer, group, inputs, options)
            if len(left) == len(waiting):
                raise Refused(f"layer '{left[0][2]}': nothing before it makes what it is called with: the layers form a cycle, or one "
                              "is missing")
            waiting = left
        outputs = [made[history[0], history[1]][history[2]] for history in histories(config["output_layers"])]
        if given is None:
            # As the file has them, not as its layers stand.
            self.graph.inputs = [made[history[0], 0][0] for history in entries]
        return outputs

    @staticmethod
    def arguments(arguments, made):
        """The tensors that a layer is called with by place, and what by name."""
        tensor = lambda history: made[history[0], history[1]][history[2]]  # noqa: E731
        inputs = [tensor(history) for history in histories_in(arguments[0])]
        options = {}
        for name, value in arguments[1].items():
            tensors = [tensor(history) for history in histories_in(value)]
            if name == "inputs":
                inputs += tensors
            elif tensors or value not in (None, False, [], {}):
                options[name] = tensors or value
        return inputs, options

    def input(self, config):
        shape = config.get("batch_shape") or config.get("batch_input_shape")
        name = str(config.get("name") or "input")
        if not isinstance(shape, list) or len(shape) < 2 or any(type(extent) is not int or extent < 1 for extent in shape[1:]):
            raise Refused(f"input '{name}': expected a shape of whole extents, got {str(shape)[:100]}")
        name = self.graph.new_name(name)
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

    def shape(self, name):
        return self.graph.shape(name)

    def layer(self, layer, group, inputs, options=None):
        """The outputs of a layer, or of a model as one, that is given these tensors."""
        from . import keras_rules
        kind, config = layer["class_name"], layer["config"]
        name = str(config.get("name") or layer.get("name") or kind)
        self.calls += 1
        if self.calls > MOST_NODES:
            raise Refused(f"its layers are used more than {MOST_NODES} times")
        by_name = [each for value in (options or {}).values() if isinstance(value, list) for each in value if each in self.graph.tensors]
        if not inputs and not by_name:
            raise Refused(f"layer '{name}': expected inputs, got none")
        self.check_float(name, config)
        if kind in keras_weights.MODELS and keras_weights.is_keras(layer):
            if options:
                raise Refused(f"model '{name}': is called with {', '.join(options)}")
            return [self.sequential(config, f"{group}/", inputs[0])] if kind == "Sequential" else \
                self.functional(config, f"{group}/", inputs)
        call = Call(kind, name, config, group, self.variables.get(group, []), inputs, options or {})
        before, is_known = len(self.graph.nodes), not any(each in self.unknown for each in inputs + by_name)
        try:
            if not keras_weights.is_keras(layer):
                raise Unsupported(f"is of {str(layer.get('module'))[:100]}, whose code is not run")
            if config.get("data_format") == "channels_first":
                raise Unsupported("channels are last in Burin")
            made = keras_rules.apply(self, call)
            if is_known or made in self.unknown:
                return [made]
        except Unsupported as problem:
            del self.graph.nodes[before:]
            output = self.not_known(name)
            if is_known or not isinstance(problem, Misfit):
                self.graph.nodes.append(Node(name, f"Keras's {kind}", [], [output], {"why": str(problem)}, kind))
            return [output]
        except Refused as refused:
            if is_known:
                raise Refused(f"layer '{name}' ({kind}): {refused}") from None
        # Of what is behind a layer that is not supported no shape is known: only what it asks for is told.
        del self.graph.nodes[before:]
        return [self.not_known(name)]

    def not_known(self, name):
        output = self.graph.add_tensor(name, shape=(1, 1, 1))
        self.unknown.add(output)
        return output

    def check_float(self, name, config):
        policy = config.get("dtype")
        if isinstance(policy, dict):
            policy = policy["config"]["name"]
        if policy is None:
            return
        if policy not in FLOATS:
            raise Refused(f"layer '{name}': numbers of {str(policy)[:100]}: expected floats")
        note = f"layers that compute with {FLOATS[policy]}, here with floats"
        if FLOATS[policy] and note not in self.graph.notes:
            self.graph.notes.append(note)

    def written(self, kind, inputs, name, shape, parameters=(), panels=True, **attributes):
        """A layer as Burin has it: parameters (name, values) in its order."""
        return self.add("Written", inputs, name, shape=shape, type=kind, parameters=list(parameters), panels=panels, **attributes)

    def weights(self, kind, config, group, name):
        """Of a layer's variables what Burin has: {name: values}."""
        return keras_weights.to_burin(keras_weights.Piece(group, "", kind, config, name), self.variables)


def is_mask(layer, arguments):
    """Whether it is what Keras writes for `mask_zero`: which tokens are not 0."""
    return layer["class_name"] == "NotEqual" and layer.get("module") == "keras.src.ops.numpy" and len(arguments) == 2 and \
        type(arguments[1]) in (int, float) and arguments[1] == 0


def histories(entries):
    """Places of tensors, (layer, call, which), in whatever form a model has its inputs or outputs."""
    if isinstance(entries, dict):
        return [each for value in entries.values() for each in histories(value)]
    if isinstance(entries, list) and len(entries) == 3 and isinstance(entries[0], str):
        if not all(type(each) is int and each >= 0 for each in entries[1:]):
            raise Refused(f"'{entries[0]}': expected the numbers of a call and of an output")
        return [tuple(entries)]
    if isinstance(entries, list):
        return [each for value in entries for each in histories(value)]
    raise Refused("expected the places of a model's inputs and outputs")


def histories_in(arguments):
    """Where each tensor among a call's arguments comes from."""
    if isinstance(arguments, dict):
        if arguments.get("class_name") == "__keras_tensor__":
            return histories(arguments["config"]["keras_history"])
        return [each for value in arguments.values() for each in histories_in(value)]
    if isinstance(arguments, list):
        return [each for value in arguments for each in histories_in(value)]
    return []
