"""Networks as files of ONNX: PyTorch's by both of its exporters, Keras's by tf2onnx, scikit-learn's by skl2onnx.

`networks(directory, only)` writes them and yields (name, path, what it says of itself); a network whose exporter fails is
yielded with None and why. tests/reference/onnx_matrix.py imports, compiles and compares them."""

import contextlib
import io
import json
import os
import subprocess
import sys
import warnings
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")


def torch_networks():
    """(name, module, inputs of one sample)."""
    import torch
    from torch import nn
    from torch.nn import functional as F

    class Of(nn.Module):
        """A module and what is computed with it."""

        def __init__(self, function, **parts):
            super().__init__()
            self.parts, self.function = nn.ModuleDict(parts), function

        def forward(self, *inputs):
            return self.function(self.parts, *inputs)

    def of(function, **parts):
        return Of(function, **parts)
    image, steps = (lambda *extents: torch.randn(1, *extents)), (lambda time, features: torch.randn(1, time, features))
    tokens = lambda count, most=9: torch.randint(0, most, (1, count))

    def block(i, o, stride=1, act=nn.ReLU6, t=2):
        hidden = i * t
        inner = nn.Sequential(nn.Conv2d(i, hidden, 1, bias=False), nn.BatchNorm2d(hidden), act(),
                              nn.Conv2d(hidden, hidden, 3, stride, 1, groups=hidden, bias=False), nn.BatchNorm2d(hidden), act(),
                              nn.Conv2d(hidden, o, 1, bias=False), nn.BatchNorm2d(o))
        return of((lambda p, x: x + p["a"](x)) if stride == 1 and i == o else (lambda p, x: p["a"](x)), a=inner)

    yield "mlp", nn.Sequential(nn.Linear(6, 8), nn.ReLU(), nn.Dropout(0.2), nn.Linear(8, 8), nn.Tanh(), nn.Linear(8, 3), nn.Softmax(-1)), [image(6)]
    yield "cnn", nn.Sequential(nn.Conv2d(2, 4, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(4, 6, 3), nn.BatchNorm2d(6), nn.ReLU(),
                               nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(6, 3)), [image(2, 10, 12)]
    yield "resnet", nn.Sequential(nn.Conv2d(2, 4, 3, padding=1, bias=False), nn.BatchNorm2d(4), nn.ReLU(), of(
        lambda p, x: torch.relu(p["b"](torch.relu(p["a"](x))) + p["s"](x)), a=nn.Conv2d(4, 8, 3, 2, 1), b=nn.Conv2d(8, 8, 3, 1, 1),
        s=nn.Conv2d(4, 8, 1, 2)), nn.AvgPool2d(2), nn.Flatten(), nn.Linear(48, 3)), [image(2, 8, 12)]
    yield "mobilenet_v2", nn.Sequential(nn.Conv2d(3, 4, 3, 2, 1, bias=False), nn.BatchNorm2d(4), nn.ReLU6(), block(4, 4), block(4, 6, 2), block(6, 6),
                                        nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Dropout(0.2), nn.Linear(6, 3)), [image(3, 16, 16)]

    def squeeze(c):
        return of(lambda p, x: x * torch.sigmoid(p["b"](torch.relu(p["a"](F.adaptive_avg_pool2d(x, 1))))), a=nn.Conv2d(c, 2, 1), b=nn.Conv2d(2, c, 1))
    yield "efficientnet_block", nn.Sequential(nn.Conv2d(3, 6, 3, 2, 1), nn.SiLU(), nn.Conv2d(6, 6, 3, 1, 1, groups=6), nn.SiLU(), squeeze(6),
                                              nn.Conv2d(6, 4, 1)), [image(3, 8, 8)]
    yield "squeeze_linear", of(lambda p, x: x * p["b"](p["a"](x.mean((2, 3)))).view(1, 4, 1, 1), a=nn.Linear(4, 2), b=nn.Sequential(nn.ReLU(), nn.Linear(2, 4), nn.Hardsigmoid())), [image(4, 5, 6)]
    yield "mobilenet_v3_block", nn.Sequential(block(4, 4, act=nn.Hardswish), squeeze(4), nn.Hardswish()), [image(4, 6, 6)]

    def unet(up, mid):
        return of(lambda p, x: (lambda a: p["out"](torch.cat([p["up"](torch.relu(p["mid"](p["down"](a)))), a], 1)))(torch.relu(p["first"](x))),
                  **{"first": nn.Conv2d(2, 4, 3, padding=1), "down": nn.MaxPool2d(2), "mid": nn.Conv2d(4, mid, 3, padding=1), "up": up,
                     "out": nn.Conv2d(8, 2, 1)})
    yield "unet", unet(nn.ConvTranspose2d(6, 4, 2, 2), 6), [image(2, 8, 12)]
    yield "unet_bilinear", unet(nn.Upsample(scale_factor=2, mode="bilinear"), 4), [image(2, 8, 12)]
    yield "unet_nearest", unet(nn.Upsample(scale_factor=2, mode="nearest"), 4), [image(2, 8, 12)]
    yield "unet_aligned", unet(nn.Upsample(scale_factor=2, mode="bilinear", align_corners=True), 4), [image(2, 8, 12)]
    yield "super_resolution", nn.Sequential(nn.Conv2d(1, 4, 5, padding=2), nn.Tanh(), nn.Conv2d(4, 9, 3, padding=1), nn.PixelShuffle(3)), [image(1, 6, 5)]
    yield "pixel_unshuffle", nn.Sequential(nn.PixelUnshuffle(2), nn.Conv2d(8, 4, 1)), [image(2, 6, 4)]
    yield "channel_shuffle", nn.Sequential(nn.Conv2d(4, 8, 1, groups=2), nn.ChannelShuffle(2), nn.Conv2d(8, 4, 1)), [image(4, 5, 6)]
    yield "vae_encoder", of(lambda p, x: (p["mean"](p["a"](x)), p["log"](p["a"](x))), a=nn.Sequential(nn.Conv2d(1, 4, 3, 2, 1), nn.ReLU(), nn.Flatten()),
                            mean=nn.Linear(64, 3), log=nn.Linear(64, 3)), [image(1, 8, 8)]
    yield "vae_decoder", nn.Sequential(nn.Linear(3, 16), nn.ReLU(), nn.Unflatten(1, (4, 2, 2)), nn.ConvTranspose2d(4, 3, 3, 2, 1, output_padding=1),
                                       nn.ReLU(), nn.ConvTranspose2d(3, 1, 4, 2, 1), nn.Sigmoid()), [image(3)]
    yield "deconvolution_1d", nn.Sequential(nn.ConvTranspose1d(4, 6, 4, 2, 1), nn.ReLU(), nn.ConvTranspose1d(6, 2, 3, 1, dilation=2)), [image(4, 6)]
    yield "deconvolution_groups", nn.ConvTranspose2d(4, 6, 3, 2, 1, output_padding=1, groups=2), [image(4, 3, 4)]
    yield "deconvolution_3d", nn.ConvTranspose3d(2, 3, 3, 2, 1), [image(2, 3, 2, 3)]
    yield "convolution_3d", nn.Sequential(nn.Conv3d(2, 3, 3, padding=1), nn.BatchNorm3d(3), nn.ReLU(), nn.MaxPool3d(2), nn.Flatten(), nn.Linear(24, 2)), [image(2, 4, 4, 4)]

    def causal(i, o, k, d):
        return of(lambda p, x, d=d: p["a"](F.pad(x, ((k - 1) * d, 0))), a=nn.Conv1d(i, o, k, dilation=d))

    def gated(c, d):
        return of(lambda p, x: x + p["c"](torch.tanh(p["a"](x)) * torch.sigmoid(p["b"](x))), a=causal(c, c, 2, d), b=causal(c, c, 2, d), c=nn.Conv1d(c, c, 1))
    yield "wavenet", nn.Sequential(nn.Conv1d(1, 4, 1), gated(4, 1), gated(4, 2), gated(4, 4), nn.Conv1d(4, 1, 1)), [image(1, 16)]

    def temporal(c, d):
        return of(lambda p, x: torch.relu(x + p["b"](torch.relu(p["a"](x)))), a=of(lambda p, x: p["a"](x)[:, :, :-2 * d], a=nn.Conv1d(c, c, 3, padding=2 * d, dilation=d)),
                  b=of(lambda p, x: p["a"](x)[:, :, :-2 * d], a=nn.Conv1d(c, c, 3, padding=2 * d, dilation=d)))
    yield "tcn", nn.Sequential(nn.Conv1d(2, 4, 1), temporal(4, 1), temporal(4, 2), of(lambda p, x: p["a"](x[:, :, -1]), a=nn.Linear(4, 2))), [image(2, 12)]
    yield "depthwise_1d", nn.Sequential(nn.Conv1d(4, 4, 3, padding=1, groups=4), nn.ReLU(), nn.Conv1d(4, 6, 1)), [image(4, 10)]
    yield "depthwise_dilated", nn.Sequential(nn.Conv2d(4, 8, 3, padding=2, groups=4, dilation=2), nn.ELU(), nn.Conv2d(8, 3, 1)), [image(4, 7, 6)]
    for mode in ("reflect", "replicate", "circular"):
        yield f"padding_{mode}", nn.Sequential(nn.Conv2d(2, 3, 3, padding=1, padding_mode=mode), nn.ReLU(), nn.Conv2d(3, 2, 3)), [image(2, 6, 7)]
    yield "padding_constant", nn.Sequential(nn.ConstantPad2d((1, 0, 2, 1), 0.5), nn.Conv2d(2, 3, 3)), [image(2, 6, 7)]
    yield "pooling", nn.Sequential(nn.MaxPool2d(3, 2, 1, ceil_mode=True), nn.AvgPool2d(2, 1, ceil_mode=True)), [image(2, 7, 8)]
    yield "pooling_counted", nn.AvgPool2d(3, 2, 1), [image(2, 8, 8)]
    yield "pooling_not_counted", nn.AvgPool2d(3, 2, 1, count_include_pad=False), [image(2, 8, 8)]
    yield "pooling_ceil_counted", nn.AvgPool2d(3, 2, 1, ceil_mode=True), [image(2, 8, 7)]
    yield "pooling_dilated", nn.MaxPool2d(2, 2, dilation=2), [image(2, 8, 8)]
    yield "pooling_1d", nn.Sequential(nn.MaxPool1d(3, 2), nn.AvgPool1d(2), nn.AdaptiveMaxPool1d(1), nn.Flatten()), [image(3, 13)]
    yield "adaptive_pooling", nn.Sequential(nn.AdaptiveAvgPool2d((2, 3)), nn.Flatten(), nn.Linear(12, 2)), [image(2, 8, 6)]
    yield "group_norm", nn.Sequential(nn.Conv2d(2, 4, 3), nn.GroupNorm(2, 4), nn.SiLU(), nn.Conv2d(4, 4, 1), nn.InstanceNorm2d(4, affine=True), nn.Mish()), [image(2, 6, 6)]
    yield "instance_norm", nn.Sequential(nn.Conv2d(2, 4, 3), nn.InstanceNorm2d(4), nn.ReLU(), nn.GroupNorm(1, 4, affine=False)), [image(2, 6, 6)]
    yield "instance_norm_1d", nn.Sequential(nn.Conv1d(2, 4, 3), nn.InstanceNorm1d(4, affine=True), nn.ReLU(), nn.BatchNorm1d(4)), [image(2, 8)]
    yield "layer_norm", nn.Sequential(nn.Linear(6, 8), nn.LayerNorm(8), nn.GELU(approximate="tanh"), nn.LayerNorm(8, elementwise_affine=False), nn.Linear(8, 2)), [steps(4, 6)]
    yield "rms_norm", nn.Sequential(nn.Linear(6, 8), nn.RMSNorm(8, eps=1e-6), nn.Linear(8, 2)), [steps(4, 6)]
    yield "local_response", nn.LocalResponseNorm(3), [image(4, 3, 3)]
    yield "lp_normalize", of(lambda p, x: F.normalize(p["a"](x), dim=-1), a=nn.Linear(5, 4)), [image(5)]
    each = [nn.ReLU(), nn.ReLU6(), nn.LeakyReLU(0.1), nn.PReLU(), nn.PReLU(5), nn.ELU(), nn.ELU(0.7), nn.SELU(), nn.CELU(0.8), nn.GELU(), nn.GELU(approximate="tanh"), nn.SiLU(),
            nn.Mish(), nn.Sigmoid(), nn.Tanh(), nn.Softplus(), nn.Softplus(2.0), nn.Softsign(), nn.LogSigmoid(), nn.Hardtanh(), nn.Hardtanh(-0.5, 2.0), nn.Hardsigmoid(), nn.Hardswish(),
            nn.Softmax(-1), nn.LogSoftmax(-1), nn.Softmin(-1), nn.Tanhshrink(), nn.Softshrink(0.4), nn.Hardshrink(0.4), nn.Threshold(0.1, 0.2), nn.GLU()]
    for index, activation in enumerate(each):
        name = str(activation).lower().split("(")[0]
        width = 6 if name == "glu" else 5
        yield f"activation_{index:02}_{name}", nn.Sequential(nn.Linear(4, width), activation, nn.Linear(3 if name == "glu" else 5, 3)), [image(4)]
    yield "activation_prelu_image", nn.Sequential(nn.Conv2d(2, 3, 3), nn.PReLU(3)), [image(2, 5, 5)]
    yield "activation_glu_image", nn.Sequential(nn.Conv2d(2, 6, 3), nn.GLU(1)), [image(2, 5, 5)]
    yield "swiglu", of(lambda p, x: p["c"](F.silu(p["a"](x)) * p["b"](x)), a=nn.Linear(4, 6, bias=False), b=nn.Linear(4, 6, bias=False), c=nn.Linear(6, 4, bias=False)), [steps(3, 4)]

    for kind in ("LSTM", "GRU", "RNN"):
        cell = getattr(nn, kind)
        yield f"{kind.lower()}", of(lambda p, x: p["head"](p["cell"](x)[0][:, -1]), cell=cell(3, 4, batch_first=True), head=nn.Linear(4, 2)), [steps(6, 3)]
        yield f"{kind.lower()}_deep_both", of(lambda p, x: p["head"](p["cell"](x)[0]), cell=cell(3, 4, num_layers=2, bidirectional=True, batch_first=True), head=nn.Linear(8, 2)), [steps(6, 3)]
        yield f"{kind.lower()}_state", of(lambda p, x: p["cell"](x)[1][0] if kind == "LSTM" else p["cell"](x)[1], cell=cell(3, 4, batch_first=True, bias=kind != "GRU")), [steps(6, 3)]
    yield "rnn_relu", of(lambda p, x: p["cell"](x)[0], cell=nn.RNN(3, 4, nonlinearity="relu", batch_first=True)), [steps(6, 3)]
    yield "lstm_states_both", of(lambda p, x, h, c: p["cell"](x, (h, c))[0], cell=nn.LSTM(3, 4, bidirectional=True, batch_first=True)), [
        steps(6, 3), torch.randn(2, 1, 4), torch.randn(2, 1, 4)]
    yield "lstm_streaming", of(lambda p, x, h, c: p["cell"](x, (h, c)), cell=nn.LSTM(3, 4, batch_first=True)), [steps(1, 3), torch.randn(1, 1, 4), torch.randn(1, 1, 4)]
    yield "gru_streaming", of(lambda p, x, h: p["cell"](x, h), cell=nn.GRU(3, 4, batch_first=True)), [steps(2, 3), torch.randn(1, 1, 4)]
    yield "seq2seq_gru", of(lambda p, x, y: p["head"](p["decoder"](p["table"](y), p["encoder"](p["table"](x))[1])[0]), table=nn.Embedding(9, 4), encoder=nn.GRU(4, 5, batch_first=True),
                            decoder=nn.GRU(4, 5, batch_first=True), head=nn.Linear(5, 9)), [tokens(5), tokens(4)]
    yield "crnn", of(lambda p, x: p["head"](p["cell"](p["conv"](x).permute(0, 3, 1, 2).flatten(2))[0]), conv=nn.Sequential(nn.Conv2d(1, 3, 3, padding=1), nn.ReLU(), nn.MaxPool2d((2, 1))),
                     cell=nn.LSTM(9, 4, bidirectional=True, batch_first=True), head=nn.Linear(8, 3)), [image(1, 6, 7)]

    yield "bag_of_words", of(lambda p, x: p["head"](p["table"](x).mean(1)), table=nn.Embedding(9, 4), head=nn.Linear(4, 2)), [tokens(5)]
    yield "bag_of_words_sum", of(lambda p, x: p["head"](p["table"](x).sum(1)), table=nn.Embedding(9, 4), head=nn.Linear(4, 2)), [tokens(5)]
    yield "embedding_bag", of(lambda p, x: p["head"](p["table"](x)), table=nn.EmbeddingBag(9, 4), head=nn.Linear(4, 2)), [tokens(5)]
    encoder = lambda norm=False, act="relu": nn.TransformerEncoderLayer(4, 2, 6, batch_first=True, norm_first=norm, activation=act)
    yield "transformer_encoder", nn.TransformerEncoder(encoder(), 2, enable_nested_tensor=False), [steps(5, 4)]
    yield "transformer_pre_norm", nn.TransformerEncoder(encoder(True, "gelu"), 2, enable_nested_tensor=False), [steps(5, 4)]
    yield "transformer_words", of(lambda p, x: p["head"](p["block"](p["table"](x) + p["places"](torch.arange(5))).mean(1)), table=nn.Embedding(9, 4), places=nn.Embedding(5, 4), block=encoder(),
                                  head=nn.Linear(4, 2)), [tokens(5)]
    yield "transformer_padding", of(lambda p, x: p["head"](p["block"](p["table"](x), src_key_padding_mask=x == 0)), table=nn.Embedding(9, 4), block=encoder(), head=nn.Linear(4, 2)), [
        torch.tensor([[3, 1, 4, 0, 0]])]
    yield "transformer_mask_input", of(lambda p, x, mask: p["block"](x, src_key_padding_mask=mask), block=encoder()), [steps(5, 4), torch.tensor([[False, False, False, True, True]])]
    yield "transformer_float_mask", of(lambda p, x, mask: p["block"](x, mask), block=encoder()), [steps(5, 4), torch.randn(5, 5)]
    yield "transformer_causal", of(lambda p, x: p["block"](x, nn.Transformer.generate_square_subsequent_mask(5), is_causal=True), block=encoder()), [steps(5, 4)]
    yield "transformer_decoder", of(lambda p, x, m: p["block"](x, m, nn.Transformer.generate_square_subsequent_mask(4)), block=nn.TransformerDecoderLayer(4, 2, 6, batch_first=True)), [
        steps(4, 4), steps(6, 4)]
    yield "attention_weights", of(lambda p, x: p["a"](x, x, x, need_weights=True), a=nn.MultiheadAttention(4, 2, batch_first=True)), [steps(5, 4)]
    yield "attention_single", of(lambda p, q, k, v: F.scaled_dot_product_attention(q, k, v)), [torch.randn(1, 1, 5, 4), torch.randn(1, 1, 6, 4), torch.randn(1, 1, 6, 4)]
    yield "attention_single_causal", of(lambda p, x: F.scaled_dot_product_attention(x, x, x, is_causal=True)), [torch.randn(1, 1, 5, 4)]
    yield "attention_one_head", of(lambda p, x: p["o"](F.scaled_dot_product_attention(p["q"](x)[:, None], p["k"](x)[:, None], p["v"](x)[:, None], is_causal=True)[:, 0]), **{each: nn.Linear(4, 4) for each in "qkvo"}), [steps(5, 4)]
    yield "attention_no_output", of(lambda p, x: torch.softmax(p["q"](x) @ p["k"](x).transpose(1, 2) / 2, -1) @ p["v"](x), **{each: nn.Linear(4, 4) for each in "qkv"}), [steps(5, 4)]

    def heads(x, count=2):
        return x.view(1, x.shape[1], count, -1).transpose(1, 2)

    def gpt(p, x):
        n = p["n1"](x)
        q, k, v = p["qkv"](n).chunk(3, -1)
        s = heads(q) @ heads(k).transpose(2, 3) * (2 ** -0.5)
        s = s.masked_fill(torch.triu(torch.ones(5, 5, dtype=torch.bool), 1), float("-inf"))
        x = x + p["o"]((torch.softmax(s, -1) @ heads(v)).transpose(1, 2).reshape(1, 5, 4))
        return x + p["b"](F.gelu(p["a"](p["n2"](x)), approximate="tanh"))
    block = lambda: of(gpt, n1=nn.LayerNorm(4), n2=nn.LayerNorm(4), qkv=nn.Linear(4, 12), o=nn.Linear(4, 4), a=nn.Linear(4, 16), b=nn.Linear(16, 4))
    yield "gpt", of(lambda p, x: p["head"](p["norm"](p["two"](p["one"](p["table"](x) + p["places"](torch.arange(5)))))), table=nn.Embedding(9, 4), places=nn.Embedding(5, 4), one=block(), two=block(),
                    norm=nn.LayerNorm(4), head=nn.Linear(4, 9, bias=False)), [tokens(5)]

    def rotary(p, x):
        angle = torch.arange(5)[:, None] * (10000.0 ** (-torch.arange(0, 4, 2) / 4))[None]
        cos, sin = torch.cat([angle.cos()] * 2, -1), torch.cat([angle.sin()] * 2, -1)
        turn = lambda t: t * cos + torch.cat([-t[..., 2:], t[..., :2]], -1) * sin
        q, k, v = (heads(p[each](x)) for each in "qkv")
        y = F.scaled_dot_product_attention(turn(q), turn(k), v, is_causal=True)
        return p["o"](y.transpose(1, 2).reshape(1, 5, 8))
    yield "rotary", of(rotary, q=nn.Linear(8, 8, bias=False), k=nn.Linear(8, 8, bias=False), v=nn.Linear(8, 8, bias=False), o=nn.Linear(8, 8, bias=False)), [steps(5, 8)]

    yield "arithmetic", of(lambda p, x, y: torch.exp(-p["a"](x) ** 2) + torch.sqrt(torch.abs(y) + 1) * torch.log1p(y.abs()), a=nn.Linear(4, 4)), [image(4), image(4)]
    yield "quotient", of(lambda p, x: p["a"](x) / (1 + p["b"](x).exp()), a=nn.Linear(4, 4), b=nn.Linear(4, 4)), [image(4)]
    yield "reductions", of(lambda p, x: torch.cat([x.sum(1), x.mean(1), x.amax(1), x.amin(1), x.std(1)], -1)), [steps(5, 4)]
    yield "where", of(lambda p, x: torch.where(x > 0.1, p["a"](x), x), a=nn.Linear(4, 4)), [image(4)]
    yield "broadcast", of(lambda p, x, y: p["a"](x).unsqueeze(1) * y, a=nn.Linear(4, 4)), [image(4), steps(5, 4)]


#: Opsets of the older exporter, in turns.
OPSETS = (9, 11, 13, 14, 15, 16, 17, 18, 20)


def write_torch(directory, only):
    import torch
    torch.manual_seed(1)
    for index, (name, module, inputs) in enumerate(torch_networks()):
        module.eval()
        for values in [*module.parameters(), *module.buffers()]:
            if values.is_floating_point():
                values.data += 0.3 * torch.rand_like(values)
        for exporter in ("script", "dynamo"):
            full = f"torch_{name}_{exporter}"
            path = directory / f"{full}.onnx"
            if only and only not in full:
                continue
            opset = OPSETS[index % len(OPSETS)] if exporter == "script" else (18, 20, 22)[index % 3]
            why = ""
            if not path.exists():
                # An operator that the older opset has not is of the next that has it.
                for wanted in [opset, *(each for each in OPSETS if each > opset)] if exporter == "script" else [opset]:
                    try:
                        with quiet():
                            torch.onnx.export(module, tuple(inputs), path, dynamo=exporter == "dynamo", opset_version=wanted, verbose=False,
                                              input_names=[f"x{i}" for i in range(len(inputs))],
                                              **({"external_data": False} if exporter == "dynamo" else {}))
                        break
                    except Exception as error:
                        why = f"{type(error).__name__}: {str(error).strip().splitlines()[0] if str(error).strip() else ''}"
                        path.unlink(missing_ok=True)
            yield full, path if path.exists() else None, "PyTorch " + torch.__version__.split("+")[0] if path.exists() else why


def keras_networks():
    """(name, model)."""
    import keras
    from keras import layers as l

    def made(shape, *parts):
        return keras.Sequential([keras.Input(shape), *parts])

    def of(function, *shapes, dtype=None):
        inputs = [keras.Input(shape, dtype=dtype) for shape in shapes]
        return keras.Model(inputs, function(*inputs))

    def unet(x):
        a = l.Conv2D(4, 3, padding="same", activation="relu")(x)
        b = l.Conv2D(6, 3, padding="same", activation="relu")(l.MaxPooling2D()(a))
        c = l.Conv2DTranspose(4, 2, strides=2, padding="same")(b)
        return l.Conv2D(2, 1, activation="sigmoid")(l.Concatenate()([a, c]))

    def resnet(x):
        a = l.ReLU()(l.BatchNormalization()(l.Conv2D(4, 3, padding="same", use_bias=False)(x)))
        b = l.BatchNormalization()(l.Conv2D(4, 3, padding="same")(a))
        c = l.ReLU()(l.Add()([a, b]))
        d = l.Add()([l.Conv2D(6, 3, strides=2, padding="same")(c), l.Conv2D(6, 1, strides=2)(c)])
        return l.Dense(3, activation="softmax")(l.GlobalAveragePooling2D()(d))

    def squeeze(x):
        a = l.Conv2D(6, 3, padding="same", activation="swish")(x)
        b = l.Dense(6, activation="sigmoid")(l.Dense(2, activation="relu")(l.GlobalAveragePooling2D()(a)))
        return l.Multiply()([a, l.Reshape((1, 1, 6))(b)])

    def encoder(x):
        a = l.LayerNormalization()(x + l.MultiHeadAttention(2, 3)(x, x))
        return l.LayerNormalization()(a + l.Dense(4)(l.Dense(8, activation="relu")(a)))
    yield "mlp", made((6,), l.Dense(8, activation="relu"), l.Dropout(0.2), l.Dense(3, activation="softmax"))
    yield "activations", made((6,), *(part for kind in ("elu", "selu", "softplus", "softsign", "hard_sigmoid", "relu6", "mish", "silu", "leaky_relu", "exponential")
                                     for part in (l.Dense(4), l.Activation(kind))))
    yield "cnn", made((10, 8, 2), l.Conv2D(4, 3, activation="relu"), l.MaxPooling2D(), l.Conv2D(6, 3, padding="same", strides=2, activation="relu"), l.Flatten(), l.Dense(3))
    yield "separable", made((9, 8, 3), l.Conv2D(4, 3, strides=2, padding="same"), l.BatchNormalization(), l.ReLU(6.0), l.DepthwiseConv2D(3, padding="same"), l.BatchNormalization(), l.ReLU(6.0),
                            l.SeparableConv2D(6, 3), l.GlobalAveragePooling2D(), l.Dense(2))
    yield "dilated", made((12, 3), l.Conv1D(4, 3, padding="causal", dilation_rate=2, activation="tanh"), l.Conv1D(4, 3, padding="same", dilation_rate=3), l.GlobalMaxPooling1D(), l.Dense(2))
    yield "lstm", made((6, 3), l.LSTM(4), l.Dense(2))
    yield "lstm_deep", made((6, 3), l.LSTM(4, return_sequences=True), l.LSTM(5, return_sequences=True), l.Dense(2))
    yield "gru", made((6, 3), l.GRU(4), l.Dense(2))
    yield "gru_reset_before", made((6, 3), l.GRU(4, reset_after=False), l.Dense(2))
    yield "rnn", made((6, 3), l.SimpleRNN(4, return_sequences=True), l.Dense(2))
    yield "bilstm", made((6, 3), l.Bidirectional(l.LSTM(4, return_sequences=True)), l.Bidirectional(l.LSTM(3)), l.Dense(2))
    yield "bigru", made((6, 3), l.Bidirectional(l.GRU(4)), l.Dense(2))
    yield "embedding_pool", made((7,), l.Embedding(12, 4), l.GlobalAveragePooling1D(), l.Dense(2, activation="sigmoid"))
    yield "embedding_lstm", made((7,), l.Embedding(12, 4), l.LSTM(3), l.Dense(2))
    yield "embedding_masked", made((7,), l.Embedding(12, 4, mask_zero=True), l.LSTM(3), l.Dense(2))
    yield "attention", of(encoder, (5, 4))
    yield "attention_causal", of(lambda x: l.MultiHeadAttention(2, 3)(x, x, use_causal_mask=True), (5, 4))
    yield "unet", of(unet, (8, 12, 2))
    yield "resnet", of(resnet, (8, 8, 2))
    yield "squeeze", of(squeeze, (6, 5, 3))
    yield "upsampling", made((4, 5, 2), l.UpSampling2D(2, interpolation="bilinear"), l.Conv2D(3, 3, padding="same"), l.UpSampling2D((2, 3)), l.ZeroPadding2D((1, 2)), l.Cropping2D(1))
    yield "convolution_3d", made((4, 5, 6, 2), l.Conv3D(3, 3, padding="same", activation="relu"), l.MaxPooling3D(2), l.Flatten(), l.Dense(2))
    yield "norms", made((6, 5, 4), l.Conv2D(4, 1), l.GroupNormalization(2), l.LayerNormalization(), l.PReLU(shared_axes=[1, 2]), l.AveragePooling2D(2, padding="same"))
    yield "time_distributed", made((5, 6), l.TimeDistributed(l.Dense(3, activation="relu")), l.Conv1D(2, 3, padding="same"), l.MaxPooling1D(2), l.Flatten(), l.Dense(2))
    yield "two_inputs", of(lambda x, y: l.Dense(2)(l.Concatenate()([l.Dense(3)(x), l.Dense(3, activation="tanh")(y), l.Multiply()([l.Dense(2)(x), l.Dense(2)(y)])])), (4,), (5,))
    yield "permute", made((4, 6), l.Permute((2, 1)), l.Dense(3), l.Reshape((3, 6)), l.Permute((2, 1)), l.Flatten(), l.RepeatVector(3), l.GlobalMaxPooling1D())


def write_keras(directory, only):
    wanted = not only or only in "keras_" or only.startswith("keras")
    if not wanted:
        return
    import keras
    import numpy as np
    import tensorflow as tf
    import tf2onnx
    from tf2onnx import __version__ as version
    keras.utils.set_random_seed(1)
    random = np.random.default_rng(2)
    for index, (name, model) in enumerate(keras_networks()):
        full = f"keras_{name}"
        path = directory / f"{full}.onnx"
        if only not in full:
            continue
        why = ""
        if not path.exists():
            try:
                model.set_weights([each + random.uniform(0, 0.3, each.shape).astype(each.dtype) if each.dtype.kind == "f" else each for each in model.get_weights()])
                with quiet():
                    of = [tf.TensorSpec((1, *each.shape[1:]), each.dtype, f"x{i}") for i, each in enumerate(model.inputs)]
                    call = tf.function(lambda *inputs: model(list(inputs) if len(inputs) > 1 else inputs[0], training=False), input_signature=of)
                    tf2onnx.convert.from_function(call, input_signature=of, opset=(13, 15, 17, 18)[index % 4], output_path=str(path))
            except Exception as error:
                why = f"{type(error).__name__}: {str(error).strip().splitlines()[0] if str(error).strip() else ''}"
                path.unlink(missing_ok=True)
        yield full, path if path.exists() else None, why or f"tf2onnx {version}, Keras {keras.__version__}"


def write_scikit(directory, only):
    if only and not only.startswith("scikit"):
        return
    import numpy as np
    import skl2onnx
    from sklearn.linear_model import LogisticRegression, LinearRegression
    from sklearn.neural_network import MLPClassifier, MLPRegressor
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler
    random = np.random.default_rng(1)
    x = random.standard_normal((60, 5)).astype(np.float32)
    y, z = (x[:, 0] + x[:, 1] * x[:, 2]), (x[:, 0] > 0).astype(int) + (x[:, 1] > 0)
    few = dict(hidden_layer_sizes=(6, 5), max_iter=20, random_state=1)
    for name, model, target in (
            ("regressor", MLPRegressor(**few), y), ("regressor_two", MLPRegressor(**few, activation="logistic"), np.stack([y, -y], 1)),
            ("classifier", MLPClassifier(**few), z), ("classifier_binary", MLPClassifier(**few, activation="tanh"), z > 0),
            ("classifier_words", MLPClassifier(**few), np.array(["a", "b", "c"])[z]),
            ("pipeline", make_pipeline(StandardScaler(), MLPRegressor(**few)), y), ("linear", LinearRegression(), y),
            ("logistic", LogisticRegression(), z), ("pipeline_classifier", make_pipeline(StandardScaler(), MLPClassifier(**few)), z)):
        full = f"scikit_{name}"
        path = directory / f"{full}.onnx"
        if only and only not in full:
            continue
        if not path.exists():
            with quiet():
                model.fit(x, target)
                options = {id(model): {"zipmap": "columns" if name == "classifier_binary" else name != "classifier"}} if "class" in name else None
                try:
                    made = skl2onnx.to_onnx(model, x[:1], options=options)
                except Exception:
                    made = skl2onnx.to_onnx(model, x[:1])
            path.write_bytes(made.SerializeToString())
        yield full, path, f"skl2onnx {skl2onnx.__version__}"


@contextlib.contextmanager
def quiet():
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        warnings.simplefilter("ignore")
        yield


WRITERS = {"scikit": write_scikit, "keras": write_keras, "torch": write_torch}


def networks(directory, only=""):
    """Each library in a process of its own: two of them in one do not get on."""
    directory = Path(directory)
    directory.mkdir(parents=True, exist_ok=True)
    for kind in WRITERS:
        if only and not only.startswith(kind) and only.split("_")[0] in WRITERS:
            continue
        said = subprocess.run([sys.executable, __file__, kind, directory, only], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        if said.returncode:
            yield kind, None, said.stderr.strip().splitlines()[-1]
        for line in said.stdout.splitlines():
            if line.startswith("["):
                name, path, of = json.loads(line)
                yield name, Path(path) if path else None, of


if __name__ == "__main__":
    import logging
    logging.disable(logging.WARNING)
    kind, directory, *only = sys.argv[1:]
    for name, path, said in WRITERS[kind](Path(directory), only[0] if only else ""):
        print(json.dumps([name, str(path) if path else None, said]), flush=True)
