#!/usr/bin/env python3
"""Writes the .onnx files of tests/importer/onnx_files.py, exported by PyTorch 2.15 by both of its exporters, and what PyTorch
computes; one of 8 bits by onnxruntime 1.32, and what that computes: onnx_models.py [DIRECTORY]"""

import sys
import warnings
from pathlib import Path

import numpy as np
import onnx
import torch
from torch import nn

SAMPLES = 3


class Cell(nn.Module):
    """Of the sequence, all steps or the last."""

    def __init__(self, cell, width, last):
        super().__init__()
        self.cell, self.head, self.last = cell, nn.Linear(width, 3), last

    def forward(self, x):
        y, _ = self.cell(x)
        return self.head(y[:, -1] if self.last else y)


class Block(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.first = nn.Sequential(nn.Conv2d(channels, channels, 3, padding=1, bias=False), nn.BatchNorm2d(channels), nn.ReLU())
        self.second = nn.Conv2d(channels, channels, 1)

    def forward(self, x):
        return torch.cat([torch.relu(x + self.second(self.first(x))), x], 1)


class Words(nn.Module):
    def __init__(self):
        super().__init__()
        self.table, self.places = nn.Embedding(9, 4), nn.Parameter(torch.randn(1, 5, 4))
        self.block, self.head = nn.TransformerEncoderLayer(4, 2, 6, batch_first=True, activation="gelu"), nn.Linear(4, 2)

    def forward(self, x):
        return self.head(self.block(self.table(x) + self.places).mean(1))


class Written(nn.Module):
    """Activations and a norm that older files write out."""

    def __init__(self):
        super().__init__()
        self.a, self.b, self.c, self.norm = nn.Linear(5, 6), nn.Linear(6, 6), nn.Linear(6, 4), nn.LayerNorm(4)

    def forward(self, x):
        x = nn.functional.gelu(self.a(x))
        return self.norm(nn.functional.hardswish(self.c(nn.functional.silu(self.b(x)))))


def image(*extents):
    return torch.randn(SAMPLES, *extents)


def models():
    yield "cnn", 17, nn.Sequential(
        nn.Conv2d(2, 4, 3, padding=1, stride=2), nn.ReLU6(), nn.Conv2d(4, 4, 3, groups=4, padding=1), nn.MaxPool2d(2), Block(4),
        nn.Flatten(), nn.Linear(48, 3), nn.Softmax(-1)), image(2, 8, 12)
    yield "decoder", 17, nn.Sequential(
        nn.Conv2d(2, 4, 3, padding=1), nn.GroupNorm(2, 4), nn.Upsample(scale_factor=2), nn.ConvTranspose2d(4, 2, 4, stride=2, padding=1),
        nn.Sigmoid()), image(2, 3, 4)
    yield "lstm", 17, Cell(nn.LSTM(3, 4, num_layers=2, bidirectional=True, batch_first=True), 8, False), image(5, 3)
    yield "gru", 0, Cell(nn.GRU(3, 4, batch_first=True), 4, True), image(5, 3)
    yield "words", 0, Words(), torch.randint(0, 9, (SAMPLES, 5))
    yield "written", 13, Written(), image(5)


class Sum(nn.Module):
    def __init__(self):
        super().__init__()
        self.first, self.second = nn.Conv2d(2, 4, 3, stride=2, padding=1), nn.Conv2d(4, 4, 3, padding=1, groups=4)
        self.third, self.head = nn.Conv2d(4, 4, 1), nn.Linear(4, 3)

    def forward(self, x):
        x = torch.relu(self.first(x))
        return self.head((x + self.third(torch.relu(self.second(x)))).mean((2, 3)))


def quantized(directory):
    """QuantizeLinear and DequantizeLinear around everything, weights by channel, activations of uint8."""
    import onnxruntime
    from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static

    class Data(CalibrationDataReader):
        left = 8

        def get_next(self):
            self.left -= 1
            return {"x": torch.randn(1, 2, 6, 8).numpy()} if self.left >= 0 else None
    plain, path = directory / "plain.onnx", directory / "qdq_cnn.onnx"
    torch.onnx.export(Sum().eval(), torch.randn(1, 2, 6, 8), plain, dynamo=False, opset_version=17, input_names=["x"], output_names=["y"])
    quantize_static(plain, path, Data(), quant_format=QuantFormat.QDQ, per_channel=True, activation_type=QuantType.QUInt8,
                    weight_type=QuantType.QInt8)
    plain.unlink()
    session = onnxruntime.InferenceSession(str(path))
    x = torch.randn(8, 2, 6, 8).numpy()
    y = np.concatenate([session.run(None, {"x": each[None]})[0] for each in x])
    np.savez_compressed(path.with_suffix(".npz"), x=x, y=y)
    print(path.name, path.stat().st_size, "bytes")


def dynamic(directory):
    """Weights of 8 bits, and activations whose scale is found while it runs."""
    from onnxruntime.quantization import QuantType, quantize_dynamic
    quantize_dynamic(directory / "torch_cnn.onnx", directory / "dynamic_cnn.onnx", weight_type=QuantType.QUInt8)
    quantize_dynamic(directory / "torch_lstm.onnx", directory / "dynamic_lstm.onnx", weight_type=QuantType.QInt8, per_channel=True)


def main():
    warnings.filterwarnings("ignore")
    directory = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).resolve().parents[1] / "importer")
    torch.manual_seed(1)
    for name, opset, model, x in models():
        model.eval()
        # Nothing is to be zero or one.
        for values in [*model.parameters(), *model.buffers()]:
            if values.is_floating_point():
                values.data += 0.3 * torch.rand_like(values)
        path = directory / f"torch_{name}.onnx"
        torch.onnx.export(model, x[:1], path, dynamo=not opset, verbose=False, input_names=["x"], output_names=["y"],
                          **({"opset_version": opset} if opset else {"external_data": False}))
        # Where in whose program each node was made.
        file = onnx.load(path)
        for place in [file.graph, *file.graph.node, *file.graph.value_info, *file.graph.input, *file.graph.output]:
            del place.metadata_props[:]
            place.ClearField("doc_string")
        del file.metadata_props[:], file.graph.value_info[:]
        onnx.save(file, path)
        with torch.no_grad():
            y = model(x)
        np.savez_compressed(path.with_suffix(".npz"), x=x.numpy(), y=y.numpy())
        print(path.name, path.stat().st_size, "bytes")
    quantized(directory)
    dynamic(directory)


main()
