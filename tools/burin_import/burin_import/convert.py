"""burin-convert FROM TO: weights of a Keras 3 model as safetensors for Burin, and Burin's as Keras reads them."""

import argparse
import os
import sys
import tempfile
from pathlib import Path

import numpy as np

from . import keras_weights
from .problems import DAMAGE, Missing, Refused

EXAMPLES = """burin-convert model.keras model.safetensors                          # then: io::load("model.safetensors", model)
burin-convert model.weights.h5 model.safetensors --like model.keras    # weights alone do not say which layers they are of
burin-convert model.safetensors new.keras --like model.keras           # or new.weights.h5, for model.load_weights
"""


def arguments(given):
    parser = argparse.ArgumentParser(prog="burin-convert", description=__doc__.split(": ", 1)[1], epilog=EXAMPLES,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source", type=Path, metavar="FROM", help=".keras, .weights.h5 or .safetensors")
    parser.add_argument("target", type=Path, metavar="TO", help=".safetensors, or .keras or .weights.h5")
    parser.add_argument("--like", type=Path, metavar="MODEL.keras", help="a file of the same layers")
    return parser.parse_args(given)


def safetensors():
    try:
        import safetensors.numpy as found
        import safetensors as package
    except ImportError:
        raise Missing(".safetensors", "safetensors") from None
    return package, found


def put(path, content):
    """The whole file, or what was there before."""
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
        file.write(content)
    os.chmod(file.name, 0o666 & ~umask())
    os.replace(file.name, path)


def umask():
    current = os.umask(0)
    os.umask(current)
    return current


def mismatches(tensors, wanted):
    """All that is missing, of another shape or not expected."""
    for name, array in wanted.items():
        if name not in tensors:
            yield f"missing tensor '{name}' {list(array.shape)}"
        elif tensors[name].shape != array.shape:
            yield f"tensor '{name}': expected {list(array.shape)}, got {list(tensors[name].shape)}"
    for name, array in tensors.items():
        if name not in wanted:
            yield f"unexpected tensor '{name}' {list(array.shape)}"


def to_burin(source, target, like):
    package, numpy_form = safetensors()
    is_whole = source.suffix == ".keras"
    pieces, variables, _ = keras_weights.read_model(source if is_whole else like)
    if not is_whole:
        of_like = variables
        variables = keras_weights.read_variables(source, source.stat().st_size)
        shapes = lambda groups: {f"{path}/vars/{i}": array for path, arrays in groups.items()  # noqa: E731
                                 for i, array in enumerate(arrays) if array.size and path.startswith("layers/")}
        problems = list(mismatches(shapes(variables), shapes(of_like)))
        if problems:
            raise Refused("; ".join(problems))
    tensors = {}
    for piece in pieces:
        tensors.update(keras_weights.to_burin(piece, variables))
    tensors = {name: array.astype(np.float32) for name, array in tensors.items()}
    put(target, numpy_form.save(tensors, metadata={"format": "burin"}))
    return [f"{piece.place}: {piece.kind} '{piece.name}'{note(piece)}" for piece in pieces]


def note(piece):
    """What the network's type must say that weights do not."""
    epsilon = piece.config.get("epsilon", 1e-3)
    return f", in Burin with Epsilon<{epsilon}>" if piece.kind.endswith("Normalization") and epsilon != 1e-5 else ""


def to_keras(source, target, like):
    package, _ = safetensors()
    pieces, variables, weights = keras_weights.read_model(like)
    wanted = {}
    for piece in pieces:
        wanted.update(keras_weights.to_burin(piece, variables))
    try:
        with package.safe_open(source, "np") as file:
            form = (file.metadata() or {}).get("format", "")
            if form != "burin" and not any(key.startswith("burin.") for key in file.metadata() or {}):
                raise Refused(f"expected a file of Burin's, got one that says 'format' '{form}'")
            tensors = {name: file.get_tensor(name) for name in file.keys()}
    except package.SafetensorError as error:
        raise Refused(f"the file is damaged ({error})") from None
    problems = list(mismatches(tensors, wanted))
    if problems:
        raise Refused("; ".join(problems))
    changed = {}
    for piece in pieces:
        changed.update(keras_weights.from_burin(piece, tensors, variables))
    content = keras_weights.replaced(weights, changed)
    put(target, keras_weights.packed(like, content) if target.suffix == ".keras" else content)
    return []


def main(given=None):
    wish = arguments(given)
    source, target = wish.source, wish.target
    try:
        if source.suffix == ".safetensors" and target.suffix in (".keras", ".h5"):
            if not wish.like:
                raise Refused("expected --like MODEL.keras, which says what the layers are")
            said = to_keras(source, target, wish.like)
        elif source.suffix in (".keras", ".h5") and target.suffix == ".safetensors":
            if source.suffix == ".h5" and not wish.like:
                raise Refused("expected --like MODEL.keras, which says what the layers are")
            said = to_burin(source, target, wish.like)
        else:
            raise Refused("expected .keras or .weights.h5 and .safetensors, or the other way round")
    except (Refused, OSError, *DAMAGE, RecursionError, MemoryError) as error:
        what = str(error) if isinstance(error, Refused) else f"can't be read ({type(error).__name__}: {error})"
        print(f"burin-convert: {source}: {what}", file=sys.stderr)
        return 1
    for line in said:
        print(line)
    return 0


if __name__ == "__main__":
    sys.exit(main())
