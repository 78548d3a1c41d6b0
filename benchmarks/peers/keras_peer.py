"""Keras and TensorFlow: functions compiled by tf.function, with and without XLA."""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")

import keras
import numpy as np
import tensorflow as tf

import peer

tf.config.threading.set_intra_op_parallelism_threads(1)
tf.config.threading.set_inter_op_parallelism_threads(1)

WAYS = [("tf.function", {"jit_compile": False}), ("tf.function, XLA", {"jit_compile": True})]


def pure(function, *operands):
    tensors = [tf.constant(each) for each in operands]
    for settings, options in WAYS:
        compiled = tf.function(function, autograph=False, **options).get_concrete_function(*tensors)
        yield (settings, lambda compiled=compiled: compiled(*tensors),
               lambda compiled=compiled: [each.numpy() for each in tf.nest.flatten(compiled(*tensors))])


def dense(request):
    x, w, bias, dy = request.dense()
    if request.work == "forward":
        return pure(lambda x, w, bias: tf.nn.relu(tf.matmul(x, w) + bias), x, w, bias)
    if request.work == "weight_gradient":
        return pure(lambda x, dy: (tf.matmul(x, dy, transpose_a=True), tf.reduce_sum(dy, 0)), x, dy)
    return pure(lambda dy, w: tf.matmul(dy, w, transpose_b=True), dy, w)


def crossentropy(targets, logits):
    return tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels=targets, logits=logits))


def softmax(request):
    def function(logits, targets):
        with tf.GradientTape() as tape:
            tape.watch(logits)
            loss = crossentropy(targets, logits)
        return loss, tape.gradient(loss, logits)

    return pure(function, *request.softmax())


def model_of(layers, activation):
    widths = [w.shape[1] for w, _ in layers]
    model = keras.Sequential([keras.Input((layers[0][0].shape[0],)),
                              *(keras.layers.Dense(width, activation) for width in widths[:-1]),
                              keras.layers.Dense(widths[-1])])
    model.set_weights([array for layer in layers for array in layer])
    return model


def training(request):
    images, targets, layers = request.training()
    batch = request.sizes[0]
    batches = [(tf.constant(images[i:i + batch]), tf.constant(targets[i:i + batch])) for i in range(0, 8192, batch)]
    for settings, options in WAYS:
        model = model_of(layers, "relu")
        optimizer = keras.optimizers.Adam(1e-3, epsilon=1e-8)
        optimizer.build(model.trainable_variables)
        following = peer.each_in_turn(batches)

        def learn(x, t, model=model, optimizer=optimizer):
            with tf.GradientTape() as tape:
                loss = crossentropy(t, model(x, training=True))
            optimizer.apply(tape.gradient(loss, model.trainable_variables))
            return loss

        compiled = tf.function(learn, **options).get_concrete_function(*batches[0])
        step = lambda compiled=compiled, following=following: compiled(*following())
        yield settings, step, peer.losses_of(step)


def inference(request):
    inputs, layers = request.inference()
    model = model_of(layers, "tanh" if request.work == "inference_tanh" else "relu")
    samples = [tf.constant(each[None]) for each in inputs]
    for settings, options in WAYS:
        compiled = tf.function(lambda x: model(x, training=False), **options).get_concrete_function(samples[0])
        following = peer.each_in_turn(samples)
        yield (settings, lambda compiled=compiled, following=following: compiled(following()),
               lambda compiled=compiled: [np.asarray(compiled(sample)) for sample in samples])


def prepare(request):
    if request.work.startswith("inference"):
        return inference(request)
    works = {"forward": dense, "weight_gradient": dense, "input_gradient": dense, "softmax_crossentropy": softmax,
             "training_step": training}
    return works[request.work](request) if request.work in works else []


peer.serve(f"Keras {keras.__version__} on TensorFlow {tf.__version__}, one thread", prepare)
