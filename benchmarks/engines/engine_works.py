"""What is compared with engines, in groups: each is done by one program of Burin (its name in meson.build)."""

import re
from dataclasses import dataclass

import works

PRECISIONS = {"float": "", "int8": ", 8 bits"}
TITLES = {"lstm": "LSTM", "gru": "GRU", "conv_relu": "convolutions, ReLU", "conv_tanh": "convolutions, tanh", "mlp_tanh": "MLP, tanh",
          "mlp": "MLP 784-128-10", "lenet": "LeNet-5", "autoencoder": "autoencoder 640-128⁴-8-128⁴-640", "ds_cnn": "DS-CNN",
          "resnet8": "ResNet-8", "mobilenet": "MobileNetV1-0.25", "lstm128": "LSTM 128, 28 steps", "transformer": "Transformer, 2 blocks"}


@dataclass(frozen=True)
class Work(works.Work):
    program: str = ""

    @property
    def operations(self):
        return 0

    @property
    def traffic(self):
        return None

    @property
    def label(self):
        name = self.name.removesuffix("_block").removesuffix("_train")
        if name == "mlp_tanh":
            return f"MLP {'-'.join(map(str, self.sizes))} with tanh"
        if name.startswith("conv_"):
            channels, kernel, *dilations = self.sizes
            text = f"{len(dilations)} Conv1D of {channels}, kernel {kernel}, dilations to {max(dilations)}, {name[5:]}"
        elif name in ("lstm", "gru"):
            text = f"{TITLES[name]} {self.sizes[0]}"
        else:
            return f"{TITLES[name]}, {self.sizes[0]} sample{'s' * (self.sizes[0] > 1)}"
        return text + (", 64 steps" if self.name.endswith("_block") else "")


def of(program, names, *sizes, precision="float"):
    return [Work(name, precision, each, program) for name in names for each in sizes]


LSTM_UNITS, GRU_UNITS = (8, 10, 12, 16, 20, 24, 32, 40, 48, 64), (8, 12, 16, 24, 32, 40)
CONVOLUTIONS = ((8, 3, 1, 2), (3, 3, 1, 2), (4, 3, 1, 2, 4, 8), (16, 2, 1, 2, 4, 8),
                *((channels, 3, 1, 2, 4, 8, 16, 32, 64, 128) for channels in (8, 12, 16)))
BATCHES = ((1,), (32,))
DENSE, CONVOLUTIONAL, SEQUENCE = ("mlp", "lenet", "autoencoder"), ("ds_cnn", "resnet8", "mobilenet"), ("lstm128", "transformer")

#: In each the means are apart.
GROUPS = {
    "Streaming, step by step": of("recurrent", ["lstm"], *((n,) for n in LSTM_UNITS)) + of("recurrent", ["gru"], *((n,) for n in GRU_UNITS))
        + of("convolution", ["conv_relu", "conv_tanh"], *CONVOLUTIONS)
        + of("convolution", ["mlp_tanh"], (8, 8, 1), (16, 16, 1), (32, 32, 32, 1), (4, 20, 20, 2)),
    "Streaming, a block of 64 steps": of("recurrent", ["lstm_block"], (8,), (16,), (32,)) + of("recurrent", ["gru_block"], (8,), (16,), (24,))
        + of("convolution", ["conv_relu_block", "conv_tanh_block"], (8, 3, 1, 2), (16, 3, 1, 2, 4, 8, 16, 32, 64, 128)),
    "Inference": of("inference", DENSE, *BATCHES) + of("inference_convolution", CONVOLUTIONAL, *BATCHES)
        + of("inference_sequence", SEQUENCE, *BATCHES),
    "8 bits": of("quantized", DENSE, *BATCHES, precision="int8") + of("quantized_convolution", CONVOLUTIONAL, *BATCHES, precision="int8"),
    "Training": of("training", [f"{name}_train" for name in DENSE], (32,)) + of("training_convolution", ["resnet8_train"], (32,))
        + of("training_sequence", [f"{name}_train" for name in SEQUENCE], (32,)),
}


def words(text):
    return re.findall(r"\w+", text)


def names(piece, text):
    """Whether the words of one stand in the other, side by side."""
    wanted, there = words(piece.lower()), words(text.lower())
    return any(there[at:at + len(wanted)] == wanted for at in range(len(there) - len(wanted) + 1))


def chosen(only):
    """Those whose group's title or request has the whole words of one of these pieces."""
    wanted = {group: [work for work in each if not only or any(names(piece, work.request) or names(piece, group) for piece in only)]
              for group, each in GROUPS.items()}
    return {group: each for group, each in wanted.items() if each}
