"""Networks in PyTorch, and their training steps."""

import networks
import numpy as np
import peer
import torch
import torch.nn.functional as F

TENSOR = torch.from_numpy
SAMPLES = 256  #: of training


def channels_first(values):
    return np.ascontiguousarray(values.transpose(0, 3, 1, 2)) if values.ndim == 4 else values


class Network(torch.nn.Module):
    """Channels are first here. Its layers are made with the weights of Burin's."""

    def __init__(self, layers):
        super().__init__()
        (_, *shape), *layers = layers
        self.weights, self.flattened = networks.Weights(), None
        self.steps, _ = self.made(layers, tuple(shape))

    def made(self, layers, shape):
        steps = torch.nn.Sequential()
        for kind, *given in layers:
            step, shape = getattr(self, kind)(shape, *given)
            steps.append(step)
        return steps, shape

    def forward(self, x):
        return self.steps(x)

    @staticmethod
    def given(layer, **values):
        with torch.no_grad():
            for name, value in values.items():
                getattr(layer, name).copy_(TENSOR(np.ascontiguousarray(value)))
        return layer

    def relu(self, shape):
        return torch.nn.ReLU(), shape

    def dense(self, shape, units):
        w = self.weights.next(shape[-1], units)
        if self.flattened:
            w = w.reshape(*self.flattened, units).transpose(2, 0, 1, 3).reshape(-1, units)
            self.flattened = None
        return self.given(torch.nn.Linear(*w.shape), weight=w.T, bias=self.weights.next(units)), (*shape[:-1], units)

    def convolution(self, shape, w, kernel, stride, same, groups):
        out = [-(-(extent if same else extent - k + 1) // stride) for extent, k in zip(shape, kernel)]
        total = [max(0, (o - 1) * stride + k - extent) for o, k, extent in zip(out, kernel, shape)]
        begin = [t // 2 for t in total]
        even = all(t % 2 == 0 for t in total)
        layer = torch.nn.Conv2d(shape[2], w.shape[0], kernel, stride, padding=begin if even else 0, groups=groups)
        self.given(layer, weight=w, bias=self.weights.next(w.shape[0]))
        if not even:
            sides = [begin[1], total[1] - begin[1], begin[0], total[0] - begin[0]]
            layer = torch.nn.Sequential(torch.nn.ZeroPad2d(sides), layer)
        return layer, (*out, w.shape[0])

    def conv(self, shape, filters, kernel, stride, same=True):
        return self.convolution(shape, self.weights.next(*kernel, shape[2], filters).transpose(3, 2, 0, 1), kernel, stride, same, 1)

    def conv_valid(self, shape, filters, kernel):
        return self.conv(shape, filters, kernel, 1, same=False)

    def depthwise(self, shape, kernel, stride):
        return self.convolution(shape, self.weights.next(*kernel, shape[2]).transpose(2, 0, 1)[:, None], kernel, stride, True, shape[2])

    def max_pool(self, shape, size):
        return torch.nn.MaxPool2d(size), (shape[0] // size, shape[1] // size, shape[2])

    def average_pool(self, shape, size):
        return torch.nn.AvgPool2d(size), (shape[0] // size[0], shape[1] // size[1], shape[2])

    def flatten(self, shape):
        self.flattened = shape
        return torch.nn.Flatten(), (int(np.prod(shape)),)

    def residual(self, shape, layers, shortcut):
        block = torch.nn.Module()
        block.main, out = self.made(layers, shape)
        block.shortcut, _ = self.made(shortcut, shape)
        block.forward = lambda x: block.main(x) + block.shortcut(x)
        return block, out

    def mean_of_steps(self, shape):
        return Function(lambda x: x.mean(1)), shape[1:]

    def lstm(self, shape, units):
        layer = torch.nn.LSTM(shape[1], units, batch_first=True)
        w, r, b = self.weights.next(shape[1], 4 * units), self.weights.next(units, 4 * units), self.weights.next(4 * units)
        self.given(layer, weight_ih_l0=w.T, weight_hh_l0=r.T, bias_ih_l0=b, bias_hh_l0=np.zeros_like(b))
        layer.bias_hh_l0.requires_grad_(False)  # Burin has one.
        last = torch.nn.Module()
        last.layer = layer
        last.forward = lambda x: layer(x)[0][:, -1]
        return last, (units,)

    def transformer(self, shape, heads, hidden):
        width = shape[1]
        block = torch.nn.TransformerEncoderLayer(width, heads, hidden, dropout=0.0, batch_first=True)
        q, k, v, o = [(self.weights.next(width, width), self.weights.next(width)) for _ in range(4)]
        self.given(block.self_attn, in_proj_weight=np.concatenate([each[0].T for each in (q, k, v)]),
                   in_proj_bias=np.concatenate([each[1] for each in (q, k, v)]))
        self.given(block.self_attn.out_proj, weight=o[0].T, bias=o[1])
        self.given(block.norm1, weight=1 + self.weights.next(width), bias=self.weights.next(width))
        self.given(block.linear1, weight=self.weights.next(width, hidden).T, bias=self.weights.next(hidden))
        self.given(block.linear2, weight=self.weights.next(hidden, width).T, bias=self.weights.next(width))
        self.given(block.norm2, weight=1 + self.weights.next(width), bias=self.weights.next(width))
        return block, shape


class Function(torch.nn.Module):
    def __init__(self, function):
        super().__init__()
        self.forward = function


def training(model, name, batch, compiled):
    """Settings, a step of Adam, and what gives the losses of four: as in training.hpp."""
    given = networks.NETWORKS[name][0][1:]
    x = TENSOR(channels_first(peer.numbers(7, SAMPLES, *given)))
    labels = x if name == "autoencoder" else TENSOR(peer.labels(SAMPLES, networks.NETWORKS[name][-1][1]))
    following = peer.each_in_turn(list(zip(x.split(batch), labels.split(batch))))
    optimizer = torch.optim.Adam([each for each in model.parameters() if each.requires_grad], lr=1e-3, fused=True)
    function = F.mse_loss if name == "autoencoder" else F.cross_entropy

    def loss_of(inputs, targets):
        return function(model(inputs), targets)

    if compiled:
        loss_of = torch.compile(loss_of)

    def step():
        optimizer.zero_grad(set_to_none=True)
        loss = loss_of(*following())
        loss.backward()
        optimizer.step()
        return loss

    return ("compiled" if compiled else "eager") + ", fused Adam", step, peer.losses_of(lambda: step().item())
