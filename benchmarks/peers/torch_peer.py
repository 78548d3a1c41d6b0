"""PyTorch on one thread: eager and TorchScript, or with --compile torch.compile."""

import sys

import numpy as np
import torch
import torch.nn.functional as F

import peer

torch.set_num_threads(1)
COMPILED = "--compile" in sys.argv
TENSOR = torch.from_numpy


def scripted(module, example):
    module.eval()
    with torch.no_grad():
        frozen = torch.jit.freeze(torch.jit.trace(module, example))
        return torch.jit.optimize_for_inference(frozen)


def inference_of(module, samples):
    """A sample in turn: eager and TorchScript, or compiled."""
    module.eval()

    def variant(settings, function):
        following = peer.each_in_turn(samples)

        def infer(sample):
            with torch.inference_mode():
                return function(sample)

        for _ in range(3):  # Compilers of both kinds work at the first runs.
            infer(samples[0])
        return settings, lambda: infer(following()), lambda: [infer(sample) for sample in samples]

    if COMPILED:
        yield variant("torch.compile", torch.compile(module))
    else:
        yield variant("eager", module)
        yield variant("TorchScript, frozen", scripted(module, samples[0]))


def linear(w, bias):
    layer = torch.nn.Linear(*w.shape, dtype=torch.from_numpy(w).dtype)
    with torch.no_grad():
        layer.weight.copy_(TENSOR(w.T.copy()))
        layer.bias.copy_(TENSOR(bias))
    return layer


def mlp(layers, activation):
    modules = []
    for w, bias in layers:
        modules += [linear(w, bias), activation()]
    return torch.nn.Sequential(*modules[:-1])


def dense(request):
    if COMPILED:
        return
    x, w, bias, dy = map(TENSOR, request.dense())
    if request.work == "forward":
        layer = torch.nn.Sequential(linear(w.numpy(), bias.numpy()), torch.nn.ReLU())
        yield from inference_of(layer, [x])

        y = torch.empty(x.shape[0], w.shape[1], dtype=x.dtype)

        def addmm():
            with torch.inference_mode():
                return torch.addmm(bias, x, w, out=y).relu_()

        yield "addmm(out=…).relu_()", addmm, lambda: [addmm().numpy()]
    elif request.work == "weight_gradient":
        dw, db = torch.empty_like(w), torch.empty_like(bias)
        dw_t = torch.empty(w.shape[1], w.shape[0], dtype=w.dtype)

        def as_burin():
            torch.mm(x.t(), dy, out=dw)
            torch.sum(dy, 0, out=db)

        def as_linear():
            torch.mm(dy.t(), x, out=dw_t)
            torch.sum(dy, 0, out=db)

        yield "mm(out=…), inputs × outputs", as_burin, lambda: (as_burin(), [dw, db])[1]
        yield "mm(out=…), outputs × inputs", as_linear, lambda: (as_linear(), [dw_t.t(), db])[1]
    else:
        dx = torch.empty_like(x)
        w_t = w.t().contiguous()
        yield "mm(out=…), inputs × outputs", lambda: torch.mm(dy, w.t(), out=dx), lambda: [torch.mm(dy, w.t(), out=dx)]
        yield "mm(out=…), outputs × inputs", lambda: torch.mm(dy, w_t, out=dx), lambda: [torch.mm(dy, w_t, out=dx)]


def softmax(request):
    logits, targets = map(TENSOR, request.softmax())
    logits.requires_grad_(True)

    def loss_of(z, t):
        return F.cross_entropy(z, t)

    function = torch.compile(loss_of) if COMPILED else loss_of

    def run():
        loss = function(logits, targets)
        return loss, torch.autograd.grad(loss, logits)[0]

    def results():
        loss, gradient = run()
        return [loss.detach().numpy(), gradient.numpy()]

    yield "torch.compile" if COMPILED else "autograd", run, results


OPTIMIZERS = {
    "sgd": (torch.optim.SGD, {}),
    "momentum": (torch.optim.SGD, {"momentum": 0.9}),
    "rmsprop": (torch.optim.RMSprop, {}),
    "adam": (torch.optim.Adam, {}),
    "adamw": (torch.optim.AdamW, {}),
}


def optimizers(parameters_of, work):
    """Every way that PyTorch has to do this update: (name, parameters, step)."""
    kind, options = OPTIMIZERS[work]
    for name in ["foreach", "fused", "loop"]:
        try:
            parameters = parameters_of()
            flag = {"foreach": name == "foreach"} if name != "fused" else {"fused": True}
            optimizer = kind(parameters, lr=1e-3, **options, **flag)
            if name == "fused":  # Where fused is for GPUs only, it says so at the first step.
                trial = parameters_of()
                for each in trial:
                    each.grad = torch.zeros_like(each)
                kind(trial, lr=1e-3, **options, **flag).step()
        except (TypeError, RuntimeError, AssertionError):
            continue
        yield name, parameters, optimizer


def sweep(request):
    if COMPILED:
        return
    values, gradients = request.sweep()

    def parameters_of():
        parameter = torch.nn.Parameter(TENSOR(values.copy()))
        parameter.grad = TENSOR(gradients)
        return [parameter]

    for name, parameters, optimizer in optimizers(parameters_of, request.work):
        yield name, optimizer.step, peer.after(3, optimizer.step, lambda p=parameters: p[0].detach().numpy())


def training(request):
    images, targets, layers = request.training()
    batch = request.sizes[0]
    batches = list(zip(TENSOR(images).split(batch), TENSOR(targets).split(batch)))

    def variant(name, model, optimizer, function):
        following = peer.each_in_turn(batches)

        def step():
            optimizer.zero_grad(set_to_none=True)
            loss = function(*following())
            loss.backward()
            optimizer.step()
            return loss

        return name, step, peer.losses_of(lambda: step().item())

    models = []

    def parameters_of():
        models.append(mlp(layers, torch.nn.ReLU))
        return list(models[-1].parameters())

    for name, parameters, optimizer in optimizers(parameters_of, "adam"):
        model = next(m for m in models if next(m.parameters()) is parameters[0])

        def loss_of(x, t, model=model):
            return F.cross_entropy(model(x), t)

        if COMPILED:
            if name == "fused":
                yield variant("torch.compile, fused Adam", model, optimizer, torch.compile(loss_of))
        else:
            yield variant(f"eager, {name} Adam", model, optimizer, loss_of)


def inference(request):
    inputs, layers = request.inference()
    model = mlp(layers, torch.nn.Tanh if request.work == "inference_tanh" else torch.nn.ReLU)
    return inference_of(model, TENSOR(inputs).split(1))


def prepare(request):
    if request.work in OPTIMIZERS:
        return sweep(request)
    if request.work.startswith("inference"):
        return inference(request)
    return {"softmax_crossentropy": softmax, "training_step": training}.get(request.work, dense)(request)


def about():
    blas = [line.strip(" -") for line in torch.__config__.show().splitlines() if "oneDNN" in line or "MKL-DNN" in line]
    return f"PyTorch {torch.__version__}{', compiled' if COMPILED else ''} ({'; '.join(blas) or 'no oneDNN'})"


peer.serve(about(), prepare)
