"""The network's type: a Sequential with names for what repeats, or a Graph of named nodes."""

from ..layers.layer import shape_of
from .aliases import with_aliases
from .cpp import identifier, string, typed
from .structure import Alias, Block, by_steps, flatten, nested, readers_of


def text_of(item):
    if isinstance(item, Alias):
        return item.name
    if not isinstance(item, Block):
        return each_step(item)
    if item.kind == "TimeDistributed":
        return f"TimeDistributed<Sequential<{', '.join(text_of(child) for child in item.children)}>>"
    inside = [text_of(child) for child in item.children]
    if item.kind in ("Parallel", "SkipConnection"):
        inside.insert(0, item.merge.type)
    return f"{item.kind}<{', '.join(inside)}>"


def each_step(layer):
    """Its type, at each step if it is one of a step."""
    return f"TimeDistributed<{layer.type}>" if layer.by_step and not layer.is_elementwise and layer.type != "Identity" else layer.type


def input_of(graph, name):
    return f"Input<{', '.join(map(str, shape_of(graph, name)))}>"


class Written:
    """Declarations, and the layers in the order of the table of nodes with their places in it."""

    def __init__(self, declarations, layers, is_graph):
        self.declarations, self.layers, self.is_graph = declarations, layers, is_graph


def network(graph, layers, wants_graph=False):
    if len(graph.inputs) == 1 and len(graph.outputs) == 1 and layers and not wants_graph:
        children = nested(layers, graph.inputs[0], graph.outputs[0])
        if children is not None:
            children = by_steps(children, graph.tensors[graph.inputs[0]].dtype == "int8")
            children, aliases = with_aliases(children)
            lines = [typed(f"using {name} = ", f"Sequential<{', '.join(map(text_of, inside))}>")
                     for name, inside in aliases]
            every = [input_of(graph, graph.inputs[0]), *map(text_of, children)]
            lines.append(typed("using Network = ", f"Sequential<{', '.join(every)}>"))
            return Written("\n".join(lines), flatten(children), False)
    return named(graph, layers)


def named(graph, layers):
    """A Graph: a node for each layer with what follows it alone."""
    taken = set()

    def new_name(wish, otherwise):
        name, count = identifier(wish, otherwise)[:40], 1
        base = name
        while name in taken:
            count += 1
            name = f"{base}_{count}"
        taken.add(name)
        return name

    readers = readers_of(layers)
    names = {tensor: new_name((graph.tensors[tensor].called or tensor).split("/")[-1], "input") for tensor in graph.inputs}
    lines = [f"Inputs<{', '.join(f'Node<{string(names[each])}, {input_of(graph, each)}>' for each in graph.inputs)}>"]
    grouped, placed = set(), []
    for layer in layers:
        if id(layer) in grouped:
            continue
        group = [layer]
        # What has no parameters and is alone behind it belongs to it.
        while True:
            behind = readers.get(group[-1].output, [])
            if len(behind) != 1 or len(behind[0].inputs) != 1 or group[-1].output in graph.outputs or behind[0].parameters or \
                    not (behind[0].is_elementwise or behind[0].is_view):
                break
            group.append(behind[0])
        grouped.update(map(id, group))
        name = new_name(layer.name.split("/")[-1], "layer")
        names[group[-1].output] = name
        kind = each_step(layer) if len(group) == 1 else f"Sequential<{', '.join(map(each_step, group))}>"
        sources = ", ".join(string(names[each]) for each in layer.inputs)
        lines.append(f"Node<{string(name)}, {kind}, From<{sources}>>")
        placed += [(each, name if len(group) == 1 else f"{name}.{i}") for i, each in enumerate(group)]
    lines.append(f"Outputs<{', '.join(string(names[each]) for each in graph.outputs)}>")
    declaration = typed("using Network = ", f"Graph<{', '.join(lines)}>", each_on_a_line=True)
    return Written(declaration, placed, True)
