#!/usr/bin/env python3
"""Writes explain.hpp: what Captum and PyTorch attribute to the inputs of two networks, channels last."""

import captum
import numpy
import sklearn
import torch
from captum.attr import (InputXGradient, IntegratedGradients, LayerAttribution, LayerGradCam, LayerGradientXActivation,
                         Occlusion, Saliency)
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.inspection import partial_dependence
from torch import nn

from header import Header, numbers

header = Header("explain", f"Attributions by Captum {captum.__version__}, dependence by scikit-learn {sklearn.__version__}.")
seed = 300


class ChannelsLast(nn.Module):
    def forward(self, x):
        return x.movedim(1, -1)


def fill(module, name):
    """Random values for all tensors; written one after the other, in Keras's layouts."""
    global seed
    stored = []
    for key, tensor in list(module.named_parameters()) + list(module.named_buffers()):
        if key.endswith("num_batches_tracked"):
            continue
        seed += 1
        values = numbers(*tensor.shape, seed=seed)
        if key.endswith("running_var"):
            values = values.abs() + 0.5
        tensor.data.copy_(values)
        if values.dim() >= 2:
            values = values.permute(*range(2, values.dim()), 1, 0)
        stored.append(values.reshape(-1))
    header.array(f"{name}_stored", torch.cat(stored))


def record(name, attribution):
    attribution = attribution.detach()
    header.array(name, attribution.movedim(1, -1) if attribution.dim() == 4 else attribution)


dense = nn.Sequential(nn.Linear(6, 8), nn.Tanh(), nn.BatchNorm1d(8), nn.Dropout(0.5), nn.Linear(8, 3)).eval()
fill(dense, "dense")
x = numbers(1, 6, seed=1)
baseline = numbers(1, 6, seed=2)
record("dense_x", x)
record("dense_baseline", baseline)
record("dense_gradient", Saliency(dense).attribute(x.clone(), target=1, abs=False))
record("dense_saliency", Saliency(dense).attribute(x.clone(), target=1))
record("dense_times_input", InputXGradient(dense).attribute(x.clone(), target=1))
for method, key in {"gausslegendre": "gauss", "riemann_middle": "midpoint"}.items():
    record(f"dense_{key}", IntegratedGradients(dense).attribute(x, baseline, target=1, n_steps=9, method=method))
record("dense_occlusion", Occlusion(dense).attribute(x, (2,), strides=1, target=1, baselines=0.25))



class OneOutput(RegressorMixin, BaseEstimator):
    def fit(self, x, y):
        self.n_features_in_ = x.shape[1]
        return self

    def predict(self, x):
        return dense(torch.as_tensor(x)).detach().numpy()[:, 1]


samples = numbers(9, 6, seed=4)
samples[:, 5] = (samples[:, 5] > 0).double()
record("samples", samples)
model = OneOutput().fit(samples.numpy(), numpy.zeros(9))
for feature in (2, 5):
    found = partial_dependence(model, samples.numpy(), [feature], grid_resolution=5, kind="both")
    for key in ("grid_values", "average", "individual"):
        record(f"dependence{feature}_{key}", torch.as_tensor(numpy.array(found[key][0])))

image = nn.Sequential(nn.Conv2d(2, 3, 3), nn.ReLU(), nn.Conv2d(3, 4, 2), nn.ReLU(), nn.MaxPool2d(2), ChannelsLast(),
                      nn.Flatten(), nn.Linear(16, 3)).eval()
fill(image, "image")
x = numbers(1, 2, 7, 7, seed=3)
record("image_x", x)
record("image_gradient", Saliency(image).attribute(x.clone(), target=2, abs=False))
record("image_gauss", IntegratedGradients(image).attribute(x, target=2, n_steps=16))
record("image_occlusion", Occlusion(image).attribute(x, (2, 3, 3), strides=(2, 2, 2), target=2))
record("image_uneven_occlusion", Occlusion(image).attribute(x, (1, 3, 4), strides=(1, 3, 2), target=2))
cam = LayerGradCam(image, image[1]).attribute(x, target=2, relu_attributions=True)
record("image_cam", cam)
record("image_cam_against", LayerGradCam(image, image[0]).attribute(x, target=0))
record("image_features", LayerGradientXActivation(image, image[1]).attribute(x, target=2))
record("image_heat", LayerAttribution.interpolate(cam, (7, 7), "bilinear"))
header.write()
