#!/usr/bin/env python3
"""Writes the reference values of the tests: what PyTorch computes in float64.

    apt-get install python3-torch && /usr/bin/python3 tests/reference/generate.py

The values are kept beside this script; it is run again only when a case is added.
"""

import torch
import torch.nn.functional as F

from header import Header, clip_by_norm, clip_by_value, numbers, optimizer_path


def activations():
    out = Header("activations", "Activations: y = f(x) and dx = dy * f'(x) with dy = 1.")
    x = torch.cat([torch.linspace(-6, 6, 49) + 0.013, torch.tensor([-40.0, -20.0, -10.0, 10.0, 20.0, 40.0])])
    out.array("x", x)
    for name, f in {
        "relu": F.relu, "relu6": F.relu6, "selu": F.selu, "leaky_relu": lambda v: F.leaky_relu(v, 0.01), "leaky_relu_03": lambda v: F.leaky_relu(v, 0.3),
        "elu": F.elu, "gelu": F.gelu, "gelu_tanh": lambda v: F.gelu(v, approximate="tanh"), "silu": F.silu,
        "sigmoid": torch.sigmoid, "tanh": torch.tanh,
        # PyTorch's softplus turns linear above a threshold; this is the formula without it.
        "softplus": lambda v: torch.logaddexp(v, torch.zeros_like(v)),
        # PyTorch 1.13 rounds the 1/6 of its own backward passes to float.
        "hard_sigmoid": lambda v: F.relu6(v + 3) / 6, "hard_swish": lambda v: v * F.relu6(v + 3) / 6,
        "mish": F.mish, "softsign": F.softsign, "log_sigmoid": F.logsigmoid, "hardtanh": F.hardtanh,
        "clip": lambda v: F.hardtanh(v, -2.5, 3),
    }.items():
        v = x.clone().requires_grad_()
        y = f(v)
        y.sum().backward()
        out.array(f"{name}_y", y.detach())
        out.array(f"{name}_dx", v.grad)
    x = torch.cat([numbers(3, 11, seed=1, scale=4), numbers(1, 11, seed=2, scale=300)])
    dy = numbers(4, 11, seed=3)
    out.array("rows_x", x)
    out.array("rows_dy", dy)
    for name, f in {"softmax": F.softmax, "log_softmax": F.log_softmax}.items():
        v = x.clone().requires_grad_()
        y = f(v, dim=1)
        y.backward(dy)
        out.array(f"{name}_y", y.detach())
        out.array(f"{name}_dx", v.grad)
    out.write()


def losses():
    out = Header("losses", "Losses of 6 samples of 5 outputs: the value and the gradient of the outputs.")
    z = numbers(6, 5, seed=10, scale=3)
    t = numbers(6, 5, seed=11, scale=2)
    p = F.softmax(numbers(6, 5, seed=12, scale=2), dim=1)
    b = (numbers(6, 5, seed=13) > 0).double()
    s = b * 2 - 1
    labels = torch.tensor([3, 0, 4, 1, 1, 2])
    weights = torch.tensor([0.5, 2.0, 1.0, 0.25, 1.5])
    sample_weights = torch.tensor([1.0, 0.5, 2.0, 0.0, 1.5, 3.0])
    for name, values in {"z": z, "t": t, "p": p, "b": b, "s": s, "class_weights": weights,
                         "sample_weights": sample_weights}.items():
        out.array(name, values)
    out.array("labels", labels, "unsigned")

    def case(name, f):
        out.case(name, z, f)

    for reduction in ("mean", "sum"):
        case(f"mse_{reduction}", lambda v: F.mse_loss(v, t, reduction=reduction))
        case(f"mae_{reduction}", lambda v: F.l1_loss(v, t, reduction=reduction))
        case(f"huber_{reduction}", lambda v: F.huber_loss(v, t, reduction=reduction, delta=0.7))
        case(f"bce_{reduction}", lambda v: F.binary_cross_entropy_with_logits(v, b, reduction=reduction))
        case(f"hinge_{reduction}", lambda v: getattr(torch.relu(1 - s * v), reduction)())
        case(f"multi_class_hinge_{reduction}", lambda v: F.multi_margin_loss(v, labels, reduction=reduction))
        case(f"sparse_{reduction}", lambda v: F.cross_entropy(v, labels, reduction=reduction))
        case(f"sparse_smooth_weighted_{reduction}",
             lambda v: F.cross_entropy(v, labels, weight=weights, label_smoothing=0.1, reduction=reduction))
        case(f"categorical_{reduction}", lambda v: F.cross_entropy(v, p, reduction=reduction))
        case(f"categorical_smooth_weighted_{reduction}",
             lambda v: F.cross_entropy(v, p, weight=weights, label_smoothing=0.1, reduction=reduction))
        case(f"kl_{reduction}", lambda v: F.kl_div(F.log_softmax(v, dim=1), p,
                                                   reduction="batchmean" if reduction == "mean" else "sum"))
    # Burin divides by the sum of the weights.
    case("mse_sample_weighted", lambda v: (F.mse_loss(v, t, reduction="none").mean(1) * sample_weights).sum() / sample_weights.sum())
    case("sparse_sample_weighted",
         lambda v: (F.cross_entropy(v, labels, reduction="none") * sample_weights).sum() / sample_weights.sum())
    out.write()


