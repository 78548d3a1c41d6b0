"""Keras, with the back end that is installed. A model is read in its safe mode, in which code in it is refused, and only
if all classes that it names are Keras's own layers, initializers and the like: what else a configuration names, Keras
would import."""

import json
import os
import zipfile

import numpy as np

MODULES = {"keras", "keras.constraints", "keras.initializers", "keras.layers", "keras.regularizers",
           "keras.src.models.functional"}


def names_only_keras(value):
    """Whether a part of a configuration names no class or function but those of these modules."""
    if isinstance(value, list):
        return all(map(names_only_keras, value))
    if not isinstance(value, dict):
        return True
    kind, module = value.get("class_name"), value.get("module")
    if kind != "__keras_tensor__" and (kind is not None or module is not None) and \
            (module not in MODULES or kind in ("Lambda", "function", "__lambda__")):
        return False
    return all(map(names_only_keras, value.values()))


def run(path, graph, samples, rounding):
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    if "KERAS_BACKEND" not in os.environ:
        for backend in ("torch", "jax", "tensorflow"):
            try:
                __import__(backend)
                os.environ["KERAS_BACKEND"] = backend
                break
            except ImportError:
                pass
    try:
        import keras
    except ImportError:
        return None
    with zipfile.ZipFile(path) as archive:
        if not names_only_keras(json.loads(archive.read("config.json"))):
            return None
    model = keras.models.load_model(path, compile=False, safe_mode=True)
    results = []
    for inputs in samples:
        given = [np.asarray(x, np.float32)[None] for x in inputs]
        made = model.predict(given if len(given) > 1 else given[0], verbose=0)
        results.append([np.asarray(y, np.float32)[0] for y in (made if isinstance(made, list) else [made])])
    return results, f"Keras {keras.__version__}"
