"""Keras, with the back end that is installed. A model is read in its safe mode, in which code in it is refused."""

import os

import numpy as np


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
    model = keras.models.load_model(path, compile=False, safe_mode=True)
    results = []
    for inputs in samples:
        given = [np.asarray(x, np.float32)[None] for x in inputs]
        made = model.predict(given if len(given) > 1 else given[0], verbose=0)
        results.append([np.asarray(y, np.float32)[0] for y in (made if isinstance(made, list) else [made])])
    return results, f"Keras {keras.__version__}"
