"""One file a format: `read(path) -> Graph` (or a list of what the suffixes are)."""

from importlib import import_module
from pathlib import Path

from .. import shapes
from ..problems import DAMAGE, Refused

#: Which module reads files of which suffix.
BY_SUFFIX = {".tflite": "tflite", ".lite": "tflite", ".onnx": "onnx", ".keras": "keras", ".h5": "keras", ".nam": "nam",
             ".json": "rtneural", ".safetensors": "pytorch"}


def read(path, size=1.0, extents=None, constants=None):
    """The file's network, of a .nam with several sizes the one for `size`, of an .onnx with
    inputs of these extents, or that are these numbers. Raises Refused for whatever keeps it from being one."""
    path = Path(path)
    name = BY_SUFFIX.get(path.suffix.lower())
    if name is None:
        raise Refused(f"{path}: expected a file of one of the suffixes {', '.join(BY_SUFFIX)}")
    try:
        module = import_module(f"{__name__}.{name}")
    except ModuleNotFoundError as error:
        if error.name != f"{__name__}.{name}":
            raise
        raise Refused(f"{path}: a state dict has weights alone: write the network, then io::load with io::PyTorch{{}} "
                      "(docs/state-dicts.md)") from None
    if not path.is_file():
        raise Refused(f"{path}: there is no such file")
    try:
        graph = module.read(path, *{"nam": [size], "onnx": [extents, constants]}.get(name, []))
        graph.verify()
        shapes.check(graph)
        graph.check_sizes()
        graph.check_reuse()
    except Refused as refused:
        raise Refused(f"{path}: {refused}") from None
    except MemoryError:
        raise Refused(f"{path}: does not fit in memory") from None
    except RecursionError:
        raise Refused(f"{path}: is nested too deeply") from None
    except OSError as error:
        raise Refused(f"{path}: {error.strerror or error}") from None
    except DAMAGE as error:
        raise Refused(f"{path}: the file is damaged ({type(error).__name__}: {error})") from None
    except Exception as error:
        if type(error).__module__ not in ("struct",) and not type(error).__module__.startswith(("onnx", "google", "h5py",
                                                                                                  "safetensors")):
            raise
        raise Refused(f"{path}: the file is damaged ({type(error).__name__}: {error})") from None
    return graph
