#!/usr/bin/env python3
"""Small Keras models through TensorFlow's converter, as floats and as 8 bits, imported, compiled and compared with its
interpreter. Skipped where TensorFlow is not installed.

    tests/importer/keras_to_tflite.py COMPILER [FLAG...]
"""

import contextlib
import io
import os
import sys
import tempfile
from pathlib import Path

from support import Program, needs, run

needs("numpy", "tflite", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np  # noqa: E402
import tensorflow as tf  # noqa: E402

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "reference"))
from tflite_model import interpret  # noqa: E402

L = tf.keras.layers
SAMPLES = 30


def models():
    """Networks that the fixtures are not."""
    x = L.Input((12, 10, 3))
    y = L.Conv2D(8, 3, strides=2, padding="same", use_bias=False)(x)
    y = L.BatchNormalization()(y)
    y = L.ReLU(6.0)(y)
    z = L.DepthwiseConv2D(3, padding="same", depth_multiplier=2)(y)
    z = L.Conv2D(8, 1)(L.LeakyReLU(negative_slope=0.2)(z))
    y = L.ReLU()(L.Add()([y, z]))
    z = L.Conv2D(4, 3, padding="same", activation="tanh")(y)
    y = L.Concatenate()([y, z])
    y = L.MaxPooling2D(2)(y)
    y = L.Dense(5, activation="softmax")(L.Flatten()(L.ZeroPadding2D(1)(y)))
    yield "residual", tf.keras.Model(x, y)
    x = L.Input((16, 6))
    y = L.Conv1D(8, 5, padding="causal", activation="relu")(x)
    y = L.Conv1D(8, 3, strides=2, activation="relu")(y)
    y = L.AveragePooling1D(3)(y)
    y = L.GlobalAveragePooling1D()(y)
    y = L.Rescaling(0.75, -0.3)(y)
    yield "sequence", tf.keras.Model(x, L.Dense(1, activation="sigmoid")(y))
    x = L.Input((9, 8, 2))
    y = L.Conv2D(4, 3, padding="same", dilation_rate=2, activation="relu")(x)
    yield "dilated", tf.keras.Model(x, L.DepthwiseConv2D(3, dilation_rate=(2, 2))(y))
    a, b = L.Input((9,), name="a"), L.Input((9,), name="b")
    y = L.Multiply()([L.Dense(9, activation="sigmoid")(a), b])
    y = L.Subtract()([y, a])
    yield "two_inputs", tf.keras.Model([a, b], [L.Dense(4, name="first")(y), L.Dense(3, activation="relu", name="second")(y)])


def converted(model, random, is_int8):
    # What it says of itself is not the test's.
    tf.get_logger().setLevel("ERROR")
    converter = tf.lite.TFLiteConverter.from_keras_model(model)
    if is_int8:
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
        converter.representative_dataset = lambda: (
            [random.standard_normal((1, *x.shape[1:])).astype(np.float32) for x in model.inputs] for _ in range(60))
        converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
        converter.inference_input_type = converter.inference_output_type = tf.int8
    with contextlib.redirect_stdout(io.StringIO()):
        return converter.convert()


def main():
    from burin_import import readers, runtimes, simplify
    random = np.random.default_rng(4)
    with tempfile.TemporaryDirectory() as directory:
        work, headers, cases = Path(directory), {}, {}
        for name, model in models():
            for weight in model.weights:
                if "moving_variance" not in weight.path:
                    weight.assign(random.standard_normal(weight.shape) / 3)
            # The converter adds biases behind dilated convolutions, which 8 bits have no constants for.
            for kind in ("float",) if name == "dilated" else ("float", "int8"):
                file = work / f"{name}_{kind}.tflite"
                file.write_bytes(converted(model, random, kind == "int8"))
                graph = readers.read(file)
                simplify.simplify(graph)
                samples = runtimes.random_samples(graph, SAMPLES)
                for rounding in ("once", "twice") if kind == "int8" else ("once",):
                    called = f"{name}_{kind}_{rounding}"
                    code, said = run(file, "-o", work / f"{called}.hpp", "--name", called, "--no-test", "--rounding", rounding)
                    assert code == 0, said
                    headers[called] = (f"{called}.hpp", "int8" if kind == "int8" else "row_major")
                    cases[called] = (file, graph, samples, rounding)
        program = Program(work, sys.argv[1:] or ["g++"], headers)
        for called, (file, graph, samples, rounding) in cases.items():
            found = runtimes.run(file, graph, samples, rounding)
            if found is None:  # Its reference kernels lack some that its others have.
                continue
            theirs, runtime = found
            theirs = np.stack([np.concatenate([y.reshape(-1) for y in each]) for each in theirs])
            ours = program.run(called, np.stack([np.concatenate([x.reshape(-1) for x in each]) for each in samples]))
            apart = np.abs(ours.astype(np.float64) - theirs)
            print(f"{called}: {apart.max():g} of {np.abs(theirs.astype(float)).max():g}, {np.count_nonzero(apart)} of {apart.size}; {runtime}")
            # docs/formats.md tells where 8 bits differ.
            assert apart.max() <= 1 if ours.dtype == np.int8 else apart.max() < 1e-5 * np.abs(theirs).max(), called


main()
