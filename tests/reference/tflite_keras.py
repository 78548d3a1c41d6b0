#!/usr/bin/env python3
"""Writes tests/importer/keras_*.tflite, recurrent layers of Keras 3 as TensorFlow converts them, in loops, and what LiteRT
computes of 100 sequences.

    pip install tensorflow ai-edge-litert && python3 tests/reference/tflite_keras.py
"""

from pathlib import Path

import numpy as np
import tensorflow as tf

from svdf_model import steps_of

HERE = Path(__file__).parent.parent / "importer"
keras = tf.keras
layers, biases = keras.layers, {"bias_initializer": keras.initializers.RandomUniform(-1, 1, seed=3)}
keras.utils.set_random_seed(4)
NETWORKS = {"lstm": [layers.Bidirectional(layers.LSTM(4, return_sequences=True, **biases)), layers.LSTM(3, **biases), layers.Dense(2)],
            "gru": [layers.GRU(5, return_sequences=True, **biases), layers.GRU(4, reset_after=False, **biases)],
            "rnn": [layers.SimpleRNN(5, return_sequences=True, **biases), layers.SimpleRNN(4, activation="relu", **biases)]}
for name, inner in NETWORKS.items():
    model = keras.Sequential([keras.Input(shape=(6, 3), batch_size=1), *inner])
    content = tf.lite.TFLiteConverter.from_keras_model(model).convert()
    x = np.random.default_rng(12).uniform(-1, 1, (100, 6, 3)).astype(np.float32)
    y = steps_of(content, x)
    (HERE / f"keras_{name}.tflite").write_bytes(content)
    np.savez_compressed(HERE / f"keras_{name}.npz", x=x, y=y.reshape(len(y), -1))
