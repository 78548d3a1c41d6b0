"""JAX: every work one function under jit, with buffers donated where it replaces them."""

import os

os.environ["XLA_FLAGS"] = os.environ.get("XLA_FLAGS", "") + " --xla_cpu_multi_thread_eigen=false"
os.environ.setdefault("JAX_PLATFORMS", "cpu")

import jax
import jax.numpy as jnp
import numpy as np

import peer

jax.config.update("jax_enable_x64", True)


def done(result):
    return jax.block_until_ready(result)


def pure(function, *operands):
    compiled = jax.jit(function)
    arrays = [jnp.asarray(each) for each in operands]

    def results():
        return [np.asarray(each) for each in jax.tree_util.tree_leaves(done(compiled(*arrays)))]

    yield "jit", lambda: done(compiled(*arrays)), results


def dense(request):
    x, w, bias, dy = request.dense()
    if request.work == "forward":
        return pure(lambda x, w, bias: jax.nn.relu(x @ w + bias), x, w, bias)
    if request.work == "weight_gradient":
        return pure(lambda x, dy: (x.T @ dy, dy.sum(0)), x, dy)
    return pure(lambda dy, w: dy @ w.T, dy, w)


def crossentropy(logits, targets):
    chosen = jnp.take_along_axis(logits, targets[:, None], 1)[:, 0]
    return (jax.nn.logsumexp(logits, axis=1) - chosen).mean()


def softmax(request):
    return pure(jax.value_and_grad(crossentropy), *request.softmax())


def update(work, p, g, state, step):
    """New parameter and state of one tensor."""
    if work == "sgd":
        return p - 1e-3 * g, state
    m, v = state
    if work == "momentum":
        m = 0.9 * m + g
        return p - 1e-3 * m, (m, v)
    if work == "rmsprop":
        v = 0.99 * v + 0.01 * g * g
        return p - 1e-3 * g / (jnp.sqrt(v) + 1e-8), (m, v)
    m = 0.9 * m + 0.1 * g
    v = 0.999 * v + 0.001 * g * g
    root = jnp.sqrt(1 - jnp.float32(0.999) ** step)
    rate = 1e-3 * root / (1 - jnp.float32(0.9) ** step)
    if work == "adamw":
        p = p * jnp.float32(1 - 1e-5)
    return p - rate * m / (jnp.sqrt(v) + 1e-8 * root), (m, v)


def sweep(request):
    values, gradients = map(jnp.asarray, request.sweep())
    # What an update does not need is not there to be copied.
    needs = {"sgd": (), "momentum": (0,), "rmsprop": (1,)}.get(request.work, (0, 1))
    full = tuple(jnp.zeros_like(values) if i in needs else jnp.zeros(()) for i in range(2))

    def function(p, state, g, step):
        p, state = update(request.work, p, g, state, step)
        return p, state, step + 1

    compiled = jax.jit(function, donate_argnums=(0, 1, 3))
    kept = [(values, full, jnp.float32(1))]

    def run():
        p, state, step = kept[0]
        kept[0] = done(compiled(p, state, gradients, step))

    yield "jit", run, peer.after(3, run, lambda: np.asarray(kept[0][0]))


def mlp(layers, x, activation=jax.nn.relu):
    for w, bias in layers[:-1]:
        x = activation(x @ w + bias)
    return x @ layers[-1][0] + layers[-1][1]


def training(request):
    images, targets, layers = request.training()
    batch = request.sizes[0]
    batches = [(jnp.asarray(images[i:i + batch]), jnp.asarray(targets[i:i + batch])) for i in range(0, 8192, batch)]
    layers = jax.tree_util.tree_map(jnp.asarray, layers)
    following = peer.each_in_turn(batches)

    def learn(layers, m, v, step, x, t):
        loss, gradients = jax.value_and_grad(lambda p: crossentropy(mlp(p, x), t))(layers)
        leaves, form = jax.tree_util.tree_flatten(layers)
        new = [update("adam", p, g, state, step)
               for p, g, *state in zip(leaves, *map(jax.tree_util.tree_leaves, (gradients, m, v)))]
        return (form.unflatten([p for p, _ in new]), form.unflatten([s[0] for _, s in new]),
                form.unflatten([s[1] for _, s in new]), step + 1, loss)

    compiled = jax.jit(learn, donate_argnums=(0, 1, 2, 3))
    zeros = lambda: jax.tree_util.tree_map(jnp.zeros_like, layers)
    kept = [(layers, zeros(), zeros(), jnp.float32(1))]

    def step():
        *state, loss = done(compiled(*kept[0], *following()))
        kept[0] = tuple(state)
        return loss

    yield "jit", step, peer.losses_of(step)


def inference(request):
    inputs, layers = request.inference()
    layers = jax.tree_util.tree_map(jnp.asarray, layers)
    activation = jnp.tanh if request.work == "inference_tanh" else jax.nn.relu
    compiled = jax.jit(lambda layers, x: mlp(layers, x, activation))
    samples = [jnp.asarray(each[None]) for each in inputs]
    following = peer.each_in_turn(samples)
    yield ("jit", lambda: done(compiled(layers, following())),
           lambda: [np.asarray(compiled(layers, sample)) for sample in samples])


def prepare(request):
    if request.work in ("sgd", "momentum", "rmsprop", "adam", "adamw"):
        return sweep(request)
    if request.work.startswith("inference"):
        return inference(request)
    return {"softmax_crossentropy": softmax, "training_step": training}.get(request.work, dense)(request)


peer.serve(f"JAX {jax.__version__}, jit, one thread", prepare)
