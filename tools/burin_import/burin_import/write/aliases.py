"""Layers that come again and again in the same order get a name."""

from .structure import Alias, Block


def signature(item):
    """What two items that are written alike have in common."""
    if isinstance(item, Alias):
        return item.name
    if isinstance(item, Block):
        return (item.kind, item.merge.type if item.merge else "", *map(signature, item.children))
    return item.type


def lists(children):
    """All lists of layers one after the other, but for those that have a name already."""
    yield children
    for item in children:
        if isinstance(item, Block):
            if item.kind == "Parallel":
                for branch in item.children:
                    yield from lists([branch])
            else:
                yield from lists(item.children)


def length(piece):
    """Letters, roughly."""
    return sum(len(part) if isinstance(part, str) else length(part) for part in piece) + 2 * len(piece)


def repeated(children, most=12):
    """The piece whose name saves most, or None."""
    counts = {}
    for items in lists(children):
        signed = [signature(item) for item in items]
        for size in range(1, min(most, len(signed)) + 1):
            last = {}
            for start in range(len(signed) - size + 1):
                # A block begins with what has weights, not with what follows them.
                if getattr(items[start], "is_elementwise", False):
                    continue
                piece = tuple(signed[start:start + size])
                if last.get(piece, -size) + size <= start:
                    last[piece] = start
                    counts[piece] = counts.get(piece, 0) + 1
    best, saved = None, 40
    for piece, count in counts.items():
        gain = (count - 1) * length(piece) - 30
        if count > 1 and (len(piece) > 1 or isinstance(piece[0], tuple)) and gain > saved:
            best, saved = piece, gain
    return best


def name_of(piece, taken):
    text = str(piece)
    name = "Separable" if "DepthwiseConv2D" in text and "Conv2D<" in text.replace("DepthwiseConv2D", "") else \
        "Depthwise" if "DepthwiseConv2D" in text else \
        "ResidualBlock" if "Residual" in text else "Branches" if "Parallel" in text else \
        "Convolution" if "Conv" in text else "Hidden" if "Dense" in text else "Block"
    result, count = name, 1
    while result in taken:
        count += 1
        result = f"{name}{count}"
    return result


def replace(items, piece, name):
    """The same with the name instead of the piece."""
    size, result, at = len(piece), [], 0
    while at < len(items):
        if tuple(signature(item) for item in items[at:at + size]) == piece:
            result.append(Alias(name, items[at:at + size]))
            at += size
        else:
            item = items[at]
            if isinstance(item, Block):
                item.children = [each for child in item.children for each in replace([child], piece, name)] \
                    if item.kind == "Parallel" else replace(item.children, piece, name)
            result.append(item)
            at += 1
    return result


def with_aliases(children, taken=("Network",)):
    """The children, and [(name, children)] of the aliases in the order in which they are declared."""
    aliases, taken = [], set(taken)
    while len(aliases) < 12:
        piece = repeated(children)
        if piece is None:
            break
        name = name_of(piece, taken)
        taken.add(name)
        children = replace(children, piece, name)
        found = next(item for items in lists(children) for item in items if isinstance(item, Alias) and item.name == name)
        aliases.append((name, found.children))
    # Those that others are made of come first.
    made, ordered = set(), []
    waiting = list(aliases)
    while waiting:
        for alias in waiting:
            inside = {item.name for items in lists(alias[1]) for item in items if isinstance(item, Alias)}
            if inside <= made:
                ordered.append(alias)
                made.add(alias[0])
                waiting.remove(alias)
                break
    return children, ordered