def optimizers():
    out = Header("optimizers", "Optimizers: 5 parameters after every tenth of 100 steps with the same gradients.")
    start = numbers(5, seed=20)
    gradients = numbers(100, 5, seed=21, scale=2)
    out.array("start", start)
    out.array("gradients", gradients)

    def case(name, make, *prepare):
        out.array(name, optimizer_path(make, start, gradients, *prepare))

    o = torch.optim
    makers = {
        "sgd": lambda p, w: o.SGD(p, lr=0.01, weight_decay=w),
        "momentum": lambda p, w: o.SGD(p, lr=0.01, momentum=0.9, weight_decay=w),
        "nesterov": lambda p, w: o.SGD(p, lr=0.01, momentum=0.9, nesterov=True, weight_decay=w),
        "adagrad": lambda p, w: o.Adagrad(p, lr=0.01, weight_decay=w),
        "rmsprop": lambda p, w: o.RMSprop(p, lr=0.001, weight_decay=w),
        "adam": lambda p, w: o.Adam(p, lr=0.001, weight_decay=w),
        "adamw": lambda p, w: o.AdamW(p, lr=0.001, weight_decay=w),
    }
    for name, make in makers.items():
        case(name, lambda p: make(p, 0.0))
        case(f"{name}_decay", lambda p: make(p, 0.1))
        case(f"{name}_clip_value", lambda p: make(p, 0.0), clip_by_value)
        case(f"{name}_clip_norm", lambda p: make(p, 0.1), clip_by_norm)
    case("adagrad_accumulator", lambda p: o.Adagrad(p, lr=0.01, initial_accumulator_value=0.1))
    out.write()


def networks():
    out = Header("networks", "Whole networks. Weights are [inputs, outputs], the transpose of PyTorch's.")
    x, w, bias, dy = numbers(7, 13, seed=30), numbers(13, 9, seed=31), numbers(9, seed=32), numbers(7, 9, seed=33)
    for name, values in {"dense_x": x, "dense_w": w, "dense_b": bias, "dense_dy": dy}.items():
        out.array(name, values)
    xv, wv, bv = (v.clone().requires_grad_() for v in (x, w, bias))
    y = xv @ wv + bv
    y.backward(dy)
    for name, values in {"dense_y": y.detach(), "dense_dx": xv.grad, "dense_dw": wv.grad, "dense_db": bv.grad,
                         "dense_y_no_bias": (x @ w)}.items():
        out.array(name, values)

    # 6 -> 8 relu -> 8 tanh -> 4, cross-entropy, 20 steps on one batch of 10.
    sizes = [(6, 8), (8, 8), (8, 4)]
    first = []
    for i, (n, m) in enumerate(sizes):
        first += [numbers(n, m, seed=40 + 2 * i, scale=0.6), numbers(m, seed=41 + 2 * i, scale=0.1)]
    x = numbers(10, 6, seed=50)
    labels = torch.tensor([0, 1, 2, 3, 0, 1, 2, 3, 0, 1])
    out.array("mlp_x", x)
    out.array("mlp_labels", labels, "unsigned")
    out.array("mlp_start", torch.cat([v.reshape(-1) for v in first]))
    for name, make in {"sgd": lambda p: torch.optim.SGD(p, lr=0.1), "adam": lambda p: torch.optim.Adam(p, lr=0.01)}.items():
        p = [v.clone().requires_grad_() for v in first]
        optimizer = make(p)
        history = []
        for _ in range(20):
            optimizer.zero_grad()
            h = torch.tanh(torch.relu(x @ p[0] + p[1]) @ p[2] + p[3])
            loss = F.cross_entropy(h @ p[4] + p[5], labels)
            loss.backward()
            optimizer.step()
            history.append(loss.item())
        out.array(f"mlp_{name}_losses", history)
        out.array(f"mlp_{name}_end", torch.cat([v.detach().reshape(-1) for v in p]))

    # Two inputs through one encoder, a residual block on both codes, two outputs with two losses.
    we, be = numbers(6, 5, seed=60), numbers(5, seed=61)
    w1, b1, w2, b2 = numbers(10, 10, seed=62), numbers(10, seed=63), numbers(10, 10, seed=64), numbers(10, seed=65)
    wm, bm, ws = numbers(10, 3, seed=66), numbers(3, seed=67), numbers(10, 2, seed=68)
    p = [v.requires_grad_() for v in (we, be, w1, b1, w2, b2, wm, bm, ws)]
    a, b = numbers(4, 6, seed=70), numbers(4, 6, seed=71)
    target, labels = numbers(4, 3, seed=72), torch.tensor([0, 1, 1, 0])
    codes = torch.cat([torch.tanh(a @ we + be), torch.tanh(b @ we + be)], dim=1)
    mixed = codes + F.gelu(codes @ w1 + b1) @ w2 + b2
    mean, scale = mixed @ wm + bm, torch.sigmoid(mixed) @ ws
    loss = F.mse_loss(mean, target) + 0.5 * F.cross_entropy(scale, labels)
    loss.backward()
    out.array("graph_a", a)
    out.array("graph_b", b)
    out.array("graph_target", target)
    out.array("graph_labels", labels, "unsigned")
    out.array("graph_parameters", torch.cat([v.detach().reshape(-1) for v in p]))
    out.array("graph_mean", mean.detach())
    out.array("graph_scale", scale.detach())
    out.array("graph_loss", loss.detach())
    out.array("graph_gradients", torch.cat([v.grad.reshape(-1) for v in p]))
    out.write()


activations()
losses()
optimizers()
networks()
