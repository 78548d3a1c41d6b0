"""Keras, with the back end that is installed. A model is read in its safe mode, in which code in it is refused, and only
if all classes that it names are Keras's own layers, initializers and the like: what else a configuration names, Keras
would import."""

import json
import os
import zipfile

import numpy as np

from ..problems import NOT_INSTALLED, NotRun

MODULES = {"keras", "keras.constraints", "keras.initializers", "keras.layers", "keras.regularizers",
           "keras.src.models.functional"}


def foreign(value):
    """What a part of a configuration names that is of none of these modules, or "". Of operations it may only be what Keras
    itself writes for the mask of an Embedding."""
    if isinstance(value, list):
        return next(filter(None, map(foreign, value)), "")
    if not isinstance(value, dict):
        return ""
    kind, module = value.get("class_name"), value.get("module")
    if kind != "__keras_tensor__" and (kind is not None or module is not None) and (module, kind) != ("keras.src.ops.numpy", "NotEqual") and \
            (module not in MODULES or kind in ("Lambda", "function", "__lambda__")):
        return f"{module}.{kind}"
    return next(filter(None, map(foreign, value.values())), "")


def names_only_keras(config):
    """Whether a model's configuration names no class or function but those. How it was trained is not read."""
    return not foreign({key: value for key, value in config.items() if key != "compile_config"})


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
        raise NotRun(NOT_INSTALLED) from None
    with zipfile.ZipFile(path) as archive:
        config = json.loads(archive.read("config.json"))
        if not names_only_keras(config):
            found = foreign({key: value for key, value in config.items() if key != "compile_config"})
            raise NotRun(f"is not given this one: it names {found[:100]}, which Keras would import")
    results = []
    try:
        model = keras.models.load_model(path, compile=False, safe_mode=True)
        for inputs in samples:
            given = [np.asarray(x, np.float32)[None] for x in inputs]
            made = model.predict(given if len(given) > 1 else given[0], verbose=0)
            results.append([np.asarray(y, np.float32)[0] for y in (made if isinstance(made, list) else [made])])
    except Exception as error:  # Whatever it meets in a file that it does not run.
        raise NotRun.of(error) from None
    return results, f"Keras {keras.__version__}"
