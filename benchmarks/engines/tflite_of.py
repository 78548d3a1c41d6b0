"""Networks as .tflite files, of floats and of 8-bit integers, by TensorFlow's converter."""

import os

os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import networks
import numpy as np
import tensorflow as tf
from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2


class Builder:
    def __init__(self):
        self.weights, self.given = networks.Weights(), []

    def layers(self, layers, x):
        for kind, *given in layers:
            x = getattr(self, kind)(x, *given)
        return x

    def weighted(self, layer, x, *shapes, reshape=None):
        values = [self.weights.next(*shape) for shape in shapes]
        if reshape:
            values[0] = values[0].reshape(reshape)
        y = layer(x)
        layer.set_weights(values)
        return y

    def relu(self, x):
        return keras.layers.ReLU()(x)

    def dense(self, x, units):
        return self.weighted(keras.layers.Dense(units), x, (x.shape[-1], units), (units,))

    def conv(self, x, filters, kernel, stride, padding="same"):
        layer = keras.layers.Conv2D(filters, kernel, stride, padding)
        return self.weighted(layer, x, (*kernel, x.shape[-1], filters), (filters,))

    def conv_valid(self, x, filters, kernel):
        return self.conv(x, filters, kernel, 1, "valid")

    def depthwise(self, x, kernel, stride):
        channels = x.shape[-1]
        return self.weighted(keras.layers.DepthwiseConv2D(kernel, stride, "same"), x, (*kernel, channels), (channels,),
                             reshape=(*kernel, channels, 1))

    def max_pool(self, x, size):
        return keras.layers.MaxPooling2D(size)(x)

    def average_pool(self, x, size):
        return keras.layers.AveragePooling2D(size)(x)

    def flatten(self, x):
        return keras.layers.Flatten()(x)

    def residual(self, x, layers, shortcut):
        y = self.layers(layers, x)
        return keras.layers.Add()([y, self.layers(shortcut, x)])

    def mean_of_steps(self, x):
        return keras.layers.GlobalAveragePooling1D()(x)

    def lstm(self, x, units):
        return self.weighted(keras.layers.LSTM(units, unroll=True), x, (x.shape[-1], 4 * units), (units, 4 * units), (4 * units,))

    def norm(self, x):
        width = x.shape[-1]
        layer = keras.layers.LayerNormalization(epsilon=1e-5)
        y = layer(x)
        layer.set_weights([1 + self.weights.next(width), self.weights.next(width)])
        return y

    def transformer(self, x, heads, hidden):
        width = x.shape[-1]
        attention = keras.layers.MultiHeadAttention(heads, width // heads)
        y = attention(x, x)
        values = []
        for i in range(4):
            shape = (heads, width // heads)
            w, b = self.weights.next(width, width), self.weights.next(width)
            values += [w.reshape(*shape, width) if i == 3 else w.reshape(width, *shape), b if i == 3 else b.reshape(shape)]
        attention.set_weights(values)
        x = self.norm(keras.layers.Add()([x, y]))
        y = self.dense(self.relu(self.dense(x, hidden)), width)
        return self.norm(keras.layers.Add()([x, y]))


def write(name, precision, batch, path):
    (_, *shape), *layers = networks.NETWORKS[name]
    x = keras.Input(shape, batch_size=batch)
    model = keras.Model(x, Builder().layers(layers, x))
    function = tf.function(lambda values: model(values, training=False), input_signature=[tf.TensorSpec([batch, *shape], tf.float32)])
    converter = tf.lite.TFLiteConverter.from_concrete_functions([convert_variables_to_constants_v2(function.get_concrete_function())])
    if precision == "int8":
        samples = networks.samples(name)
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
        converter.representative_dataset = lambda: ([samples[i:i + batch]] for i in range(0, len(samples), batch))
        converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
        converter.inference_input_type = converter.inference_output_type = tf.int8
    with open(path, "wb") as file:
        file.write(converter.convert())
