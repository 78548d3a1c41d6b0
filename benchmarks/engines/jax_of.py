"""Networks in JAX, channels last, and their training steps."""

import functools

import jax
import jax.numpy as jnp
import networks
import numpy as np
import peer
from jax import lax

SAMPLES = 256  #: of training


class Network:
    """`parameters` is a list of arrays, and calling it with such a list and a batch gives the outputs."""

    def __init__(self, layers):
        (_, *shape), *self.layers = layers
        self.parameters, self.weights = [], networks.Weights()
        self.taken = None  # While the weights are made, all calls make theirs.
        jax.eval_shape(lambda x: self.run(self.layers, x), jax.ShapeDtypeStruct((1, *shape), jnp.float32))

    def __call__(self, parameters, x):
        self.taken = iter(parameters)
        return self.run(self.layers, x)

    def next(self, *shape, scale=False):
        if self.taken is not None:
            return next(self.taken)
        self.parameters.append(self.weights.next(*shape) + np.float32(scale))
        return self.parameters[-1]

    def run(self, layers, x):
        for kind, *given in layers:
            x = getattr(self, kind)(x, *given)
        return x

    def relu(self, x):
        return jnp.maximum(x, 0)

    def dense(self, x, units):
        return x @ self.next(x.shape[-1], units) + self.next(units)

    def conv(self, x, filters, kernel, stride, padding="SAME"):
        w = self.next(*kernel, x.shape[-1], filters)
        return lax.conv_general_dilated(x, w, (stride,) * 2, padding, dimension_numbers=("NHWC", "HWIO", "NHWC")) + self.next(filters)

    def conv_valid(self, x, filters, kernel):
        return self.conv(x, filters, kernel, 1, "VALID")

    def depthwise(self, x, kernel, stride):
        channels = x.shape[-1]
        w = self.next(*kernel, channels).reshape(*kernel, 1, channels)
        return lax.conv_general_dilated(x, w, (stride,) * 2, "SAME", dimension_numbers=("NHWC", "HWIO", "NHWC"),
                                        feature_group_count=channels) + self.next(channels)

    def max_pool(self, x, size):
        return lax.reduce_window(x, -jnp.inf, lax.max, (1, size, size, 1), (1, size, size, 1), "VALID")

    def average_pool(self, x, size):
        window = (1, *size, 1)
        return lax.reduce_window(x, 0.0, lax.add, window, window, "VALID") / (size[0] * size[1])

    def flatten(self, x):
        return x.reshape(x.shape[0], -1)

    def residual(self, x, layers, shortcut):
        y = self.run(layers, x)
        return y + self.run(shortcut, x)

    def mean_of_steps(self, x):
        return x.mean(1)

    def lstm(self, x, units):
        w, u, b = self.next(x.shape[-1], 4 * units), self.next(units, 4 * units), self.next(4 * units)

        def step(state, sums):
            h, c = state
            i, f, g, o = jnp.split(sums + h @ u, 4, axis=-1)
            c = jax.nn.sigmoid(f) * c + jax.nn.sigmoid(i) * jnp.tanh(g)
            return (jax.nn.sigmoid(o) * jnp.tanh(c), c), None

        zeros = jnp.zeros((x.shape[0], units), x.dtype)
        return lax.scan(step, (zeros, zeros), (x @ w + b).transpose(1, 0, 2))[0][0]

    def norm(self, x):
        width = x.shape[-1]
        centred = x - x.mean(-1, keepdims=True)
        return centred * lax.rsqrt((centred**2).mean(-1, keepdims=True) + 1e-5) * self.next(width, scale=True) + self.next(width)

    def transformer(self, x, heads, hidden):
        batch, steps, width = x.shape

        def split(y):
            return y.reshape(batch, steps, heads, width // heads)

        q, k, v = (split(self.dense(x, width)) for _ in range(3))
        scores = jax.nn.softmax(jnp.einsum("bqhd,bkhd->bhqk", q, k) * (width // heads) ** -0.5)
        y = self.dense(jnp.einsum("bhqk,bkhd->bqhd", scores, v).reshape(x.shape), width)
        x = self.norm(x + y)
        return self.norm(x + self.dense(self.relu(self.dense(x, hidden)), width))


def training(network, name, batch):
    """Settings, a step of Adam, and what gives the losses of four: as in training.hpp."""
    x = peer.numbers(7, SAMPLES, *networks.NETWORKS[name][0][1:])
    labels = x if name == "autoencoder" else peer.labels(SAMPLES, networks.NETWORKS[name][-1][1])
    batches = [(jnp.asarray(x[i:i + batch]), jnp.asarray(labels[i:i + batch])) for i in range(0, SAMPLES, batch)]

    def loss_of(parameters, inputs, targets):
        y = network(parameters, inputs)
        if name == "autoencoder":
            return ((y - targets) ** 2).mean()
        return -jnp.take_along_axis(jax.nn.log_softmax(y), targets[:, None], 1).mean()

    @functools.partial(jax.jit, donate_argnums=0)
    def update(state, inputs, targets):
        parameters, first, second, step = state
        loss, gradients = jax.value_and_grad(loss_of)(parameters, inputs, targets)
        step += 1
        rate = 1e-3 / (1 - 0.9**step)
        correction = 1 - 0.999**step
        first = [0.9 * m + 0.1 * g for m, g in zip(first, gradients)]
        second = [0.999 * v + 0.001 * g * g for v, g in zip(second, gradients)]
        parameters = [p - rate * m / (jnp.sqrt(v / correction) + 1e-8) for p, m, v in zip(parameters, first, second)]
        return (parameters, first, second, step), loss

    def zeros():
        return [jnp.zeros_like(each) for each in network.parameters]

    state = [(list(map(jnp.asarray, network.parameters)), zeros(), zeros(), jnp.float32(0))]
    following = peer.each_in_turn(batches)

    def step():
        state[0], loss = update(state[0], *following())
        return loss.block_until_ready()

    return "jit", step, peer.losses_of(step)
