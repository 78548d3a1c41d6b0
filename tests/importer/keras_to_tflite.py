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

from support import Program, needs, refused, run

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


    x = L.Input((8, 8, 2))
    y = L.Conv2D(4, 3, padding="same", activation="relu")(x)
    z = L.Conv2D(8, 3, strides=2, padding="same", activation="relu")(y)
    z = L.Conv2DTranspose(4, 3, strides=2, padding="same", activation="relu")(z)
    y = L.Concatenate()([y, z])
    y = L.UpSampling2D(2, interpolation="bilinear")(L.MaxPooling2D(2)(y))
    yield "unet", tf.keras.Model(x, L.Conv2DTranspose(1, 2, strides=2)(y))
    x = L.Input((16,))
    y = L.Dense(8, activation="relu")(L.Dense(3, activation="relu")(x))
    yield "autoencoder", tf.keras.Model(x, L.Dense(16, activation="sigmoid")(y))
    x = L.Input((6, 5, 1))
    y = L.PReLU(shared_axes=[1, 2])(L.Conv2D(8, 3, padding="same")(x))
    y = L.Lambda(lambda t: tf.nn.depth_to_space(t, 2))(L.Conv2D(4, 3, padding="same")(y))
    y = L.Add()([y, L.Lambda(lambda t: tf.image.resize(t, (12, 10), "nearest"))(x)])
    yield "super_resolution", tf.keras.Model(x, y)
    x = L.Input((6, 8))
    y = L.LayerNormalization()(x)
    y = L.Add()([x, L.MultiHeadAttention(2, 4)(y, y)])
    z = L.Dense(8)(L.Dense(16, activation="gelu")(L.LayerNormalization()(y)))
    yield "transformer", tf.keras.Model(x, L.GlobalAveragePooling1D()(L.Add()([y, z])))
    x = L.Input((6, 6, 8))
    y = L.Conv2D(8, 3, padding="same", activation="relu")(x)
    z = L.Conv2D(8, 1, activation="sigmoid")(L.Conv2D(4, 1, activation="relu")(L.GlobalAveragePooling2D(keepdims=True)(y)))
    y = L.Multiply()([y, z])
    z = L.Conv2D(1, 1, activation="sigmoid")(y)
    y = L.Multiply()([y, z])
    yield "gated", tf.keras.Model(x, L.Conv2D(3, 3, activation=lambda t: tf.clip_by_value(t, -1.0, 1.0))(y))
    x = L.Input((7,))
    y = L.Conv1D(4, 3, activation="relu")(L.Embedding(20, 5)(x))
    yield "text", tf.keras.Model(x, L.Dense(2)(L.GlobalMaxPooling1D()(y)))
    x = L.Input((8, 3))
    y = L.Lambda(lambda t: tf.nn.space_to_depth(t, 2))(L.Reshape((4, 2, 3))(x))
    parts = L.Lambda(lambda t: tf.unstack(t, axis=1))(y)
    y = L.Lambda(lambda t: tf.math.squared_difference(t[0], t[1]))(parts)
    y = L.Lambda(lambda t: tf.matmul(t, t, transpose_b=True))(L.Flatten()(y)[:, :, None])
    yield "parts", tf.keras.Model(x, y)


#: What converts some of them also otherwise: half of a float, weights of 8 bits alone.
OTHERWISE = {"residual": ("halves", "dynamic"), "autoencoder": ("halves", "dynamic")}
#: What 8 bits have not yet, or TensorFlow gives no 8 bits.
FLOATS_ONLY = ("dilated", "unet", "super_resolution", "transformer", "text", "parts")


def converted(model, random, kind):
    # What it says of itself is not the test's.
    tf.get_logger().setLevel("ERROR")
    converter = tf.lite.TFLiteConverter.from_keras_model(model)
    if kind != "float":
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
    if kind == "halves":
        converter.target_spec.supported_types = [tf.float16]
    if kind in ("int8", "int16"):
        converter.representative_dataset = lambda: (
            [random.standard_normal((1, *x.shape[1:])).astype(np.float32) for x in model.inputs] for _ in range(60))
        converter.target_spec.supported_ops = [
            tf.lite.OpsSet.TFLITE_BUILTINS_INT8 if kind == "int8" else
            tf.lite.OpsSet.EXPERIMENTAL_TFLITE_BUILTINS_ACTIVATIONS_INT16_WEIGHTS_INT8]
        converter.inference_input_type = converter.inference_output_type = getattr(tf, kind)
    with contextlib.redirect_stdout(io.StringIO()):
        return converter.convert()


def main():
    from burin_import import layers, readers, runtimes, simplify
    random = np.random.default_rng(4)
    with tempfile.TemporaryDirectory() as directory:
        work, headers, cases = Path(directory), {}, {}
        for name, model in models():
            for weight in model.weights:
                if "moving_variance" not in weight.path:
                    weight.assign(random.standard_normal(weight.shape) / 3)
            for kind in ("float", *OTHERWISE.get(name, ()), *(() if name in FLOATS_ONLY else ("int8",))):
                file = work / f"{name}_{kind}.tflite"
                file.write_bytes(converted(model, random, kind))
                graph = readers.read(file)
                simplify.simplify(graph)
                layers.layers_of(graph)  # Which tells of tokens how many there are.
                samples = runtimes.random_samples(graph, SAMPLES)
                # LiteRT's reference kernel of FULLY_CONNECTED rounds once: of many such layers the ones twice are not it.
                for rounding in ("once", "twice") if kind == "int8" and name != "autoencoder" else ("once",):
                    called = f"{name}_{kind}_{rounding}"
                    code, said = run(file, "-o", work / f"{called}.hpp", "--name", called, "--no-test", "--rounding", rounding)
                    assert code == 0, said
                    has_weights = "row_major[" in (work / f"{called}.hpp").read_text()
                    headers[called] = (f"{called}.hpp", "int8" if kind == "int8" else "row_major" if has_weights else "none")
                    cases[called] = (file, graph, samples, rounding)
            if name == "autoencoder":
                (work / "int16.tflite").write_bytes(converted(model, random, "int16"))
                assert "of int16: expected float32 or int8" in refused(work / "int16.tflite")
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
            # LiteRT rounds what weights of 8 bits are multiplied with.
            least = 5e-2 if called.endswith("dynamic_once") else 1e-5
            assert apart.max() <= 1 if ours.dtype == np.int8 else apart.max() < least * np.abs(theirs).max(), called


main()
