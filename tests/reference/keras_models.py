#!/usr/bin/env python3
"""Writes keras_*.keras, small models of Keras 3, what burin-convert makes of two of them, and in keras_outputs.safetensors
what Keras computes, for tests/io/keras.cpp and tests/importer.

    pip install keras torch h5py safetensors && KERAS_BACKEND=torch python3 tests/reference/keras_models.py

They are kept beside this script.
"""

import json
import sys
import zipfile
from pathlib import Path

import keras
import numpy as np
from keras import layers
from safetensors.numpy import save_file

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / "tools/burin_import"))
from burin_import import convert  # noqa: E402


def image():
    return keras.Sequential([
        keras.Input((6, 6, 2)), layers.Conv2D(4, 3, padding="same", activation="relu"), layers.BatchNormalization(),
        layers.MaxPooling2D(2), layers.DepthwiseConv2D(2), layers.GroupNormalization(2),
        layers.Conv2DTranspose(3, 2, strides=2), layers.LayerNormalization(center=False), layers.SeparableConv2D(4, 2),
        layers.Flatten(), layers.Dense(3, activation="tanh")
    ])


def sequence():
    tokens = keras.Input((6,), name="tokens")
    x = layers.Embedding(10, 4, name="embedding")(tokens)
    x = layers.Conv1D(4, 2, padding="causal", name="convolution")(x)
    x = layers.Bidirectional(layers.LSTM(3, return_sequences=True), name="both")(x)
    x = layers.MultiHeadAttention(2, 3, name="attention")(x, x)
    x = layers.GRU(5, return_sequences=True, name="gru")(x)
    x = layers.SimpleRNN(4, name="rnn")(x)
    return keras.Model(tokens, layers.Dense(2, name="head")(x))


def imported_image():
    """What burin-import has layers for."""
    return keras.Sequential([
        keras.Input((8, 8, 3)), layers.Conv2D(4, 3, padding="same", activation="relu"), layers.BatchNormalization(),
        layers.MaxPooling2D(2), layers.DepthwiseConv2D(2), layers.SeparableConv2D(4, 2), layers.Flatten(),
        layers.Dropout(0.5), layers.Dense(3, activation="softmax")
    ])


def imported_sequence():
    x = keras.Input((6, 4), name="x")
    y = layers.Add(name="sum")([x, layers.Conv1D(4, 2, padding="causal", name="convolution")(x)])
    y = layers.Bidirectional(layers.LSTM(3, return_sequences=True), name="both")(y)
    return keras.Model(x, layers.Dense(2, name="head")(layers.SimpleRNN(3)(layers.GRU(5, return_sequences=True)(y))))


def parts():
    """Layers of which Keras has others' forms, and a model within it that is used twice."""
    inner = keras.Input((6, 6, 2))
    block = keras.Model(inner, layers.Add()([inner, layers.Conv2D(2, 3, padding="same", name="inner")(inner)]), name="block")
    x = keras.Input((6, 6, 2), name="x")
    y = block(layers.PReLU(shared_axes=[1, 2], name="slopes")(block(x)))
    y = layers.Conv2DTranspose(3, 3, strides=2, padding="same", name="up")(y)
    y = layers.Cropping2D(((1, 2), (0, 3)), name="crop")(y)
    y = layers.UpSampling2D((2, 1), interpolation="bilinear", name="bilinear")(layers.GroupNormalization(-1, name="norm")(y))
    y = layers.ReLU(max_value=1.5, name="clip")(layers.UnitNormalization(name="unit")(y))
    y = layers.RMSNormalization(name="rms")(layers.GlobalAveragePooling2D(name="mean")(y))
    return keras.Model(x, layers.Dense(2, name="head")(y))


