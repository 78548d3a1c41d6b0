"""The outputs of a file's own run-time, one module a format as in readers/:
`run(path, graph, samples, rounding) -> (outputs, name and version)`, or NotRun with the reason. `samples` is a list
of inputs, each a list of arrays in the order and with the numbers of `graph.inputs` (8 bits for networks of 8 bits);
`outputs` is as long, each a list of arrays in the order and with the numbers of `graph.outputs`."""

from importlib import import_module
from pathlib import Path

import numpy as np

from ..layers.layer import sample
from ..problems import NOT_INSTALLED, NotRun
from ..readers import BY_SUFFIX


def run(path, graph, samples, rounding):
    name = BY_SUFFIX[Path(path).suffix.lower()]
    try:
        module = import_module(f"{__name__}.{name}")
    except ModuleNotFoundError:
        raise NotRun(NOT_INSTALLED) from None
    return module.run(Path(path), graph, samples, rounding)


def random_samples(graph, count, seed=1):
    """Inputs: random numbers of 8 bits or of tokens, or normal ones."""
    random = np.random.default_rng(seed)
    samples = []
    for _ in range(count):
        inputs = []
        for name in graph.inputs:
            shape = sample(graph, name)
            tensor = graph.tensors[name]
            # Whole numbers of an input that numbers nothing.
            if not tensor.tokens and np.dtype(graph.file_inputs.get(tensor.called or name, ("", (), "float32"))[2]).kind == "i" and tensor.dtype != "int8":
                inputs.append(random.integers(-4, 5, shape).astype(np.float32))
                continue
            inputs.append(random.integers(0, tensor.tokens, shape).astype(np.float32) if tensor.tokens
                          else random.integers(-128, 128, shape).astype(np.int8) if tensor.dtype == "int8"
                          else random.standard_normal(shape).astype(np.float32))
        samples.append(inputs)
    return samples
