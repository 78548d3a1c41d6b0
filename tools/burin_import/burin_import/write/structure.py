"""Layers as the forms in which a person writes a network: one after the other, with blocks around merges where each branch
begins and ends in one place. What is not so is a Graph."""

from dataclasses import dataclass, field

from ..layers.layer import Layer


@dataclass
class Block:
    """`kind<...>` of layers and blocks: Sequential, or Residual, Parallel<...> and so on."""

    kind: str
    children: list
    merge: object = None  #: The layer at its end.


@dataclass
class Alias:
    """A Sequential that has a name."""

    name: str
    children: list = field(default_factory=list)


def readers_of(layers):
    found = {}
    for layer in layers:
        for name in layer.inputs:
            found.setdefault(name, []).append(layer)
    return found


def nested(layers, source, target):
    """The network as children of a Sequential, or None where it is no such."""
    readers = readers_of(layers)
    order = {id(layer): i for i, layer in enumerate(layers)}
    producers = {layer.output: layer for layer in layers}
    used, identities = [], []
    known, above = {}, {}

    # Sets of layers are the bits of whole numbers, by the layers' places.
    def through(layer):
        """The layers that all ways from one go through."""
        if id(layer) not in known:
            common = 0 if layer.output == target else -1
            for reader in readers.get(layer.output, []):
                common &= through(reader)
            known[id(layer)] = (common if common != -1 else 0) | 1 << order[id(layer)]
        return known[id(layer)]

    def before(layer):
        """The layers from which a way leads to one, itself included."""
        if id(layer) not in above:
            found = 1 << order[id(layer)]
            for name in layer.inputs:
                if name in producers:
                    found |= before(producers[name])
            above[id(layer)] = found
        return above[id(layer)]

    def branch(start, end, merge):
        """From a tensor that several read to an input of the layer where they meet."""
        if start == end:
            return []
        ways = [reader for reader in readers[start] if reader is not merge and before(producers[end]) >> order[id(reader)] & 1]
        if len(ways) != 1 or len(ways[0].inputs) != 1:
            return None
        used.append(ways[0])
        rest = chain(ways[0].output, end)
        return None if rest is None else [ways[0], *rest]

    def chain(start, end):
        """From a tensor to another."""
        children, at = [], start
        while at != end:
            reading = readers.get(at, [])
            if at == target or not reading:
                return None
            if len(reading) == 1 and len(reading[0].inputs) == 1:
                children.append(reading[0])
                used.append(reading[0])
                at = reading[0].output
                continue
            places = -1
            for reader in reading:
                places &= through(reader)
            merge = layers[(places & -places).bit_length() - 1] if places else None
            # Two directions are no merge, though they read a mask.
            if merge is None or len(merge.inputs) < 2 or len(reading) != len(merge.inputs) or merge.type.startswith("Bidirectional<"):
                return None
            branches = [branch(at, name, merge) for name in merge.inputs]
            if any(each is None for each in branches):
                return None
            used.append(merge)
            first, second = branches[0], branches[1]
            # A sum of floats is the same in either order.
            if merge.type == "Add" and len(branches) == 2 and first and not second and merge.constants is None:
                first, second = second, first
            if len(branches) == 2 and not first and second:
                children.append(Block("Residual" if merge.type == "Add" else "SkipConnection", second, merge))
            else:
                for index, each in enumerate(branches):
                    if not each:
                        itself = Layer(f"{merge.name}_input", "Identity", [at], f"{at}/itself {index}", is_view=True)
                        each.append(itself)
                        identities.append((merge, index, itself.output))
                children.append(Block("Parallel", [each[0] if len(each) == 1 else Block("Sequential", each)
                                                   for each in branches], merge))
            at = merge.output
        return children

    # Longest ways first, so that the recursion above is never deep.
    for layer in reversed(layers):
        through(layer)
    for layer in layers:
        before(layer)
    try:
        children = chain(source, target)
    except RecursionError:
        return None
    if children is None or len({id(layer) for layer in used}) != len(layers) or len(used) != len(layers):
        return None
    for merge, index, name in identities:
        merge.inputs[index] = name
    return children


def by_steps(children, is_int8):
    """Layers of a step that are one after the other are a block of each step; of 8 bits there are no such blocks."""
    if is_int8:
        return children
    result, run = [], []

    def close():
        if sum(not layer.is_elementwise for layer in run) > 1:
            for layer in run:
                layer.by_step = False
            result.append(Block("TimeDistributed", run[:]))
        else:
            result.extend(run)
        run.clear()
    for child in children:
        if isinstance(child, Layer) and child.by_step and (run or not child.is_elementwise):
            run.append(child)
            continue
        close()
        result.append(child)
    close()
    return result


def flatten(children):
    """The layers in the order of Burin's table of nodes, each with its place in a Sequential: (layer, "2.0")."""
    result = []

    def walk(items, place):
        for number, item in enumerate(items):
            one(item, [*place, str(number)])

    def one(item, place):
        if isinstance(item, Alias) or isinstance(item, Block) and item.kind != "Parallel":
            walk(item.children, place)
        elif isinstance(item, Block):
            walk(item.children, place)
        else:
            result.append((item, ".".join(place)))
            return
        if isinstance(item, Block) and item.merge is not None:
            result.append((item.merge, ".".join(place)))
    walk(children, [])
    return result