def imported_attention():
    x = keras.Input((6, 4), name="x")
    y = layers.LayerNormalization(name="norm")(x)
    y = layers.Add(name="sum")([x, layers.MultiHeadAttention(2, 3, name="heads")(y, y, use_causal_mask=True)])
    y = layers.Attention(use_scale=True, name="attention")([y, x])
    y = layers.Permute((2, 1), name="turn")(layers.TimeDistributed(keras.Sequential([layers.Dense(5), layers.ELU(0.5)]), name="each")(y))
    y = layers.Conv1DTranspose(3, 4, strides=2, padding="same", name="longer")(layers.ZeroPadding1D((1, 2), name="pad")(y))
    z = layers.SeparableConv1D(3, 3, name="separable")(layers.DepthwiseConv1D(3, padding="same", name="depthwise")(y))
    y = layers.Dot((2, 2), normalize=True, name="dot")([y, z])
    return keras.Model(x, layers.GlobalMaxPooling1D(name="most")(layers.Rescaling(0.5, -1, name="scale")(y)))


def imported_masked():
    tokens = keras.Input((6,), name="tokens")
    x = layers.LSTM(3, return_sequences=True, name="first")(layers.Embedding(10, 4, mask_zero=True, name="embedding")(tokens))
    return keras.Model(tokens, layers.Dense(2, name="head")(layers.Bidirectional(layers.GRU(3), name="both")(x)))


def imported_volume():
    return keras.Sequential([
        keras.Input((3, 3, 3, 2)), layers.ZeroPadding3D(1), layers.Conv3D(3, 2, activation="hard_tanh"), layers.UpSampling3D((1, 2, 1)),
        layers.Cropping3D(((1, 0), (0, 2), (0, 0))), layers.SpatialDropout3D(0.5), layers.TimeDistributed(layers.Conv2D(2, 2)),
        layers.GlobalAveragePooling3D(), layers.RepeatVector(3), layers.GRU(3)
    ])


def imported_directions():
    """Of sequences with padding, whose outputs are 0 there, and what else is made of both directions."""
    return keras.Sequential([
        keras.Input((6,)), layers.Embedding(10, 4, mask_zero=True), layers.Bidirectional(layers.LSTM(3, return_sequences=True), merge_mode="sum"),
        layers.Bidirectional(layers.GRU(2, return_sequences=True)), layers.Dense(2), layers.Bidirectional(layers.SimpleRNN(3), merge_mode="ave")
    ])


def main():
    keras.utils.set_random_seed(1)
    random, outputs = np.random.default_rng(1), {}
    models = {"image": image(), "sequence": sequence(), "imported_image": imported_image(),
              "imported_sequence": imported_sequence(), "parts": parts(), "imported_attention": imported_attention(),
              "imported_masked": imported_masked(), "imported_volume": imported_volume(),
              "imported_directions": imported_directions()}
    for name, model in models.items():
        for layer in model.layers:
            # Scales, shifts and variances that are not those of a fresh network; only the latter must be positive.
            layer.set_weights([each + random.uniform(0 if np.all(each == 1) else -0.5, 0.5, each.shape)
                               for each in layer.get_weights()])
        shape = (2, *model.input_shape[1:])
        is_text = name in ("sequence", "imported_masked", "imported_directions")
        x = (random.integers(0, 10, shape) if is_text else random.uniform(-1, 1, shape)).astype(np.float32)
        if name in ("imported_masked", "imported_directions"):
            x[0, 4:] = x[1, 2:] = 0
        path = HERE / f"keras_{name}.keras"
        model.save(path)
        with zipfile.ZipFile(path) as archive:  # Packed, as most of HDF5 is empty here.
            members = {each: archive.read(each) for each in archive.namelist()}
        metadata = json.loads(members["metadata.json"])
        members["metadata.json"] = json.dumps({**metadata, "date_saved": "2026-01-01@00:00:00"}).encode()
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for each, content in members.items():
                archive.writestr(zipfile.ZipInfo(each), content, zipfile.ZIP_DEFLATED)
        outputs[f"{name}:x"], outputs[f"{name}:y"] = x, np.asarray(model.predict(x, verbose=0), np.float32)
        if not name.startswith("imported"):
            assert convert.main([str(path), str(path.with_suffix(".safetensors"))]) == 0
    save_file(outputs, HERE / "keras_outputs.safetensors")


if __name__ == "__main__":
    main()
