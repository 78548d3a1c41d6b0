#!/usr/bin/env python3
"""Writes schedules.hpp: the learning rates (and momenta) of PyTorch's schedulers, step by step."""

import math
import warnings

import torch
from torch.optim import lr_scheduler as s

from header import Header

STEPS = 60
warnings.filterwarnings("ignore", message=".*lr_scheduler.step.*")


def optimizer(rate):
    return torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=rate, momentum=0.9)


def rates(rate, make, steps=STEPS):
    o = optimizer(rate)
    scheduler = make(o)
    result, momenta = [], []
    for _ in range(steps):
        result.append(o.param_groups[0]["lr"])
        momenta.append(o.param_groups[0]["momentum"])
        o.step()
        scheduler.step()
    return result, momenta


out = Header("schedules", "Learning rates of steps 0, 1, …, and what ReduceLROnPlateau makes of some values.")
for name, rate, make in [
    ("step", 0.05, lambda o: s.StepLR(o, 7, gamma=0.3)),
    ("multi_step", 0.05, lambda o: s.MultiStepLR(o, [5, 20, 21, 50], gamma=0.4)),
    ("exponential", 0.05, lambda o: s.ExponentialLR(o, 0.93)),
    # Keras's formulas: PyTorch has no scheduler for them.
    ("exponential_slow", 0.05, lambda o: s.LambdaLR(o, lambda t: 0.2 ** (t / 25))),
    ("inverse_time", 0.05, lambda o: s.LambdaLR(o, lambda t: 1 / (1 + 0.7 * t / 13))),
    ("polynomial", 0.05, lambda o: s.PolynomialLR(o, 41, power=2.0)),
    ("polynomial_root", 0.05, lambda o: s.PolynomialLR(o, 41, power=0.9)),
    ("linear_up", 0.05, lambda o: s.LinearLR(o, start_factor=0.2, end_factor=1.0, total_iters=37)),
    ("linear_down", 0.05, lambda o: s.LinearLR(o, start_factor=1.0, end_factor=0.1, total_iters=37)),
    ("cosine", 0.05, lambda o: s.CosineAnnealingLR(o, 59, eta_min=0.001)),
    ("cosine_restarts", 0.05, lambda o: s.CosineAnnealingWarmRestarts(o, 11, eta_min=0.002)),
    ("cosine_restarts_growing", 0.05, lambda o: s.CosineAnnealingWarmRestarts(o, 6, T_mult=3)),
    ("warm_up_cosine", 0.05, lambda o: s.SequentialLR(
        o, [s.LinearLR(o, start_factor=0.1, total_iters=10), s.CosineAnnealingLR(o, 50)], [10])),
    ("warm_up_step", 0.05, lambda o: s.SequentialLR(
        o, [s.LinearLR(o, start_factor=0.25, total_iters=8), s.StepLR(o, 9)], [8])),
    ("warm_up_default", 0.05, lambda o: s.LinearLR(o, end_factor=1.0)),
    ("sequence", 0.05, lambda o: s.SequentialLR(
        o, [s.ConstantLR(o, factor=0.5, total_iters=100), s.ExponentialLR(o, 0.9),
            s.CosineAnnealingLR(o, 40)], [15, 20])),
]:
    out.array(name, rates(rate, make)[0])

for name, options in {
    "one_cycle": {},
    "one_cycle_linear": {"anneal_strategy": "linear", "pct_start": 0.25, "div_factor": 10.0, "final_div_factor": 50.0},
    "one_cycle_three": {"three_phase": True, "base_momentum": 0.8, "max_momentum": 0.9},
    "one_cycle_three_linear": {"three_phase": True, "anneal_strategy": "linear", "pct_start": 0.45},
    "one_cycle_early": {"pct_start": 0.01},
}.items():
    lr, momentum = rates(0.05, lambda o: s.OneCycleLR(o, 0.05, total_steps=STEPS, **options))
    out.array(f"{name}_rate", lr)
    out.array(f"{name}_momentum", momentum)

# Falls, waits, rises. In the header -1 stands for NaN and -2 for infinity.
values = [5, 4, 3, 3.00001, 2.9999, 2.9998, 3.1, 3, 2.99, 2.5, float("inf"), 2.6, float("nan"), 2.7, 2.4, 2.4, 2.4, 2.4, 2.4, 2.4,
          2.4, 1, 0.5, 0.6, 0.55, 0.52, 0.51, 0.4, 0.41, 0.42, 0.43, 0.44, 0.39999, 0.38, 0.39, 0.4, 0.4, 0.4, 0.4, 0.4]
out.array("plateau_values", [-1 if v != v else -2 if v == float("inf") else v for v in values])
for name, options in {
    "plateau": {"patience": 2},
    "plateau_cooldown": {"patience": 1, "cooldown": 3, "factor": 0.5},
    "plateau_absolute": {"patience": 0, "threshold": 0.3, "threshold_mode": "abs", "factor": 0.7, "min_lr": 0.003},
    "plateau_higher": {"mode": "max", "patience": 1, "factor": 0.6},
    "plateau_higher_absolute": {"mode": "max", "patience": 2, "threshold": 0.5, "threshold_mode": "abs", "eps": 0.004},
}.items():
    o = optimizer(0.05)
    scheduler = s.ReduceLROnPlateau(o, **options)
    path = []
    for value in values:
        scheduler.step(value)
        path.append(o.param_groups[0]["lr"])
    out.array(name, path)

# A loss that falls, then rises, and what PyTorch Lightning's learning rate finder makes of it: the average as its
# callback computes it, and the place that its suggestion takes.
losses = [2.3 - 1.7 / (1 + math.exp(-(i - 40) / 6)) + 3 * math.exp((i - 75) / 5) + 0.05 * math.sin(7 * i) for i in range(80)]
average, smoothed = 0.0, []
for i, loss in enumerate(losses):
    average = 0.9 * average + (1 - 0.9) * loss
    smoothed.append(average / (1 - 0.9 ** (i + 1)))
out.array("range_losses", losses)
out.array("range_smoothed", smoothed)
out.array("range_steepest", [torch.argmin(torch.gradient(torch.tensor(smoothed[10:-1]))[0]).item() + 10], "unsigned")
out.array("range_least", [torch.argmin(torch.tensor(smoothed)).item()], "unsigned")
out.write()
